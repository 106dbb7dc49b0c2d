"""Checks of gold's tables of features."""
