"""How far back a feature looks: 5m, 1h, 30d."""

from __future__ import annotations

import re

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
"""Seconds in each unit that a window can be given in."""

LONGEST_DAYS = 365
"""Windows are bounded, so that a new day costs a day and its windows, not the history."""

_WINDOW = re.compile(r"([0-9]+)([a-z]+)")


class WindowError(ValueError):
    """A window that cannot be used."""


def seconds(window: str) -> int:
    """Length of a window.

    Raises:
        WindowError: it is not a number and a unit, or is nothing, or is too long.
    """
    found = _WINDOW.fullmatch(window)
    if not found or found[2] not in UNITS:
        raise WindowError(
            f"window {window!r}: expected a number and one of {', '.join(UNITS)}, such as 5m, 1h or 30d"
        )
    length = int(found[1]) * UNITS[found[2]]
    if not 0 < length <= LONGEST_DAYS * UNITS["d"]:
        raise WindowError(f"window {window!r}: expected more than nothing and at most {LONGEST_DAYS}d")
    return length
