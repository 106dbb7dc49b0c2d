"""What lies in folders of logs, asked for anew only where a folder has changed.

A run asks for it of each table some fifteen times, and it grows with every commit until ``maintain`` deletes old ones.
Of a folder on a disk the system says when a name was last added, taken away or put in the place of another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from pipelines.delta import storage

T = TypeVar("T")

SETTLED = 3_000_000_000
"""Nanoseconds after which a change cannot have the time of the one before: file systems count in steps, of which the
longest that is known are two seconds."""


class Listings(Generic[T]):
    """What folders hold, by URI. Threads may share one: at worst a folder is listed twice.

    Args:
        listed: lists what lies directly in a folder.
    """

    def __init__(self, listed: Callable[[str], T]) -> None:
        self._listed = listed
        self._known: dict[str, tuple[tuple[int, int], T]] = {}

    def of(self, uri: str) -> T:
        """What lies in a folder now."""
        looked = time.time_ns()
        state = _state(uri)
        if state is None:
            return self._listed(uri)
        known = self._known.get(uri)
        if known is None or known[0] != state:
            known = state, self._listed(uri)
            if looked - state[1] > SETTLED:
                self._known[uri] = known
        return known[1]


def _state(uri: str) -> tuple[int, int] | None:
    """Which folder it is, and when it changed; None where nothing says it, as in an object store."""
    if not storage.is_local(uri):
        return None
    try:
        found = os.stat(uri.removeprefix("file://"))  # noqa: PTH116 - asked for thousands of times; a Path is slower
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
