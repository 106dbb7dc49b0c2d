"""What is expected of each silver table beyond its contract, one module a table."""
