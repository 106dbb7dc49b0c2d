"""Histories: each version once, with the time during which it held, however the records came."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frames import CREATED, KEY, Json, envelope, event, of_type, read_lines, rows

from pipelines.catalog import all_tables, tables_of
from pipelines.silver import charges
from pipelines.silver.shared import history
from pipelines.silver.shared.build import build, current, faulty, parse
from pipelines.sources.mapping import stripe
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

HISTORIES = [table for table in tables_of("silver") if table.history_of]
START = datetime.fromtimestamp(CREATED, UTC).replace(tzinfo=None)


def charge(said: str, **fields: object) -> Json:
    return {
        "id": "ch_1", "object": "charge", "amount": 1000, "currency": "usd", "created": CREATED,
        "description": said, **fields,
    }  # fmt: skip


def told(said: str, kind: str, after: int, **fields: object) -> Json:
    return event(charge(said, **fields), f"charge.{kind}", CREATED + after, f"evt_{said}")


LIFE: list[Json] = [
    charge("listed"),
    told("succeeded", "succeeded", 0),
    told("captured", "captured", 0),
    told("updated", "updated", 10),
    told("faulty", "updated", 15, currency="zzz"),
    told("refunded", "refunded", 20),
]
HELD = [
    ("listed", 0, 0, False),
    ("succeeded", 0, 0, False),
    ("captured", 0, 10, False),
    ("updated", 10, 20, False),
    ("refunded", 20, None, True),
]
"""What was said, from when, until when, and whether it still holds."""


def lived(frame: DataFrame) -> list[tuple[str, int, int | None, bool]]:
    def seconds(moment: datetime | None) -> int | None:
        return None if moment is None else int((moment.replace(tzinfo=None) - START) / timedelta(seconds=1))

    return [
        (row["description"], seconds(row["valid_from"]) or 0, seconds(row["valid_to"]), row["is_current"])
        for row in rows(frame, "version")
    ]


def of(spark: SparkSession, folder: Path, documents: Sequence[Json]) -> DataFrame:
    """Parsed records, by themselves as the flow stages them: asked for twice, they are parsed once."""
    records = of_type(spark, read_lines(folder, {"a.ndjson": documents}), "charge")
    parsed = parse(records, history.base_of(charges.HISTORY), stripe(), KEY)
    return spark.createDataFrame(parsed.toArrow(), parsed.schema)


def test_each_version_holds_until_the_next_one(any_spark: SparkSession, tmp_path: Path) -> None:
    documents = [*LIFE, envelope(LIFE[3]), LIFE[1]]
    assert lived(history.intervals(of(any_spark, tmp_path, documents), charges.HISTORY)) == HELD


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_later_splits_the_interval_that_it_falls_into(
    spark: SparkSession, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    documents = [*LIFE, envelope(LIFE[3])]
    chance.shuffle(documents)
    cut = chance.randrange(1, len(documents))
    table = charges.HISTORY
    parsed = of(spark, tmp_path, documents)
    came_first = parsed.filter(parsed["record_id"].rlike(f":({'|'.join(map(str, range(1, cut + 1)))})$"))
    present = history.intervals(came_first, table)
    assert (
        lived(history.intervals(history.as_parsed(present, table).unionByName(parsed.drop("payload")), table))
        == HELD
    )


def test_the_copy_that_was_known_first_stands(spark: SparkSession, tmp_path: Path) -> None:
    for documents in ([LIFE[1], envelope(LIFE[1])], [envelope(LIFE[1]), LIFE[1]]):
        [row] = rows(history.intervals(of(spark, tmp_path, documents), charges.HISTORY))
        assert row["known_at"] == row["occurred_at"]


def test_an_object_that_says_no_time_holds_from_1970(any_spark: SparkSession, tmp_path: Path) -> None:
    table = all_tables()["silver.account_history"]
    account = {"id": "acct_1", "object": "account"}
    documents = [account, event(account, "account.updated")]
    records = of_type(any_spark, read_lines(tmp_path, {"a.ndjson": documents}), "account")
    found = rows(history.intervals(parse(records, history.base_of(table), stripe(), KEY), table), "version")
    assert [row["valid_from"].replace(tzinfo=None) for row in found] == [datetime(1970, 1, 1), START]
    assert found[0]["valid_to"] == found[1]["valid_from"]


def test_the_current_version_is_the_row_of_the_base_table(spark: SparkSession, tmp_path: Path) -> None:
    base = history.base_of(charges.HISTORY)
    records = of_type(spark, read_lines(tmp_path, {"a.ndjson": LIFE}), "charge")
    now = build(records, base, stripe(), KEY).filter("fault is null").select(*base.column_names)
    held = history.intervals(parse(records, base, stripe(), KEY), charges.HISTORY).filter("is_current")
    assert rows(held.select(*base.column_names)) == rows(now)


def test_a_query_that_stages_nothing_finds_the_rows_of_a_build(
    any_spark: SparkSession, tmp_path: Path
) -> None:
    base = history.base_of(charges.HISTORY)
    records = of_type(any_spark, read_lines(tmp_path, {"a.ndjson": LIFE}), "charge")
    staged = rows(build(records, base, stripe(), KEY))
    good = [{name: row[name] for name in base.column_names} for row in staged if row["fault"] is None]
    assert rows(current(records, base, stripe(), KEY)) == good
    refused = rows(faulty(records, base, stripe()))
    assert [(row["record_id"], row["fault"], row["payload"]) for row in refused] == [
        (row["record_id"], row["fault"], row["payload"]) for row in staged if row["fault"]
    ]


def test_an_object_whose_current_version_differs_is_counted(spark: SparkSession, tmp_path: Path) -> None:
    table = charges.HISTORY
    held = history.intervals(of(spark, tmp_path, LIFE), table)
    base = held.filter("is_current")
    older = held.filter("description = 'updated'")
    assert history.unlike_base(held, base, table, last=1) == 0
    assert history.unlike_base(held, older, table, last=1) == 1
    assert history.unlike_base(held, older, table, last=0) == 0  # taken in later than these rows go
    assert history.unlike_base(held, base.limit(0), table, last=1) == 1


def test_there_are_five() -> None:
    assert [table.name for table in HISTORIES] == [
        "silver.account_history", "silver.charge_history", "silver.dispute_history",
        "silver.subscription_item_history", "silver.subscription_history",
    ]  # fmt: skip


@pytest.mark.parametrize("table", HISTORIES, ids=lambda table: table.short_name)
def test_a_history_has_what_its_base_table_has_and_the_interval(table: Table) -> None:
    base = history.base_of(table)
    assert table.columns == (*base.columns, history.VALID_FROM, history.VALID_TO, history.IS_CURRENT)
    assert table.key == (*base.key, "version_id")
    assert table.cluster_by == base.cluster_by
    assert table.object_type is None  # it models no type: each record counts once, in the base table


def test_a_table_of_current_state_is_no_history() -> None:
    with pytest.raises(ValueError, match=r"silver\.charges is no history table"):
        history.base_of(all_tables()["silver.charges"])
