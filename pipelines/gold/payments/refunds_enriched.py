"""gold.refunds_enriched: each refund with its payment, why it was made, and how long after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import live
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, amount
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import NONE, UNKNOWN, captured
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

OUTCOMES = ("returned", "pending", "failed")

_OUTCOME = "returned: the money is back, or on its way; pending: it waits; failed: it failed or was canceled."
_PAID_ON = "Day of the payment, UTC. Null where it is not known, or is more than 540 days older."

TABLE = Table(
    name="gold.refunds_enriched",
    doc=(
        "One row per refund that has a record of its own; of the first years charges alone tell of refunds. Mean days "
        "to a refund: refund_seconds / refunds that have it / 86400, of those that did not fail, of captured payments."
    ),
    key=("account", "refund_id"),
    columns=(
        ACCOUNT,
        Column("refund_id", "string", "The refund, re_… or pyr_….", required=True),
        Column("date", "date", "Day on which the refund was made, UTC.", required=True),
        Column("created_at", "timestamp", "When it was made.", required=True),
        CURRENCY,
        amount("amount_minor", "Amount given back."),
        Column("reason", "string", "Why, in Stripe's words; none where nobody said.", required=True),
        Column("outcome", "string", _OUTCOME, required=True, known=OUTCOMES),
        Column("charge_id", "string", "Payment that is refunded, ch_…."),
        Column("payment_date", "date", _PAID_ON),
        Column("payment_currency", "string", "ISO 4217 code of the payment's amount.", currency=True),
        Column("payment_minor", "bigint", "Amount that the payment asked for.", minimum=0),
        Column(
            "payment_method_type",
            "string",
            "Way in which it was paid; unknown where the payment is.",
            required=True,
        ),
        Column(
            "network", "string", "Card network; none where no card was used, else unknown.", required=True
        ),
        Column("is_captured", "boolean", "Money was taken by the payment; else what was held is let go."),
        Column("refund_seconds", "bigint", "Seconds from the payment to the refund.", minimum=0),
    ),
)

_REFUND = ["account", "refund_id"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days on which changed refunds were made, and those of changed payments."""
    made = live(changed[claims.REFUNDS]).select(F.col("created_date").alias("date"))
    return made.unionByName(claims.claim_days(live(changed[claims.CHARGES]), now[claims.REFUNDS]))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    found = claims.with_payment(
        now[claims.REFUNDS],
        live(now[claims.CHARGES]),
        dates,
        F.col("created_date").alias("payment_date"),
        F.col("created_at").alias("paid_at"),
        F.col("charge_id").alias("paid_charge_id"),
        captured().alias("is_captured"),
        "payment_method_type",
    )
    return claims.of_one_payment(found, _REFUND).withColumns(_facts()).select(*TABLE.column_names)


def _facts() -> dict[str, Expression]:
    status = F.coalesce("status", F.lit("succeeded"))
    took = F.unix_seconds("created_at") - F.unix_seconds("paid_at")
    return {
        "date": F.col("claim_date"),
        "reason": F.coalesce("reason", F.lit(NONE)),
        "outcome": F.when(status.isin("failed", "canceled"), "failed")
        .when(status.isin("pending", "requires_action"), "pending")
        .otherwise("returned"),
        "charge_id": F.coalesce("charge_id", "paid_charge_id"),
        "payment_method_type": F.coalesce("payment_method_type", F.lit(UNKNOWN)),
        "network": F.coalesce("payment_network", F.lit(UNKNOWN)),
        # Clocks of two of the processor's machines may differ by a second.
        "refund_seconds": F.when(took < 0, F.lit(0)).otherwise(took).cast("bigint"),
    }


RECIPE = ByDay(TABLE, inputs=(claims.CHARGES, claims.REFUNDS), dates=dates, build=build)
