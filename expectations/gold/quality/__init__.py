"""Checks of gold's tables of data quality."""
