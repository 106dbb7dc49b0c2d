"""Silver to answers: aggregates for reporting, one module a table."""
