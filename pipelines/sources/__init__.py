"""What each origin's records look like."""
