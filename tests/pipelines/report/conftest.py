"""A small lakehouse to read."""

from tests.small_lakehouse import home

__all__ = ["home"]
