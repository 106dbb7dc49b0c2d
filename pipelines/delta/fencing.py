"""Commits of a writer on an object store, kept from a writer that comes after it.

A lease alone cannot: a process may be paused after it has looked and before it commits. So each commit of a writer
also stands on the version of the table that this writer knows, from when it began or from its own last commit, and is
refused where there is another one; and Delta's own commit is a conditional put of the version after that. Whichever of
two writers comes second at a table, it fails, and nothing that it has is published.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from pipelines.delta.commits import Committer, Staged
from pipelines.delta.log import Note
from pipelines.errors import LakehouseError
from pipelines.table import Table

TOKEN = "writer"
"""Under what the note of a commit has the fencing token of who made it."""


class Lease(Protocol):
    """What a writer holds."""

    token: int

    def check(self) -> None:
        """Raise a LakehouseError where it is lost."""


@dataclass
class Fence:
    """What stands between a writer and the tables.

    Attributes:
        lease: of the writer.
        known: the version of each table, by its URL, as this writer knows it; None where there was none.
        latest: the version that a table has now.
        moved: told of a table that was written to.
    """

    lease: Lease
    known: dict[str, int | None]
    latest: Callable[[str], int | None]
    moved: Callable[[str], None]
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def stands_on(self, uri: str, version: int | None) -> None:
        """That a commit stands on the version that this writer knows.

        Raises:
            LakehouseError: another writer has committed to the table.
        """
        with self._alone:
            known = self.known.get(uri)
        if version != known:
            raise LakehouseError(_written(uri, version, known))

    @contextmanager
    def passed(self, uri: str) -> Iterator[None]:
        """Around whatever commits to a table.

        Raises:
            LakehouseError: the lease is lost, or another writer has committed to the table.
        """
        self.stands_on(uri, self.latest(uri))
        self.lease.check()
        try:
            yield
        finally:
            self.moved(uri)
        now = self.latest(uri)
        with self._alone:
            self.known[uri] = now


@dataclass(frozen=True)
class Fenced:
    """A :class:`~pipelines.delta.commits.Committer` behind a fence: each commit carries the writer's token."""

    committer: Committer
    fence: Fence

    def append(self, uri: str, table: Table, staged: Staged, note: Note) -> None:
        """See :class:`~pipelines.delta.commits.Committer`, as for all of these."""
        with self.fence.passed(uri):
            self.committer.append(uri, table, staged, self._signed(note))

    def merge(self, uri: str, table: Table, staged: Staged, note: Note, update_if: str | None) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.merge(uri, table, staged, self._signed(note), update_if)

    def replace(
        self, uri: str, table: Table, staged: Staged, note: Note, dates: Sequence[str] | None
    ) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.replace(uri, table, staged, self._signed(note), dates)

    def amend(self, uri: str, table: Table, staged: Staged, note: Note, by: Sequence[str]) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.amend(uri, table, staged, self._signed(note), by)

    def touch(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.touch(uri, table, self._signed(note))

    def optimize(self, uri: str, note: Note, target_bytes: int | None = None) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.optimize(uri, self._signed(note), target_bytes)

    def order(self, uri: str, table: Table, note: Note, target_bytes: int) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.order(uri, table, self._signed(note), target_bytes)

    def unpartition(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.unpartition(uri, table, self._signed(note))

    def vacuum(self, uri: str, hours: int, note: Note) -> int:
        """See there."""
        with self.fence.passed(uri):
            return self.committer.vacuum(uri, hours, self._signed(note))

    def restore(self, uri: str, version: int, note: Note) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.restore(uri, version, self._signed(note))

    def expunge(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        with self.fence.passed(uri):
            self.committer.expunge(uri, table, self._signed(note))

    def _signed(self, note: Note) -> Mapping[str, object]:
        return {**note, TOKEN: self.fence.lease.token}


def _written(uri: str, found: int | None, known: int | None) -> str:
    return (
        f"{uri} was written to by another writer meanwhile: it is at version {found}, and this writer knows "
        f"{'none' if known is None else known}. Nothing of this batch was published. Run again."
    )
