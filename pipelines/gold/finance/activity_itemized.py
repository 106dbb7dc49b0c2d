"""gold.activity_itemized: what changed each balance but payouts, movement by movement.

As Stripe's report "Balance change from activity, itemized" (docs.stripe.com/reports/balance) has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered
from pipelines.gold.finance import balance_transactions_enriched as enriched
from pipelines.gold.shared.payouts import PAYOUT_CATEGORIES
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_LEFT_OUT = {"payout_id", "payout_date"}

TABLE = Table(
    name="gold.activity_itemized",
    doc=(
        "One row per balance transaction that is no payout and brings none back: what is behind the columns of "
        "activity in gold.balance_change_daily."
    ),
    key=enriched.TABLE.key,
    cluster_by="date",
    columns=tuple(column for column in enriched.TABLE.columns if column.name not in _LEFT_OUT),
)

ENRICHED = enriched.TABLE.name


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed movements."""
    del now
    return altered(_activity(changed[ENRICHED]), TABLE.column_names).select("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    return on_dates(_activity(now[ENRICHED]), "date", dates)


def _activity(movements: DataFrame) -> DataFrame:
    of_payout = F.coalesce("reporting_category", F.lit("")).isin(*PAYOUT_CATEGORIES)
    return movements.filter(~of_payout).select(*TABLE.column_names)


RECIPE = ByDay(TABLE, inputs=(ENRICHED,), dates=dates, build=build)
