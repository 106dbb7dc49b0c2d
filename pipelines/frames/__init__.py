"""Words for Spark frames: days, measures, what is among what, the clock, views."""
