"""Moments that a record may name."""

from __future__ import annotations

EARLIEST = 0
LATEST = 7_258_118_400
"""Seconds since 1970 that a time may have: up to the year 2200. Beyond, it is a mistake, and libraries overflow."""
