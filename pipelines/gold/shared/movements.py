"""What tables made from gold.balance_transactions_enriched have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import altered

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

ENRICHED = "gold.balance_transactions_enriched"

REFUND_CATEGORIES = ("refund", "refund_failure", "partial_capture_reversal")
DISPUTE_CATEGORIES = ("dispute", "dispute_reversal")
TRANSFER_CATEGORIES = ("transfer", "transfer_reversal")
EARNING_CATEGORIES = ("platform_earning", "platform_earning_refund")
BILLED_CATEGORIES = ("fee", "network_cost", "tax")
"""Costs that are movements of their own, not kept back from a payment."""


def of(*categories: str) -> Column:
    """Whether a movement is of some reporting categories."""
    return F.coalesce("reporting_category", F.lit("")).isin(*categories)


def cost() -> Column:
    """What a movement costs in fees, in minor units: those kept back from it, or what is billed by it."""
    return F.col("fee_minor") - F.when(of(*BILLED_CATEGORIES), F.col("amount_minor")).otherwise(0)


def days_of_changes(changed: Mapping[str, DataFrame], columns: Sequence[str]) -> DataFrame:
    """Days (``date``) of movements that differ, as they are and as they were, in some columns."""
    told = dict.fromkeys(
        ["account", "currency", "date", "balance_transaction_id", "reporting_category", *columns]
    )
    return altered(changed[ENRICHED], list(told)).select("date")
