"""What is expected of each bronze table beyond its contract, one module a table."""
