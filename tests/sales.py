"""A lakehouse of sales: one table of silver, and gold of each kind that is made from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.commits import Merge
from pipelines.delta.schemas import arrow_schema
from pipelines.flow import gold as flow_gold
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.frames.days import Dates, on_dates
from pipelines.gold.shared.recipe import Added, ByDay, Frames, Whole
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

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
        self.asked: dict[str, Dates] = {}
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

    def _sums(self, now: Frames, dates: Dates) -> DataFrame:
        self.asked[DAYS.name] = dates
        rows = on_dates(now[SALES.name], "date", dates)
        return rows.groupBy("date").agg(F.sum("amount_minor").alias("total_minor"))

    def _doubled(self, now: Frames, dates: Dates, rate: Rate) -> DataFrame:
        self.asked[DOUBLE.name] = dates
        rows = on_dates(now[DAYS.name], "date", dates)
        return rows.select("date", (F.col("total_minor") * rate.times).alias("total_minor"))

    def _total(self, now: Frames) -> DataFrame:
        return now[DAYS.name].agg(F.lit("all").alias("name"), F.sum("total_minor").alias("total_minor"))

    def _unseen(self, lake: Lakehouse, now: Frames) -> DataFrame | None:
        rows = now[DAYS.name].join(lake.table(SEEN.name).select("date"), "date", "left_anti")
        return rows.select("date", "total_minor") if rows.limit(1).count() else None
