"""What is written anew together is as much as memory holds, whatever lies in which file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from pipelines.delta import delta_rs
from pipelines.delta.commits import Staged, spark_struct
from pipelines.delta.declaring import declare
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.layout import DataFile
from pipelines.delta.log import DeltaLog
from pipelines.delta.portions import portions
from pipelines.delta.schemas import arrow_schema
from pipelines.delta.storage import make_folder, write_rows
from pipelines.table import Column, Table

TABLE = Table(
    name="silver.parts",
    doc="Parts.",
    key=("part_id",),
    cluster_by="created_date",
    columns=(
        Column("part_id", "string", "Identity.", required=True),
        Column("amount_minor", "bigint", "Amount."),
        Column("created_date", "date", "Day."),
    ),
)


def files(*rows: tuple[int, int | None, int | None]) -> list[DataFile]:
    return [
        DataFile(size, None if low is None or high is None else range(low, high + 1))
        for size, low, high in rows
    ]


@pytest.mark.parametrize(
    ("of", "values", "expected"),
    [
        ([(60, 1, 1), (60, 2, 2), (30, 3, 3), (30, 4, 9)], [4, 3, 2, 1], [[1], [2, 3], [4]]),
        ([(300, 1, 2), (10, 3, 3)], [1, 2, 3], [[1, 2], [3]]),
        ([(90, 1, 9), (20, 5, 5)], [1, 5, 9], [[1], [5, 9]]),
        ([(90, None, None), (20, 5, 5)], [1, 5], [[1], [5]]),
        ([(10, 1, 1)], [7, 8], [[7, 8]]),
        ([(10, 1, 1)], [], [[]]),
    ],
    ids=["by size", "one large file", "a file of many", "a file that says nothing", "in no file", "nothing"],
)
def test_portions(
    of: list[tuple[int, int | None, int | None]], values: list[int], expected: list[list[int]]
) -> None:
    assert portions(files(*of), values, 100) == expected


def test_a_table_without_bounds_is_written_anew_once() -> None:
    assert portions(files((200, None, None), (20, None, None)), [2, 1], 100) == [[1, 2]]


def rows(*amounts: int) -> pa.Table:
    days = [date(2026, 3, n + 1) for n in range(len(amounts))]
    ids = [f"p{n}" for n in range(len(amounts))]
    return pa.table([ids, list(amounts), days], schema=arrow_schema(TABLE))


def test_in_portions_the_same_rows_are_amended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, uri = DeltaLog({}), str(tmp_path / "parts")
    declare(log, uri, TABLE)
    committer = DeltaRs(log)

    def staged(name: str, table: pa.Table) -> Staged:
        folder = tmp_path / "staged" / name
        make_folder(str(folder))
        write_rows(str(folder / "part-0.parquet"), table)
        return Staged(str(folder), table.num_rows, spark_struct(TABLE))

    for number in range(4):
        committer.append(uri, TABLE, staged(f"{number}", rows(1, 2, 3, 4).slice(number, 1)), {})
    before = log.version(uri) or 0
    monkeypatch.setattr(delta_rs, "PORTION_BYTES", 1)
    committer.amend(uri, TABLE, staged("new", rows(10, 20, 30)), {"said": "again"}, ("part_id",))
    found = DeltaTable(uri).to_pyarrow_table()
    assert sorted(zip(found["part_id"].to_pylist(), found["amount_minor"].to_pylist(), strict=True)) == [
        ("p0", 10), ("p1", 20), ("p2", 30), ("p3", 4),
    ]  # fmt: skip
    assert log.version(uri) == before + 3
    assert [commit.note for commit in log.history(uri, 3)] == [{"said": "again"}] * 3
