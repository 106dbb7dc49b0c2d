"""gold.payments_daily: what was taken, by the day of the payment, and what became of it since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, live, ratio, sum_if, total
from pipelines.gold.shared.contract import amount, count, gold_table, rate
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import by_card, captured
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = gold_table(
    name="gold.payments_daily",
    doc="One row per account, currency and day of payment; what happened to these payments later counts here too.",
    day="Day on which the payments were attempted, UTC.",
    columns=(
        count("attempts_count", "Charges made, of all payment methods, whatever came of them."),
        amount("attempts_minor", "Amount asked for by all attempts."),
        count("payments_count", "Charges that succeeded, captured or only authorized."),
        amount("payments_minor", "Amount of the charges that succeeded, captured or only authorized."),
        count("pending_count", "Charges whose outcome is not known yet, such as bank debits."),
        count("failed_count", "Charges that failed, declined or blocked."),
        count("captured_count", "Payments that were captured, wholly or in part."),
        amount("captured_minor", "Amount captured."),
        count("uncaptured_count", "Payments that were authorized and not captured: still held, or released."),
        amount("uncaptured_minor", "Amount of the payments that were authorized and not captured."),
        count(
            "refunded_count",
            "Captured payments of this day with a refund that did not fail, whenever it was made, also where only the "
            "charge tells of it. What was authorized and never taken is no refund.",
        ),
        amount(
            "refunded_minor",
            "Amount refunded of what was captured of this day's payments; failed and canceled refunds are left out.",
        ),
        count(
            "disputed_count",
            "Payments of this day with a chargeback, whenever it was raised; inquiries are not chargebacks. A charge "
            "that is marked as disputed counts as well where no dispute of it is known.",
        ),
        amount(
            "disputed_minor", "Amount of the chargebacks on this day's payments, also of those that were won."
        ),
        count("fraud_disputed_count", "Payments of this day with a chargeback for fraud."),
        count("warned_count", "Payments of this day with an early fraud warning."),
        count(
            "customers_count", "Different customers with a payment that succeeded; do not add it over rows."
        ),
        count("card_captured_count", "Captured payments that were made by card."),
        amount("card_captured_minor", "Amount captured of payments that were made by card."),
        count("card_disputed_count", "Captured card payments of this day with a chargeback."),
        count("card_authorized_count", "Card attempts that the issuer authorized."),
        count("card_issuer_declined_count", "Card attempts that the issuer declined."),
        count("card_blocked_count", "Card attempts that were blocked before the network."),
        rate(
            "authorization_rate",
            "card_authorized_count / (card_authorized_count + card_issuer_declined_count).",
        ),
        rate("card_share_rate", "Share of captured_count that was paid by card."),
        rate("refund_rate", "refunded_minor / captured_minor."),
        rate(
            "dispute_rate",
            "card_disputed_count / card_captured_count, the cohort of this day; it grows for months.",
        ),
        Column(
            "average_captured_minor",
            "double",
            "captured_minor / captured_count, in minor units; null where nothing was captured.",
            minimum=0,
        ),
    ),
)

RAISED = (claims.REFUNDS, claims.DISPUTES, claims.WARNINGS)
INPUTS = (claims.CHARGES, claims.CHARGE_HISTORY, *RAISED)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: those of changed payments, and of payments that something came back to."""
    days = claims.days_made(changed)
    for name in RAISED:
        days = days.unionByName(claims.payment_days(changed[name], live(now[claims.CHARGES])))
    return days


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    payments = claims.with_claims(now, claims.made_on(now, dates), dates)
    counted = payments.groupBy("account", "currency", F.col("created_date").alias("date"))
    return counted.agg(*_figures()).select("*", *_rates()).select(*TABLE.column_names)


def _figures() -> list[Expression]:
    paid, taken, card = F.col("status") == "succeeded", captured(), by_card()
    held = paid & ~taken
    return [
        F.count(F.lit(1)).alias("attempts_count"),
        total("amount_minor").alias("attempts_minor"),
        count_if(paid).alias("payments_count"),
        sum_if(paid, "amount_minor").alias("payments_minor"),
        count_if(F.col("status") == "pending").alias("pending_count"),
        count_if(F.col("status") == "failed").alias("failed_count"),
        count_if(taken).alias("captured_count"),
        sum_if(taken, "amount_captured_minor").alias("captured_minor"),
        count_if(held).alias("uncaptured_count"),
        sum_if(held, "amount_minor").alias("uncaptured_minor"),
        count_if(F.col("is_refunded_in_part")).alias("refunded_count"),
        total("returned_minor").alias("refunded_minor"),
        count_if(F.col("chargebacks_count") > 0).alias("disputed_count"),
        total("chargebacks_minor").alias("disputed_minor"),
        count_if(F.col("fraud_chargebacks_count") > 0).alias("fraud_disputed_count"),
        count_if(F.col("warnings_count") > 0).alias("warned_count"),
        F.count_distinct(F.when(paid, F.col("customer_id"))).alias("customers_count"),
        count_if(taken & card).alias("card_captured_count"),
        sum_if(taken & card, "amount_captured_minor").alias("card_captured_minor"),
        count_if(taken & card & (F.col("chargebacks_count") > 0)).alias("card_disputed_count"),
        count_if(card & F.col("is_authorized")).alias("card_authorized_count"),
        count_if(card & F.col("is_issuer_declined")).alias("card_issuer_declined_count"),
        count_if(card & F.col("is_blocked")).alias("card_blocked_count"),
    ]


def _rates() -> list[Expression]:
    decided = F.col("card_authorized_count") + F.col("card_issuer_declined_count")
    return [
        ratio("card_authorized_count", decided).alias("authorization_rate"),
        ratio("card_captured_count", "captured_count").alias("card_share_rate"),
        ratio("refunded_minor", "captured_minor").alias("refund_rate"),
        ratio("card_disputed_count", "card_captured_count").alias("dispute_rate"),
        ratio("captured_minor", "captured_count").alias("average_captured_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
