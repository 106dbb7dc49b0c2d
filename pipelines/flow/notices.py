"""What a person should know of the files of a batch, and what of them its shares are judged by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from pipelines.bronze.reading.reader import FileCounts

if TYPE_CHECKING:
    from pipelines.flow.ingest import Batch


def told(batch: Batch) -> tuple[str, ...]:
    """What is said of the files of a batch, each by its name; never what is in them."""
    lost = (f"{counts.file.file}: {counts.missing}" for counts in batch.missing)
    empty = (f"{counts.file.file}: holds no record" for counts in batch.counts if not counts.record_count)
    foreign = (f"{counts.file.file}: {counts.foreign}" for counts in batch.counts if counts.foreign)
    return tuple(chain(lost, foreign, empty, open_lists(batch.counts), masked(batch.counts)))


def masked(counts: Iterable[FileCounts]) -> Iterator[str]:
    """Files that held card numbers, with how many; never the numbers."""
    for one in counts:
        if one.masked_count:
            numbers, records = one.masked_count, one.masked_record_count
            yield f"{one.file.file}: card numbers masked: {numbers:,}, in records: {records:,}"


def open_lists(counts: Iterable[FileCounts]) -> Iterator[str]:
    """Lists whose last page is not there: in a folder, pages of a type say that more follow and none is the last."""
    opened: dict[tuple[str, str], list[str]] = defaultdict(list)
    ended: set[tuple[str, str]] = set()
    for one in counts:
        folder = one.file.file.rpartition("/")[0]
        ended.update((folder, kind) for kind in one.ended)
        for kind in one.opened:
            opened[folder, kind].append(one.file.file)
    for (folder, kind), files in sorted(opened.items()):
        if (folder, kind) not in ended:
            more = f" and {len(files) - 1:,} other files" if len(files) > 1 else ""
            yield f"{max(files)}{more}: has_more is true and no page of {kind} objects is the last: pages are missing"


def judged(counts: Sequence[FileCounts]) -> tuple[int, int]:
    """Faulty records and all records by which the shares of a batch are judged.

    A file without any JSON says nothing about the source. Of another file in which no record is good, the file counts
    as one, so that it does not hold back what stands beside it; where no file has a good record, all are counted.
    """
    ours = [one for one in counts if not one.foreign]
    if all(one.fault_count == one.record_count for one in ours):
        return sum(one.fault_count for one in ours), sum(one.record_count for one in ours)
    pairs = [
        (1, 1) if one.fault_count == one.record_count else (one.fault_count, one.record_count)
        for one in ours
        if one.record_count
    ]
    return sum(faults for faults, _ in pairs), sum(records for _, records in pairs)
