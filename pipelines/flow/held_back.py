"""Batches that were refused: which records they hold, why nothing of them was published, and what to do.

Of each table the latest such batch is kept beside the tables, as a small file without payloads. It goes when the table
takes in a batch, or has none to take in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.delta import storage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.verdict import Verdict
    from pipelines.lakehouse import Lakehouse
    from pipelines.silver.quarantine import Choice

FOLDER = "_held_back"

MOST = 1000
"""Records of a batch that are listed."""

PLACE = ("record_id", "file", "line", "item", "reason")

SHOWN = "a batch was held back: 'vermeil quarantine' shows its records and the way out"

WAYS_OUT: Mapping[str, str] = {
    "bronze": (
        "Nothing of the batch is in any table, and its files are still to be taken in. Look at a record with 'vermeil "
        "quarantine --payload RECORD'. Then mend the files, or move those that do not belong there out of the raw "
        "folder, and run again."
    ),
    "silver": (
        "Bronze holds the records already, this table none of them. Look at a record with 'vermeil quarantine "
        "--payload RECORD'. Where a mapping or a declaration is wrong, mend it and run again. Where the files are, go "
        "back with 'vermeil restore' to before they came in, move them out of the raw folder, and run again."
    ),
    "gold": (
        "The table is as it was, and what it is made from is published. See what the run complained of, mend the "
        "records, the code or the expectation, and run again."
    ),
}


@dataclass(frozen=True)
class HeldBack:
    """A batch that was refused.

    Attributes:
        table: that did not take it in.
        at: when, UTC, in ISO 8601.
        reasons: critical expectations that failed, with what was observed.
        rows: rows that the batch has to publish.
        faulty: records of it that were refused by themselves.
        records: the first of these: record_id, file, line, item and reason.
        raw: the folder that the files of a bronze batch lie in.
    """

    table: str
    at: str
    reasons: tuple[str, ...]
    rows: int
    faulty: int
    records: tuple[dict[str, Any], ...] = ()
    raw: str | None = None

    @property
    def way_out(self) -> str:
        """What to do."""
        return WAYS_OUT[self.table.partition(".")[0]]


def listed(batches: Iterable[HeldBack], choice: Choice, limit: int) -> list[HeldBack]:
    """The refused batches that a choice is about, with at most so many of the records that it is about.

    Whoever asks for a reason or a file asks about records: a batch without such a record is left out.
    """
    found = [one for one in batches if choice.table in (None, one.table)]
    chosen = [replace(one, records=tuple(filter(choice.takes, one.records))) for one in found]
    kept = [one for one in chosen if one.records or not (choice.reason or choice.file)]
    return [replace(one, records=one.records[:limit]) for one in kept]


def places(faulty: DataFrame) -> tuple[dict[str, Any], ...]:
    """Faulty records of a batch with their places, as they are listed. Payloads are left where they are."""
    found = faulty.select(*PLACE).orderBy("file", "line", "item").limit(MOST)
    return tuple(found.toArrow().to_pylist())


def note(
    lake: Lakehouse,
    name: str,
    verdict: Verdict,
    *,
    rows: int,
    faulty: int = 0,
    records: Iterable[dict[str, Any]] = (),
    raw: str | None = None,
) -> None:
    """Keep what a table refused; or, where it refused nothing, forget what it had refused before."""
    uri = _uri(lake, name)
    if not verdict.refusals:
        settled(lake, name)
        return
    reasons = tuple(f"{one.description} Found: {one.observed}" for one in verdict.refusals)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    held = HeldBack(name, at, reasons, rows, faulty, tuple(records), raw)
    storage.make_folder(storage.join(lake.uri, FOLDER))
    storage.replace_text(uri, json.dumps(asdict(held)))
    lake.log.logs.wrote(uri)


def told(verdict: Verdict) -> tuple[str, ...]:
    """What is said of a batch where it was refused."""
    return (SHOWN,) if verdict.refusals else ()


def settled(lake: Lakehouse, name: str) -> None:
    """Forget what a table had refused: there is nothing that it has to take in."""
    if lake.log.logs.may_hold(_uri(lake, name)):
        storage.delete_file(_uri(lake, name))


def held_back(lake: Lakehouse) -> list[HeldBack]:
    """The refused batches, in the order of the tables."""
    there = set(storage.children(storage.join(lake.uri, FOLDER)))
    texts = [storage.read_text(_uri(lake, name)) for name in lake.tables if f"{name}.json" in there]
    return [_read(json.loads(text)) for text in texts if text]


def _read(found: dict[str, Any]) -> HeldBack:
    return HeldBack(**{**found, "reasons": tuple(found["reasons"]), "records": tuple(found["records"])})


def _uri(lake: Lakehouse, name: str) -> str:
    return storage.join(lake.uri, FOLDER, f"{name}.json")
