"""The names of the files in folders of logs, asked for anew only where a folder has changed.

A run asks for those of each table some fifteen times, and they grow with every commit until ``maintain`` deletes old
ones. Of a folder on a disk the system says when a name was last added or taken away.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from pipelines.delta import storage

SETTLED = 3_000_000_000
"""Nanoseconds after which a change cannot have the time of the one before: file systems count in steps, of which the
longest that is known are two seconds."""


class Listings:
    """What folders hold, by URI. Threads may share one: at worst a folder is listed twice."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int], Sequence[str]]] = {}

    def names(self, uri: str) -> Sequence[str]:
        """Names of what lies directly in a folder, in order; none where there is no folder."""
        if not storage.is_local(uri):
            return storage.children(uri)
        looked, _, path = time.time_ns(), *storage.locate(uri)
        try:
            found = os.stat(path)  # noqa: PTH116 - asked for thousands of times; a Path costs as much again
        except FileNotFoundError:
            return ()
        state = found.st_ino, found.st_mtime_ns
        known = self._known.get(uri)
        if known is None or known[0] != state:
            known = state, storage.children(uri)
            if looked - found.st_mtime_ns > SETTLED:
                self._known[uri] = known
        return known[1]
