"""Gold that is made from gold, whole tables, tables that only gain rows, and what else a table may depend on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.commits import Merge
from pipelines.delta.schemas import arrow_schema
from pipelines.flow import gold as flow_gold
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.gold.shared.recipe import Added, ByDay, Frames, Whole
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.engine

SALES = Table(
    "silver.sales",
    "One row per sale.",
    ("sale_id",),
    (
        Column("sale_id", "string", "Id."),
        Column("date", "date", "Day."),
        Column("amount_minor", "bigint", "Amount."),
        Column("ingest_id", "bigint", "Batch."),
    ),
)
SUM = Column("total_minor", "bigint", "Amount.")
DAYS = Table(
    "gold.sales_daily",
    "One row per day.",
    ("date",),
    (Column("date", "date", "Day."), SUM),
)
DOUBLE = replace(DAYS, name="gold.doubled_daily")
TOTAL = Table(
    "gold.total",
    "One row.",
    ("name",),
    (Column("name", "string", "all"), Column("total_minor", "bigint", "Sum.")),
)
SEEN = Table(
    "gold.seen",
    "Days that were seen, once each.",
    ("date",),
    (Column("date", "date", "Day."), Column("total_minor", "bigint", "As it was.")),
)
TABLES = {table.name: table for table in (SALES, DAYS, DOUBLE, TOTAL, SEEN)}


@dataclass
class Rate:
    """What the doubled days depend on besides the days."""

    times: int = 2

    @property
    def digest(self) -> str:
        return str(self.times)


class Site:
    """A lakehouse of five tables; ``asked`` keeps the days that each build was asked for."""

    def __init__(self, home: Path, spark: SparkSession) -> None:
        self.lake = Lakehouse(Settings(home=home), TABLES, spark)
        self.asked: dict[str, Sequence[str]] = {}
        self.rate = Rate()
        made = (
            ByDay(DAYS, inputs=(SALES.name,), dates=self._dates(SALES.name), build=self._sums),
            ByDay(
                DOUBLE,
                inputs=(DAYS.name,),
                dates=self._dates(DAYS.name),
                build=self._doubled,
                context=lambda lake: self.rate,
            ),
            Whole(TOTAL, inputs=(DAYS.name,), build=self._total),
            Added(SEEN, inputs=(DAYS.name,), rows=self._unseen),
        )
        self.recipes = {how.table.name: how for how in made}

    def sell(self, ingest_id: int, *sales: tuple[str, str, int]) -> None:
        """A batch of silver: id, day, amount."""
        rows = [
            {"sale_id": sale, "date": date.fromisoformat(day), "amount_minor": amount, "ingest_id": ingest_id}
            for sale, day, amount in sales
        ]
        frame = self.lake.spark.createDataFrame(pa.Table.from_pylist(rows, arrow_schema(SALES)))
        staged = self.lake.staging.write(SALES.name, str(ingest_id), frame)
        self.lake.create(SALES.name)
        self.lake.publish(SALES.name, staged, Merge("true"), {"watermark": ingest_id})

    def refresh(self) -> dict[str, Outcome]:
        self.asked.clear()
        return {name: flow_gold.made(self.lake, how, accept_all) for name, how in self.recipes.items()}

    def rows(self, name: str) -> dict[Any, int]:
        return {str(row[0]): row["total_minor"] for row in self.lake.table(name).collect()}

    @staticmethod
    def _dates(source: str) -> Any:
        return lambda changed, now: changed[source].select("date")

    def _sums(self, now: Frames, dates: Sequence[str]) -> DataFrame:
        self.asked[DAYS.name] = dates
        rows = now[SALES.name].filter(F.col("date").cast("string").isin(list(dates)))
        return rows.groupBy("date").agg(F.sum("amount_minor").alias("total_minor"))

    def _doubled(self, now: Frames, dates: Sequence[str], rate: Rate) -> DataFrame:
        self.asked[DOUBLE.name] = dates
        rows = now[DAYS.name].filter(F.col("date").cast("string").isin(list(dates)))
        return rows.select("date", (F.col("total_minor") * rate.times).alias("total_minor"))

    def _total(self, now: Frames) -> DataFrame:
        return now[DAYS.name].agg(F.lit("all").alias("name"), F.sum("total_minor").alias("total_minor"))

    def _unseen(self, lake: Lakehouse, now: Frames) -> DataFrame | None:
        rows = now[DAYS.name].join(lake.table(SEEN.name).select("date"), "date", "left_anti")
        return rows.select("date", "total_minor") if rows.limit(1).count() else None


@pytest.fixture
def site(tmp_path: Path, spark: SparkSession) -> Site:
    made = Site(tmp_path, spark)
    made.sell(1, ("a", "2026-01-01", 100), ("b", "2026-01-02", 10), ("c", "2026-01-02", 1))
    made.refresh()
    return made


def statuses(outcomes: dict[str, Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes.values()]


def test_gold_is_made_from_gold(site: Site) -> None:
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 22}
    assert site.rows(TOTAL.name) == {"all": 111}


def test_nothing_new_changes_nothing(site: Site) -> None:
    assert statuses(site.refresh()) == ["unchanged"] * 4


def test_only_days_that_were_replaced_are_made_anew(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5))
    assert statuses(site.refresh()) == ["published", "published", "published", "unchanged"]
    assert site.asked == {DAYS.name: ["2026-01-02"], DOUBLE.name: ["2026-01-02"]}
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 32}
    assert site.rows(TOTAL.name) == {"all": 116}


def test_days_of_several_commits_are_made_anew_at_once(site: Site) -> None:
    for batch, day in ((2, "2026-01-01"), (3, "2026-01-03")):
        site.sell(batch, (f"s{batch}", day, 7))
        flow_gold.made(site.lake, site.recipes[DAYS.name], accept_all)
        site.lake.housekeeping(DAYS.name).compact()
    site.refresh()
    assert site.asked == {DOUBLE.name: ["2026-01-01", "2026-01-03"]}


def test_a_row_that_moves_to_another_day_leaves_the_first(site: Site) -> None:
    site.sell(2, ("a", "2026-01-05", 100))
    site.refresh()
    assert site.rows(DAYS.name) == {"2026-01-02": 11, "2026-01-05": 100}
    assert site.rows(DOUBLE.name) == {"2026-01-02": 22, "2026-01-05": 200}


def test_rows_that_were_added_stay_as_they_were(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5), ("e", "2026-01-09", 3))
    site.refresh()
    assert site.rows(SEEN.name) == {"2026-01-01": 100, "2026-01-02": 11, "2026-01-09": 3}
    assert site.lake.note(SEEN.name)["days"] == [["2026-01-09", "2026-01-09"]]


def test_what_else_a_table_depends_on_makes_it_anew(site: Site) -> None:
    site.rate = Rate(3)
    assert statuses(site.refresh()) == ["unchanged", "published", "unchanged", "unchanged"]
    assert site.rows(DOUBLE.name) == {"2026-01-01": 300, "2026-01-02": 33}


def test_a_source_that_was_taken_back_makes_all_days_anew(site: Site) -> None:
    before = site.lake.version(DAYS.name)
    site.sell(2, ("d", "2026-01-02", 5))
    site.refresh()
    assert before is not None
    site.lake.restore(DAYS.name, before)
    flow_gold.made(site.lake, site.recipes[DOUBLE.name], accept_all)
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 22}


def test_a_source_whose_past_was_deleted_makes_all_days_anew(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5))
    flow_gold.made(site.lake, site.recipes[DAYS.name], accept_all)
    site.lake.housekeeping(DAYS.name).expunge()
    site.refresh()
    assert site.asked == {DOUBLE.name: ["2026-01-01", "2026-01-02"]}
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 32}
