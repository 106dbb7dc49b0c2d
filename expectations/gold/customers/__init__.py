"""Checks of gold's tables of customers and merchants."""
