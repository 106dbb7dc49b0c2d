"""Values as whole numbers of a unit, so that sums are exact: the same rows in any order give the same features.

A column of whole numbers counts as it is. Fractions count in units of a ten-thousandth.
"""

from __future__ import annotations

from typing import Any

FRACTIONS = 10_000
"""Units in a 1 of a column of fractions."""

LIMIT = 2**40
"""Units from which on a value is taken for none: beyond any payment, and where sums would stop being exact."""


def number(value: Any) -> float | None:
    """A single value if it counts as one: not null, not NaN, not beyond the limit."""
    if value is None:
        return None
    units = 1 if isinstance(value, int) else FRACTIONS
    return value if abs(value) < LIMIT / units else None
