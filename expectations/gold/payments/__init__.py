"""Checks of gold's tables of payments."""
