"""Metrics as other tools and people read them."""
