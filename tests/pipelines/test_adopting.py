"""Staged files that become a table's as they are: only those that are as the table is declared."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.delta.commits import Staged
from pipelines.delta.declaring import declare
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.log import DeltaLog
from pipelines.delta.schemas import arrow_schema
from pipelines.table import Column, Table

PARTS = Table(
    "silver.parts",
    "Parts.",
    ("part_id",),
    (
        Column("part_id", "string", "Identity.", required=True),
        Column("amount_minor", "bigint", "Amount."),
        Column("day", "date", "Day."),
        Column("made_at", "timestamp", "When."),
    ),
)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = {"part_id": ["a", "b"], "amount_minor": [1, 2], "day": [date(2026, 3, 1), None], "made_at": [AT, None]}
IS = pa.table(ROWS, schema=arrow_schema(PARTS))


class Bench:
    """A table on a disk, and a staged batch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uri = str(folder / "parts")
        self.log = DeltaLog({})
        declare(self.log, self.uri, PARTS)

    def append(self, rows: pa.Table, accept: str | None = None, **how: Any) -> None:
        staged = self.folder / "staged-1"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir()
        pq.write_table(rows, staged / "a.parquet", **how)
        late = staged / "_temporary" / "0"
        late.mkdir(parents=True)
        pq.write_table(rows, late / "half.parquet")
        DeltaRs(self.log).append(self.uri, PARTS, Staged(str(staged), len(rows), None, accept), {})

    @property
    def files(self) -> list[str]:
        return [path.name for path in Path(self.uri).glob("*.parquet")]

    @property
    def is_as_staged(self) -> bool:
        """Whether the table's one file is the one that was staged: it says who wrote it."""
        [name] = self.files
        return "parquet-cpp" in str(pq.read_metadata(Path(self.uri) / name).created_by)

    def rows(self) -> list[dict[str, Any]]:
        return DeltaLog({}).read(self.uri, PARTS.column_names, arrow_schema(PARTS)).to_pylist()

    def stats(self) -> dict[str, Any]:
        added = [
            json.loads(line)["add"]
            for entry in sorted((Path(self.uri) / "_delta_log").glob("*.json"))
            for line in entry.read_text().splitlines()
            if "add" in line and json.loads(line).get("add")
        ]
        found: dict[str, Any] = json.loads(added[-1]["stats"])
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_files_as_declared_are_moved_and_what_an_executor_left_is_not(bench: Bench) -> None:
    bench.append(IS)
    assert bench.is_as_staged
    assert bench.rows() == IS.to_pylist()
    bounds = {"amount_minor": 1, "day": "2026-03-01"}
    assert bench.stats() == {
        "numRecords": 2,
        "minValues": bounds,
        "maxValues": {"amount_minor": 2, "day": "2026-03-01"},
    }


def test_a_batch_of_the_name_of_an_earlier_one_leaves_its_rows(bench: Bench) -> None:
    bench.append(IS)
    bench.append(IS)
    assert bench.rows() == [*IS.to_pylist(), *IS.to_pylist()]


def test_how_texts_are_held_in_memory_makes_no_difference(bench: Bench) -> None:
    bench.append(IS.set_column(0, "part_id", IS["part_id"].cast(pa.large_string())))
    assert bench.is_as_staged
    assert bench.rows() == IS.to_pylist()


@pytest.mark.parametrize(
    "other",
    [
        IS.set_column(1, "amount_minor", IS["amount_minor"].cast(pa.int32())),
        IS.append_column("payload", pa.array(["secret", "secret"])),
        IS.set_column(3, "made_at", IS["made_at"].cast(pa.timestamp("ns", "UTC"))),
    ],
    ids=["another type", "one column more", "finer times"],
)
def test_files_that_are_not_as_declared_are_written_anew(bench: Bench, other: pa.Table) -> None:
    bench.append(other)
    assert not bench.is_as_staged
    assert pq.read_schema(Path(bench.uri) / bench.files[0]).names == list(PARTS.column_names)
    assert bench.rows() == IS.to_pylist()


def test_a_column_that_says_what_is_refused_stays_outside(bench: Bench) -> None:
    bench.append(IS.append_column("fault", pa.array([None, "no amount"], pa.string())), accept="fault")
    assert bench.rows() == IS.slice(0, 1).to_pylist()


def test_bounds_that_a_file_does_not_say_are_not_guessed(bench: Bench) -> None:
    bench.append(IS, write_statistics=["day"])
    assert bench.stats()["minValues"] == {"day": "2026-03-01"}
