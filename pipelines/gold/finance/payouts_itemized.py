"""gold.payouts_itemized: what each automatic payout pays, movement by movement.

As Stripe's report "Payout reconciliation, itemized" (docs.stripe.com/reports/payout-reconciliation) has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, on_dates
from pipelines.frames.measures import altered
from pipelines.gold.finance import balance_transactions_enriched as enriched
from pipelines.gold.shared.contract import ACCOUNT
from pipelines.gold.shared.payouts import REACH_DAYS, is_own
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_TOLD = (
    "currency", "created_at", "available_at", "reporting_category", "amount_minor", "fee_minor", "net_minor",
    "source_id", "charge_id", "payment_intent_id", "refund_id", "dispute_id", "dispute_reason", "transfer_id",
    "connected_account_id", "customer_id", "customer_currency", "customer_amount_minor", "payment_method_type",
    "card_network", "invoice_id", "subscription_id",
)  # fmt: skip

TABLE = Table(
    name="gold.payouts_itemized",
    doc=(
        "One row per balance transaction that an automatic payout pays. Payouts made by hand have none: Stripe does "
        "not say what they pay. The payout's own movement is not among them. What the net of a payout's rows comes to "
        "is held against it in gold.payout_reconciliation."
    ),
    key=("account", "payout_id", "balance_transaction_id"),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("payout_id", "string", "The payout, po_….", required=True),
        Column("balance_transaction_id", "string", "A movement that it pays, txn_….", required=True),
        Column("date", "date", "Day on which the payout was made, UTC.", required=True),
        *(enriched.TABLE.column(name) for name in _TOLD),
    ),
)

ENRICHED = enriched.TABLE.name


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of the payouts that changed movements are, or were, paid by."""
    del now
    return altered(_paid(changed[ENRICHED]), TABLE.column_names).select("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    booked = around(now[ENRICHED], "date", dates, before=REACH_DAYS, after=0)
    return on_dates(_paid(booked), "date", dates)


def _paid(movements: DataFrame) -> DataFrame:
    paid = (
        movements.filter("payout_id is not null").filter(~is_own()).withColumn("date", F.col("payout_date"))
    )
    return paid.select(*TABLE.column_names)


RECIPE = ByDay(TABLE, inputs=(ENRICHED,), dates=dates, build=build)
