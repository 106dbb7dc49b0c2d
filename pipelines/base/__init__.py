"""What knows no table: moments, figures."""
