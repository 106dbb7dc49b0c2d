"""How every table moves: what changed, build, stage, judge, publish."""
