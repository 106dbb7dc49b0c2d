"""What the commands did, as Dagster's instance of the home remembers it: the same as if Dagster had run it."""
