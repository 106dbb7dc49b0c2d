"""Checks of gold's tables of risk."""
