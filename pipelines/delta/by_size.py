"""Commits of Apache Spark's engines: what is small is committed by the driver, what is large by Spark.

Spark plans and compiles most of a second for a merge of ten rows, which delta-rs makes in some milliseconds; a merge of
a hundred million rows is work for executors. Both write the same rows, and each goes on where the other stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.delta import storage

if TYPE_CHECKING:
    from pipelines.delta.commits import Committer, Staged
    from pipelines.delta.log import DeltaLog, Note
    from pipelines.table import Table


class BySize:
    """A :class:`~pipelines.delta.commits.Committer` that leaves each commit to one of two.

    Args:
        driver: commits in this process.
        spark: commits by executors.
        log: says how large tables are, and what they ask of a writer.
        most_bytes: what the driver commits is no larger: what is staged and, where rows of the table are looked at
            or written again, the table. 0 leaves all to Spark.
    """

    def __init__(self, driver: Committer, spark: Committer, log: DeltaLog, most_bytes: int) -> None:
        self._driver = driver
        self._spark = spark
        self._log = log
        self._most_bytes = most_bytes

    def append(self, uri: str, table: Table, staged: Staged, note: Note) -> None:
        """See :class:`~pipelines.delta.commits.Committer`, as for all of these."""
        self._for_rows(uri, staged).append(uri, table, staged, note)

    def merge(self, uri: str, table: Table, staged: Staged, note: Note, update_if: str | None) -> None:
        """See there."""
        self._for_both(uri, staged).merge(uri, table, staged, note, update_if)

    def replace(
        self, uri: str, table: Table, staged: Staged, note: Note, dates: Sequence[str] | None
    ) -> None:
        """See there."""
        chosen = self._for_rows(uri, staged) if dates is None else self._for_both(uri, staged)
        chosen.replace(uri, table, staged, note, dates)

    def amend(self, uri: str, table: Table, staged: Staged, note: Note, by: Sequence[str]) -> None:
        """See there."""
        self._for_both(uri, staged).amend(uri, table, staged, note, by)

    def touch(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        self._of(uri, 0).touch(uri, table, note)

    def optimize(self, uri: str, note: Note, target_bytes: int | None = None) -> None:
        """See there."""
        self._for_table(uri).optimize(uri, note, target_bytes)

    def order(self, uri: str, table: Table, note: Note, target_bytes: int) -> None:
        """See there."""
        self._for_table(uri).order(uri, table, note, target_bytes)

    def unpartition(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        self._for_table(uri).unpartition(uri, table, note)

    def vacuum(self, uri: str, hours: int, note: Note) -> int:
        """See there."""
        return self._for_table(uri).vacuum(uri, hours, note)

    def restore(self, uri: str, version: int, note: Note) -> None:
        """See there."""
        self._for_table(uri).restore(uri, version, note)

    def expunge(self, uri: str, table: Table, note: Note) -> None:
        """See there."""
        self._for_table(uri).expunge(uri, table, note)

    def _for_rows(self, uri: str, staged: Staged) -> Committer:
        return self._of(uri, storage.folder_bytes(staged.uri)) if self._sees(staged) else self._spark

    def _for_both(self, uri: str, staged: Staged) -> Committer:
        if not self._sees(staged):
            return self._spark
        return self._of(uri, storage.folder_bytes(staged.uri) + self._log.files(uri)[1])

    def _for_table(self, uri: str) -> Committer:
        return self._of(uri, self._log.files(uri)[1])

    def _sees(self, staged: Staged) -> bool:
        """Whether this process reads what executors staged as they do."""
        return storage.is_local(staged.uri)

    def _of(self, uri: str, size: int) -> Committer:
        # A table that somebody gave a feature of Delta's is left to the writer that has all of them.
        is_small = self._most_bytes > 0 and size <= self._most_bytes
        return self._driver if is_small and self._log.is_plain(uri) else self._spark
