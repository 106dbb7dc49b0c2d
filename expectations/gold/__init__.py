"""What is expected of each gold table beyond its contract, one module a table."""
