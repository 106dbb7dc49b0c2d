"""Keeping house in one table: its files in order, its past as long as it is wanted, and going back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.delta.layout import FELT, ORDERLY, Layout, work
from pipelines.delta.log import stamped

if TYPE_CHECKING:
    from pipelines.delta.commits import Committer
    from pipelines.delta.log import DeltaLog, Note
    from pipelines.table import Table


@dataclass(frozen=True)
class Housekeeping:
    """What is done to a table by whoever holds the lakehouse for writing. Its rows stay, or become those of before.

    Attributes:
        committer: commits to it.
        log: says what is there.
        uri: the table's folder or URL.
        table: its declaration.
    """

    committer: Committer
    log: DeltaLog
    uri: str
    table: Table

    def layout(self) -> Layout:
        """How it lies on its disk now."""
        return self.log.layout(self.uri, self.table.cluster_by)

    def rearrange(self, target_bytes: int, *, thorough: bool = False) -> None:
        """Put small files together, or order the rows by day, where that is worth it.

        Args:
            target_bytes: about how large files are to be.
            thorough: leave it in good order, and without the partitions that an earlier Vermeil gave it. Otherwise
                only what readers feel is done.
        """
        note = self.log.note(self.uri)
        if self.layout().partitioned_by:
            if not thorough:
                return
            self.committer.unpartition(self.uri, self.table, note)
        match work(self.layout(), target_bytes, ORDERLY if thorough else FELT):
            case "order":
                self.committer.order(self.uri, self.table, note, target_bytes)
            case "compact":
                self.committer.optimize(self.uri, note, target_bytes)

    def compact(self) -> None:
        """Put small files together."""
        self.committer.optimize(self.uri, self.log.note(self.uri))

    def vacuum(self, hours: int) -> int:
        """Delete files that no version of the last ``hours`` needs; returns how many."""
        return self.committer.vacuum(self.uri, hours, self.log.note(self.uri))

    def restore(self, version: int, **more: Any) -> None:
        """Make an earlier version the current one. Its watermark goes back with it; ``more`` is added to the note."""
        # Stamped even where that version had no note: an empty one would let the later watermark count again.
        note = {**self.log.note(self.uri, version), **self.used(), **more}
        self.committer.restore(self.uri, version, stamped(note))

    def used(self) -> Note:
        """What the note must keep if the table goes back: numbers of batches are never used twice."""
        notes = [commit.note for commit in self.log.history(self.uri) if "ingest_id" in commit.note]
        numbers = [max(int(n["ingest_id"]) + 1, int(n.get("next_ingest_id", 0))) for n in notes]
        return {"next_ingest_id": max(numbers)} if numbers else {}

    def expunge(self, note: Note | None = None) -> None:
        """Leave nothing but the current version: no older one can be read or restored any more.

        Readers that hold an older version lose it. The note is by default the one that is there.
        """
        self.committer.expunge(
            self.uri, self.table, stamped(self.log.note(self.uri) if note is None else note)
        )
