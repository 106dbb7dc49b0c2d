"""What Dagster runs, when, and with what."""
