"""gold.settlement_reconciliation: the ledger against a processor's settlement files, or Stripe's own reports.

The third side of the books beside gold.three_way_reconciliation. Both sides name a movement by one id, as Stripe's
reports and its API do; where no file was taken in, nothing is missing from it.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered
from pipelines.frames.united import united
from pipelines.gold.shared import reconciled
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, count
from pipelines.gold.shared.movements import ENRICHED
from pipelines.gold.shared.payouts import PAYOUT_CATEGORIES
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

LINES = "silver.settlement_lines"
KEY = ["account", "balance_transaction_id"]
GROUP = ["account", "currency", "date"]

OPEN_DAYS = 3
"""How much further the other side must reach before what it lacks is called missing."""

GAP_DAYS = 7
"""A day is covered by a side that has something within so many days before it and, from its age on, after it: two
files may have months between them that nobody took in."""

DAYS_APART = 1
"""How many days a line and its movement may be apart: reports are asked for in a time zone."""

REACH_DAYS = 31
"""How far apart a line and its movement are looked for."""

UNMATCHED = (
    "missing_transaction", "missing_line", "other_currency", "other_amount", "other_day", "other_payout",
)  # fmt: skip
STATUSES = ("matched", *UNMATCHED, "open", "not_comparable")

TABLE = Table(
    name="gold.settlement_reconciliation",
    doc=(
        "One row per movement of a balance that a settlement file tells of, or that one should. Empty where no settlement file was taken "
        "in. An unmatched row leads to its records by record_id and balance_transaction_id: bronze.records has file and line."
    ),
    key=(*KEY, "date"),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("balance_transaction_id", "string", "The movement, as the ledger or the file names it.", required=True),
        Column("date", "date", "Day of the movement in the ledger, UTC; where that lacks it, of its first line.", required=True),
        CURRENCY,
        Column("reporting_category", "string", "What it counts as in the ledger; where that lacks it, in the file."),
        count("lines_count", "Lines of files that are about it: more than one where a file tells its parts, or tells it twice."),
        Column("line_date", "date", "Day of the first line, UTC."),
        Column("told_minor", "bigint", "Gross amount in the files, in minor units of told_currency."),
        Column("told_fee_minor", "bigint", "Fees in the files."),
        Column("told_net_minor", "bigint", "Net amount in the files."),
        Column("told_currency", "string", "Currency in the files; of several lines the first by name."),
        Column("booked_minor", "bigint", "Gross amount in the ledger, in minor units; null where it lacks the movement."),
        Column("booked_fee_minor", "bigint", "Fees in the ledger."),
        Column("booked_net_minor", "bigint", "Net amount in the ledger."),
        Column("difference_minor", "bigint", "booked_net_minor - told_net_minor, where both are in one currency."),
        Column("told_payout_id", "string", "Payout that pays it as the files say, po_…."),
        Column("payout_id", "string", "Payout that pays it as the ledger has it, po_…."),
        Column("settlement_line_id", "string", "The first line, by its id."),
        Column("record_id", "string", "The record of the first line."),
        Column(
            "status",
            "string",
            "matched, or: missing_transaction, the ledger lacks what a file tells; missing_line, files lack what the ledger has; "
            "other_currency; other_amount, gross, fees or net differ by anything; "
            f"other_day, by more than {DAYS_APART} day; other_payout. open, told less than {OPEN_DAYS} days before the ledger ends; not_comparable, "
            f"the ledger has nothing of the account and currency within {GAP_DAYS} days. Files count for days within {GAP_DAYS} days of which "
            "they have lines before and after, and never for payouts, which some of them leave out.",
            required=True,
            known=STATUSES,
        ),
    ),
)  # fmt: skip

INPUTS = (LINES, ENRICHED)
_BOOKED = (
    *KEY, "date", "currency", "reporting_category", "amount_minor", "fee_minor", "net_minor", "payout_id",
)  # fmt: skip


_AMOUNTS = {"told_minor": "amount_minor", "told_fee_minor": "fee_minor", "told_net_minor": "net_minor"}
_AS_BOOKED = {
    "amount_minor": "booked_minor",
    "fee_minor": "booked_fee_minor",
    "net_minor": "booked_net_minor",
}


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed lines and movements, of their counterparts, and those near enough to be covered by them."""
    lines = changed[LINES].withColumn("date", F.col("created_date"))
    moved = altered(changed[ENRICHED], _BOOKED)
    ids = lines.select(*KEY).unionByName(moved.select(*KEY)).distinct()
    here = united([lines.select("date"), moved.select("date")])
    days = days_of(here, "date")
    near = [
        around(now[name], day, days, before=REACH_DAYS, after=REACH_DAYS)
        .join(ids, KEY, "left_semi")
        .select(F.col(day).alias("date"))
        for name, day in ((LINES, "created_date"), (ENRICHED, "date"))
    ]
    return united([here, *near, here.select(_shifted(-OPEN_DAYS - GAP_DAYS, GAP_DAYS))])


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    reach = REACH_DAYS + OPEN_DAYS + GAP_DAYS
    lines = around(now[LINES], "created_date", dates, before=reach, after=reach)
    booked = around(now[ENRICHED], "date", dates, before=reach, after=reach).select(*_BOOKED)
    ledger = booked.withColumnsRenamed(_AS_BOOKED)
    rows = on_dates(_told(lines, booked).join(ledger, [*KEY, "date"], "full"), "date", dates)
    rows = rows.withColumn("currency", F.coalesce("currency", "told_currency"))
    in_files = _covered(lines.withColumn("date", F.col("created_date")), "file")
    found = rows.join(_covered(booked, "ledger"), GROUP, "left").join(in_files, GROUP, "left")
    return _judged(found).filter("status is not null").select(*TABLE.column_names)


def figures(lake: Lakehouse, rows: DataFrame) -> Figures:
    """How much larger the share of unmatched rows is in a batch than it was in the table."""
    return reconciled.figures(lake, TABLE.name, rows, UNMATCHED)


def _told(lines: DataFrame, booked: DataFrame) -> DataFrame:
    """What files say of each movement: on its day in the ledger, or on that of the first line where none is near."""
    moved = booked.select(*KEY, F.col("date").alias("booked_date"))
    near = F.abs(F.datediff("created_date", "booked_date")) <= REACH_DAYS
    placed = lines.join(moved, KEY, "left").withColumn("date", F.when(near, F.col("booked_date")))
    first = F.min(F.struct("created_date", "settlement_line_id", "record_id", "category"))
    is_one = F.min("line_currency") == F.max("line_currency")
    sums = (
        placed.withColumnsRenamed({"reporting_category": "category", "currency": "line_currency"})
        .groupBy(*KEY, "date")
        .agg(
            F.count(F.lit(1)).alias("lines_count"),
            *(F.when(is_one, F.sum(name)).cast("bigint").alias(told) for told, name in _AMOUNTS.items()),
            F.min("line_currency").alias("told_currency"),
            F.max("payout_id").alias("told_payout_id"),
            first.alias("first"),
        )
    )
    return sums.withColumns(
        {
            "date": F.coalesce("date", "first.created_date"),
            "line_date": F.col("first.created_date"),
            "settlement_line_id": F.col("first.settlement_line_id"),
            "record_id": F.col("first.record_id"),
            "told_category": F.col("first.category"),
        }
    ).drop("first")


def _covered(rows: DataFrame, side: str) -> DataFrame:
    """Days of which an account and currency have something before and after, each as a flag; others are not there."""
    days = rows.select(*GROUP).distinct()
    before = days.select("account", "currency", _shifted(1, GAP_DAYS)).distinct()
    after = days.select("account", "currency", _shifted(-OPEN_DAYS - GAP_DAYS, -OPEN_DAYS)).distinct()
    return before.withColumn(f"{side}_before", F.lit(True)).join(
        after.withColumn(f"{side}_after", F.lit(True)), GROUP, "left"
    )


def _shifted(first: int, last: int) -> Expression:
    """The days from some days after a row's to others."""
    return F.explode(F.sequence(F.date_add("date", first), F.date_add("date", last))).alias("date")


def _judged(rows: DataFrame) -> DataFrame:
    untold, unbooked = F.col("lines_count").isNull(), F.col("booked_net_minor").isNull()
    is_payout = F.coalesce(F.col("reporting_category").isin(*PAYOUT_CATEGORIES), F.lit(False))
    is_same = [F.col(told) == F.col(f"booked{told.removeprefix('told')}") for told in _AMOUNTS]
    is_one = (F.col("currency") == F.col("told_currency")) & F.col("told_net_minor").isNotNull()
    difference = F.when(is_one, F.col("booked_net_minor") - F.col("told_net_minor"))
    status = (
        F.when(untold & (is_payout | F.col("file_before").isNull() | F.col("file_after").isNull()), None)
        .when(untold, "missing_line")
        .when(unbooked & F.col("ledger_before").isNull(), "not_comparable")
        .when(unbooked & F.col("ledger_after").isNull(), "open")
        .when(unbooked, "missing_transaction")
        .when(~is_one, "other_currency")
        .when(~(is_same[0] & is_same[1] & is_same[2]), "other_amount")
        .when(F.abs(F.datediff("line_date", "date")) > DAYS_APART, "other_day")
        .when(F.col("told_payout_id") != F.col("payout_id"), "other_payout")
        .otherwise("matched")
    )
    return rows.withColumns(
        {
            "status": status,
            "difference_minor": difference,
            "lines_count": F.coalesce("lines_count", F.lit(0).cast("bigint")),
            "reporting_category": F.coalesce("reporting_category", "told_category"),
        }
    )


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build, figures=figures)
