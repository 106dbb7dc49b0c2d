"""What makes the tables of silver."""
