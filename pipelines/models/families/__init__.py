"""Kinds of models: how each learns, what it needs, what it says."""
