"""Checks of gold's tables of finance."""
