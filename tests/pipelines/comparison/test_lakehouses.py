"""Two small lakehouses, written by hand, of which one is changed: what is said to differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.transaction import AddAction

from pipelines.catalog import all_tables
from pipelines.delta.log import dump_note
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import SettingsError
from pipelines.table import Column, Table
from pipelines.upkeep.comparison import Comparison, compare, side_at, tables
from pipelines.upkeep.comparison.lakehouses import TableDifference
from pipelines.upkeep.comparison.left_out import MADE, PLACES
from tests.same_rows import BOOKKEEPING

THINGS = Table(
    "silver.things",
    "Things.",
    ("account", "thing_id"),
    tuple(
        Column(name, type_, "…", personal=personal)  # type: ignore[arg-type]
        for name, type_, personal in [
            ("account", "string", None),
            ("thing_id", "string", None),
            ("amount_minor", "bigint", None),
            ("rate", "double", None),
            ("made_at", "timestamp", None),
            ("email", "string", "email"),
            ("note", "string", "text"),
            ("ingest_id", "bigint", None),
        ]
    ),
)
DECLARED = {THINGS.name: THINGS}
TOKEN = "em_{}_" + "0" * 32
Rows = list[dict[str, Any]]


def thing(number: int, **other: Any) -> dict[str, Any]:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    row = {
        "account": "acct",
        "thing_id": f"t{number}",
        "amount_minor": number,
        "rate": number / 3,
        "made_at": made,
    }
    return row | {"email": TOKEN.format("aaaaaa"), "note": "Call Jane", "ingest_id": 1} | other


def written(root: Path, rows: pa.Table | Rows, name: str = THINGS.name, key: str | None = None) -> Path:
    if isinstance(rows, list):
        rows = pa.Table.from_pylist(rows, arrow_schema(THINGS))
    note = CommitProperties(custom_metadata={"userMetadata": dump_note({"token_key": key} if key else {})})
    write_deltalake(root / Path(*name.split(".")), rows, mode="append", commit_properties=note)
    return root


@pytest.fixture
def pair(tmp_path: Path) -> Callable[..., Comparison]:
    def compared(a: Any, b: Any, keys: Sequence[str | None] = (None, None), **how: Any) -> Comparison:
        roots = [
            written(tmp_path / side, rows, key=key)
            for side, rows, key in zip("ab", (a, b), keys, strict=True)
        ]
        one, other = (side_at(str(root)) for root in roots)
        return compare(one, other, DECLARED, **how)

    return compared


ROWS = [thing(number) for number in range(1, 6)]


def only(found: Comparison) -> TableDifference:
    (table,) = found.tables
    return table


def test_the_same_rows_in_other_order_and_files_do_not_differ(
    pair: Callable[..., Comparison], tmp_path: Path
) -> None:
    written(tmp_path / "b", ROWS[:2])
    found = pair(ROWS, ROWS[:1:-1])
    assert (found.count, only(found).rows_a, only(found).rows_b) == (0, 5, 5)


def test_a_cell_that_was_changed_is_named_with_both_values(pair: Callable[..., Comparison]) -> None:
    found = only(pair(ROWS, [*ROWS[:4], thing(5, amount_minor=50, note="Call Joan")]))
    assert (found.altered, found.only_a, found.only_b) == (1, 0, 0)
    assert dict(found.columns) == {"amount_minor": 1, "note": 1}
    cell, text = found.examples
    assert (cell.key, cell.column, cell.a, cell.b) == ("account=acct, thing_id=t5", "amount_minor", "5", "50")
    assert (text.column, text.a) == ("note", "not shown (9 long)")
    assert "Jane" not in json.dumps([str(one) for one in found.examples])


def test_a_row_that_is_missing_and_one_more_are_told_apart(pair: Callable[..., Comparison]) -> None:
    found = only(pair(ROWS[:4], ROWS[1:]))
    assert (found.altered, found.only_a, found.only_b, found.differing_rows) == (0, 1, 1, 2)
    assert [(one.key[-2:], one.is_in_a) for one in found.examples] == [("t1", True), ("t5", False)]


def test_a_row_that_is_there_twice_differs_once(pair: Callable[..., Comparison]) -> None:
    found = only(pair(ROWS, [*ROWS, ROWS[2]]))
    assert (found.only_b, found.differing_rows, found.rows_b) == (1, 1, 6)
    assert found.examples[0].key.endswith("thing_id=t3")


def test_a_row_that_is_there_twice_and_changed_once(pair: Callable[..., Comparison]) -> None:
    found = only(pair([*ROWS, ROWS[2]], [*ROWS, thing(3, amount_minor=9)]))
    assert (found.altered, found.differing_rows, dict(found.columns)) == (1, 1, {"amount_minor": 1})


def test_columns_in_other_order_and_times_without_a_zone_do_not_differ(
    pair: Callable[..., Comparison],
) -> None:
    rows = pa.Table.from_pylist(ROWS, arrow_schema(THINGS))
    place = rows.schema.get_field_index("made_at")
    zoneless = rows.set_column(place, "made_at", rows["made_at"].cast(pa.timestamp("us")))
    assert pair(rows, zoneless.select(sorted(zoneless.column_names))).count == 0


def test_times_of_96_bits_are_read_to_the_year_9999(tmp_path: Path) -> None:
    rows = [thing(1, made_at=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))]
    written(tmp_path / "a", rows)
    written(tmp_path / "b", [])
    folder = tmp_path / "b" / "silver" / "things"
    pq.write_table(
        pa.Table.from_pylist(rows, arrow_schema(THINGS)),
        folder / "old.parquet",
        use_deprecated_int96_timestamps=True,
    )
    size = (folder / "old.parquet").stat().st_size
    action = AddAction("old.parquet", size, {}, 0, True, json.dumps({"numRecords": 1}))
    table = DeltaTable(folder)
    table.create_write_transaction([action], mode="append", schema=table.schema())
    assert compare(side_at(str(tmp_path / "a")), side_at(str(tmp_path / "b")), DECLARED).count == 0


def test_the_last_digits_of_a_double_do_not_count(pair: Callable[..., Comparison]) -> None:
    noisy = [row | {"rate": row["rate"] * (1 + 1e-12)} for row in ROWS]
    assert pair(ROWS, noisy).count == 0


def test_noise_in_a_row_that_differs_elsewhere_is_not_counted(pair: Callable[..., Comparison]) -> None:
    found = only(pair(ROWS, [thing(1, amount_minor=7, rate=1 / 3 * (1 + 5e-10)), *ROWS[1:]]))
    assert dict(found.columns) == {"amount_minor": 1}


def test_which_batch_brought_a_row_counts_only_when_asked(pair: Callable[..., Comparison]) -> None:
    later = [thing(number, ingest_id=2) for number in range(1, 6)]
    assert pair(ROWS, later).count == 0
    found = pair([], [], left_out={})
    assert dict(only(found).columns) == {"ingest_id": 5}


def test_tokens_of_another_key_are_compared_as_null_or_not(pair: Callable[..., Comparison]) -> None:
    other = [thing(number, email=TOKEN.format("bbbbbb")) for number in range(1, 6)]
    other[0]["email"] = None
    found = only(pair(ROWS, other, keys=("aaaaaa", "bbbbbb")))
    assert dict(found.columns) == {"email": 1}
    assert (found.examples[0].a, found.examples[0].b) == ("a token", "null")
    assert found.notes == ("tokens of different keys (aaaaaa, bbbbbb): compared as null or not",)


def test_tokens_of_one_key_are_compared_and_shown(pair: Callable[..., Comparison]) -> None:
    other = [thing(1, email="em_aaaaaa_" + "1" * 32), *ROWS[1:]]
    found = only(pair(ROWS, other, keys=("aaaaaa", "aaaaaa")))
    assert dict(found.columns) == {"email": 1}
    assert found.examples[0].a == TOKEN.format("aaaaaa")


def test_an_address_in_clear_is_never_shown(pair: Callable[..., Comparison]) -> None:
    found = only(pair(ROWS, [thing(1, email="jane@example.com"), *ROWS[1:]]))
    assert found.examples[0].b == "not shown (16 long)"


def test_a_column_that_one_side_lacks_is_null_there(pair: Callable[..., Comparison]) -> None:
    without = pa.Table.from_pylist(ROWS, arrow_schema(THINGS)).drop_columns(["amount_minor"])
    found = only(pair(ROWS, without))
    assert dict(found.columns) == {"amount_minor": 5}
    assert found.notes == ("B has no column amount_minor: taken as null",)


def test_a_column_of_another_type_differs_in_each_row(pair: Callable[..., Comparison]) -> None:
    rows = pa.Table.from_pylist(ROWS, arrow_schema(THINGS))
    place = rows.schema.get_field_index("amount_minor")
    found = only(pair(rows, rows.set_column(place, "amount_minor", rows["amount_minor"].cast(pa.string()))))
    assert dict(found.columns) == {"amount_minor": 5}


def test_a_table_that_nothing_declares_is_compared_as_a_multiset(tmp_path: Path) -> None:
    one = pa.table({"x": ["a", "a", "b"], "y": [0.1 + 0.2, 1.0, 2.0]})
    other = pa.table({"x": ["a", "b", "b"], "y": [0.3, 2.0, 2.0]})
    sides = [
        side_at(str(written(tmp_path / side, rows, "gold.x"))) for side, rows in (("a", one), ("b", other))
    ]
    found = only(compare(*sides, {}))
    assert (found.altered, found.only_a, found.only_b) == (0, 1, 1)
    assert found.notes == ("nothing declares it: compared as a multiset of rows",)


def test_without_a_column_of_its_key_a_table_is_a_multiset(pair: Callable[..., Comparison]) -> None:
    renamed = [row | {"thing_id": f"u{row['thing_id']}"} for row in ROWS]
    found = pair(ROWS, renamed, left_out=MADE | {"thing_id": "renamed"})
    assert found.count == 0
    assert only(found).notes == ("a column of its key is left out: compared as a multiset of rows",)


@pytest.mark.parametrize("rows", [ROWS, []], ids=["with rows", "empty"])
def test_a_table_on_one_side_alone_is_different(tmp_path: Path, rows: Rows) -> None:
    for side in "ab":
        written(tmp_path / side, ROWS)
    written(tmp_path / "b", rows, "silver.others")
    found = compare(*(side_at(str(tmp_path / side)) for side in "ab"), DECLARED)
    (other,) = found.differing
    assert (other.table, other.rows_a, other.rows_b) == ("silver.others", None, len(rows))
    assert other.notes == ("A does not have this table",)
    assert found.count == max(1, len(rows))


def test_rows_that_differ_are_compared_in_parts(
    pair: Callable[..., Comparison], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "KEYS_AT_A_TIME", 7)
    rows = [thing(number) for number in range(40)]
    found = only(pair(rows, [row | {"amount_minor": -1} for row in rows[:39]]))
    assert (found.altered, found.only_a, dict(found.columns)) == (39, 1, {"amount_minor": 39})
    assert len(found.examples) == tables.SHOWN


def test_the_column_that_files_are_laid_out_by_and_one_added_later_count(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist(ROWS, arrow_schema(THINGS))
    folder = written(tmp_path / "a", rows) and tmp_path / "b" / "silver" / "things"
    write_deltalake(folder, rows.drop_columns(["note"]).slice(0, 2), partition_by=["amount_minor"])
    write_deltalake(folder, rows.slice(2), mode="append", schema_mode="merge")
    found = only(compare(*(side_at(str(tmp_path / side)) for side in "ab"), DECLARED))
    assert dict(found.columns) == {"note": 2}


@pytest.mark.parametrize("place", ["", "lakehouse"], ids=["home", "tables"])
def test_a_home_is_as_good_as_its_lakehouse(tmp_path: Path, place: str) -> None:
    written(tmp_path / "lakehouse", ROWS)
    assert side_at(str(tmp_path / place)).uri == str(tmp_path / "lakehouse")


def test_where_there_is_no_lakehouse_it_is_said_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no lakehouse is there\. A home .* or the folder or URL"):
        side_at(str(tmp_path))


@pytest.mark.parametrize(
    "names", [MADE, PLACES, dict.fromkeys(BOOKKEEPING)], ids=["made", "places", "in tests"]
)
def test_what_may_be_left_out_is_a_column_of_some_table(names: Mapping[str, Any]) -> None:
    assert names.keys() <= {name for table in all_tables().values() for name in table.column_names}
    assert MADE.keys() >= BOOKKEEPING


def test_the_manual_names_every_column_that_is_left_out() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert all(f"| `{name}`" in page for name in MADE)
