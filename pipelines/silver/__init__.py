"""Records to typed tables: the current state of each payment object, one module a table."""
