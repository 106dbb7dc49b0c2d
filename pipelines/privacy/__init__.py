"""What tells who somebody is, and what is left without it. Nothing here commits."""
