"""What files hold that nobody has declared."""
