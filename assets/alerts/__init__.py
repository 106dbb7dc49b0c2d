"""Tell people when something is wrong: once for each cause, and once more when it is over."""
