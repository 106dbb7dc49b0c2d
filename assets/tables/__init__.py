"""The declared tables as Dagster's assets, with their checks."""
