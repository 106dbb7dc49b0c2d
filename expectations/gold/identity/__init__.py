"""Checks of gold's tables of identity."""
