"""Metrics, declared once: a module a subject. ``shared`` answers questions about them, ``exports`` writes them."""
