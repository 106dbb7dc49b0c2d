"""What makes the tables of gold."""
