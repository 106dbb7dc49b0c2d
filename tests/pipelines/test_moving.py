"""The one way into a table: what is judged, what is published and noted, what becomes of what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.delta import storage
from pipelines.delta.commits import Merge, Replace
from pipelines.flow import held_back
from pipelines.flow.moving import Change, Refusals, moved, put
from pipelines.flow.verdict import Batch, CheckResult, Verdict, accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.engine

THINGS = Table(
    "silver.things",
    "Things.",
    ("thing_id",),
    (Column("thing_id", "string", "Identity."), Column("amount_minor", "bigint", "Amount.")),
)
STAGED = f"{THINGS.spark_schema()}, fault string, record_id string"


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": tmp_path}), {THINGS.name: THINGS}, spark)


def refusing(batch: Batch) -> Verdict:
    """Refuses whatever comes, and says what it was shown."""
    return Verdict((CheckResult("never", "critical", False, "Nothing is good.", str(batch.rows.columns)),))


def passing(batch: Batch) -> Verdict:
    """Tells the figures of a batch."""
    return Verdict((CheckResult("seen", "warning", False, "Seen.", str(batch.facts["quarantined_share"])),))


def change(lake: Lakehouse, *rows: tuple[str, int], watermark: int = 1, **more: Any) -> Change:
    frame = lake.spark.createDataFrame(list(rows), THINGS.spark_schema())
    given: dict[str, Any] = {
        "rows": frame,
        "publish": Merge("true"),
        "note": lambda: {"watermark": watermark},
        "idle": {"watermark": watermark, "rows": 0},
    } | more
    return Change(THINGS, str(watermark), **given)


def partly_refused(lake: Lakehouse, kept: list[tuple[str, bool]], **more: Any) -> Change:
    """One good row and a faulty one; ``kept`` is told of the latter, and whether the table was there by then."""
    rows = [("a", 1, None, "r1"), ("b", 2, "bad", "r2")]

    def refused(staged: DataFrame) -> DataFrame:
        faulty = staged.filter("fault is not null")
        return faulty.selectExpr("record_id", "'f' as file", "1 as line", "0 as item", "fault as reason")

    def keep(found: DataFrame) -> None:
        kept.extend((row["record_id"], lake.exists(THINGS.name)) for row in found.collect())

    frame = lake.spark.createDataFrame(rows, STAGED)
    return change(lake, rows=frame, accept="fault", refusals=Refusals(refused, keep), **more)


def content(lake: Lakehouse) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in lake.table(THINGS.name).collect())


def staged(lake: Lakehouse) -> list[str]:
    return storage.children(storage.join(lake.uri, "_staging"))


def test_a_batch_is_published_noted_and_cleared_away(lake: Lakehouse) -> None:
    outcome = moved(lake, change(lake, ("a", 1), ("b", 2)), accept_all)
    assert (outcome.status, outcome.rows, outcome.version) == ("published", 2, lake.version(THINGS.name))
    assert content(lake) == [("a", 1), ("b", 2)]
    note = lake.note(THINGS.name)
    assert (note["watermark"], note["rows"], note["checks"]["failed"]) == (1, 2, 0)
    assert staged(lake) == []


def test_without_a_row_the_note_alone_moves_on_and_keeps_the_checks_of_before(lake: Lakehouse) -> None:
    moved(lake, change(lake, ("a", 1)), passing)
    outcome = moved(lake, change(lake, watermark=2), passing)
    assert (outcome.status, content(lake)) == ("unchanged", [("a", 1)])
    note = lake.note(THINGS.name)
    assert (note["watermark"], note["rows"], note["checks"]["failures"]) == (2, 0, {"seen": "0.0"})


def test_without_a_row_and_without_a_note_for_it_nothing_is_committed(lake: Lakehouse) -> None:
    assert moved(lake, change(lake, idle=None), accept_all).status == "unchanged"
    assert not lake.exists(THINGS.name)


def test_what_is_refused_is_kept_before_the_rest_is_published_and_counts_for_the_judge(
    lake: Lakehouse,
) -> None:
    kept: list[tuple[str, bool]] = []
    outcome = moved(lake, partly_refused(lake, kept), passing)
    assert kept == [("r2", False)]
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("published", 1, 1)
    assert outcome.verdict.warnings[0].observed == "0.5"
    assert content(lake) == [("a", 1)]


def test_a_refused_batch_changes_nothing_and_is_kept_in_mind_until_one_is_taken_in(lake: Lakehouse) -> None:
    kept: list[tuple[str, bool]] = []
    outcome = moved(lake, partly_refused(lake, kept), refusing)
    assert (outcome.status, outcome.version, kept, staged(lake)) == ("refused", None, [], [])
    assert not lake.exists(THINGS.name)
    (held,) = held_back.held_back(lake)
    assert held.reasons == ("Nothing is good. Found: ['thing_id', 'amount_minor']",)
    assert [record["record_id"] for record in held.records] == ["r2"]
    assert outcome.notices == held_back.told(outcome.verdict) != ()
    moved(lake, change(lake, ("a", 1)), accept_all)
    assert held_back.held_back(lake) == []


def test_what_only_tells_that_it_was_refused_is_not_kept_in_mind(lake: Lakehouse) -> None:
    outcome = moved(lake, change(lake, ("a", 1), where_refused="tell"), refusing)
    assert (outcome.status, outcome.notices, held_back.held_back(lake)) == ("refused", (), [])


def test_what_is_true_is_published_whatever_the_judge_says(lake: Lakehouse) -> None:
    outcome = moved(lake, change(lake, ("a", 1), publish=Replace(), where_refused="publish"), refusing)
    assert (outcome.status, content(lake)) == ("published", [("a", 1)])
    assert lake.note(THINGS.name)["checks"]["failed"] == 1


def test_what_is_put_right_is_neither_judged_nor_counted(lake: Lakehouse) -> None:
    moved(lake, change(lake, ("a", 1), ("b", 2)), accept_all)
    assert put(lake, change(lake, ("a", 3), publish=Replace(), watermark=7)) == 1
    assert content(lake) == [("a", 3)]
    assert lake.note(THINGS.name)["watermark"] == 7
    assert "rows" not in lake.note(THINGS.name)
    assert staged(lake) == []
