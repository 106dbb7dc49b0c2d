"""silver.settlement_lines: lines are dated as they say."""

from __future__ import annotations

from expectations.shared import CREATED, MINOR_UNITS

CHECKS = (*CREATED, MINOR_UNITS)
