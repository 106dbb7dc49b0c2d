"""What people and schedules use: Dagster's assets, the report and the command line."""
