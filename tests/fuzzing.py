"""One round of fuzzing: made-up records through the reader and through every silver table, and what must hold then."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from frames import KEY, Json, read_folder
from pyspark.sql import functions as F  # noqa: N812

from pipelines.catalog import tables_of
from pipelines.silver.shared.build import FAULT, parse
from pipelines.silver.shared.mapped import is_of_no_object, of_table
from pipelines.simulate import Simulation, simulate
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MODELLED = [
    table for table in tables_of("silver") if table.object_type and not table.short_name.endswith("_history")
]


@dataclass(frozen=True)
class Fate:
    """How many records there were, and what became of them."""

    records: int
    good: int
    refused: int
    unreadable: int
    unmodelled: int

    @property
    def lost(self) -> int:
        """Records that are none of these, or more than one; 0 in a sound pipeline."""
        return self.records - self.good - self.refused - self.unreadable - self.unmodelled


def sample_subjects(folder: Path, of_each: int = 4) -> list[Json]:
    """Some good objects of every type that the simulator makes."""
    archive = Simulation(
        seed=3, days=45, payments_per_day=8, accounts=3, dirt=False, eventbridge_share=0, page_share=0
    )
    simulate(archive, folder / "raw", folder / "truth")
    found: dict[str, list[Json]] = {}
    for file in sorted(folder.glob("raw/events/**/*.gz")):
        for line in gzip.decompress(file.read_bytes()).splitlines():
            subject = json.loads(line)["data"]["object"]
            kept = found.setdefault(subject["object"], [])
            if len(kept) < of_each:
                kept.append(subject)
    return [subject for kept in found.values() for subject in kept]


def records_of(folder: Path, lines: Iterable[bytes]) -> pa.Table:
    """Lines written as a file, and read.

    Raises:
        AssertionError: a byte of a line is in no record, or a record's place is not its own.
    """
    (folder / "fuzz.ndjson").write_bytes(text := b"\n".join(lines))
    records = read_folder(folder)
    assert len(set(records["record_id"].to_pylist())) == records.num_rows
    _check_bytes(records, text)
    return records


def fate_of(spark: SparkSession, records: pa.Table) -> Fate:
    """What becomes of each record: parsed as a row of its table, good or not."""
    readable = records.filter(pc.is_null(records["fault"]))
    kinds = Counter(readable["object_type"].to_pylist())
    frame = spark.createDataFrame(readable.drop_columns(["payload_bytes"]))
    good = refused = 0
    modelled = {name for table in MODELLED for name in table.object_types}
    nameless = frame.filter(is_of_no_object() & F.col("object_type").isin(*modelled)).count()
    for table in MODELLED:
        if any(kinds[name] for name in table.object_types):
            rows = parse(of_table(frame, table, stripe()), table, stripe(), KEY)
            found = rows.selectExpr(f"count(*) - count({FAULT})", f"count({FAULT})").collect()[0]
            good, refused = good + found[0], refused + found[1]
    unmodelled = sum(count for name, count in kinds.items() if name not in modelled) + nameless
    return Fate(records.num_rows, good, refused, records.num_rows - readable.num_rows, unmodelled)


_BETWEEN = b" \t\r\n\x0b\x0c[],"
"""What may stand between records: white space, and what wraps the items of a list."""


def _check_bytes(records: pa.Table, text: bytes) -> None:
    """No byte of the text is outside a record, but for those between records."""
    exact = zip(records["line"].to_pylist(), records["item"].to_pylist(), _raw(records), strict=True)
    held = b"".join(raw for *_, raw in sorted(exact, key=lambda found: found[:2]))
    if b'"list"' not in text:
        assert _squeezed(held) == _squeezed(text)


def _raw(records: pa.Table) -> list[bytes]:
    shown, kept = records["payload"].to_pylist(), records["payload_bytes"].to_pylist()
    return [kept_bytes or text.encode() for text, kept_bytes in zip(shown, kept, strict=True)]


def _squeezed(text: bytes) -> bytes:
    return text.removeprefix(b"\xef\xbb\xbf").translate(None, _BETWEEN)
