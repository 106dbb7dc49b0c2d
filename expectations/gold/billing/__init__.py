"""Checks of gold's tables of billing."""
