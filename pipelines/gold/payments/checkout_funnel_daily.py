"""gold.checkout_funnel_daily: who opens a payment page, who completes it, and what is lost where it expires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if, live, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import UNKNOWN

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

NO_CURRENCY = "XXX"
"""ISO 4217's own code for what has no currency: a page that only keeps a card asks for no money."""

TABLE = gold_table(
    name="gold.checkout_funnel_daily",
    doc=(
        "One row per account, currency, day and kind of Checkout session, by what is known of each session now. "
        "The currency is XXX where a session has none, as one that only keeps a card. Completion rate: sum of "
        "completed_count / sum of (completed_count + expired_count)."
    ),
    day="Day on which the sessions were opened, UTC.",
    dimensions=(
        dimension(
            "mode", "What the session is for: payment, setup, subscription; unknown where nobody says."
        ),
        dimension(
            "ui_mode", "Where the page is shown, such as hosted; unknown where the source does not say."
        ),
        dimension(
            "origin",
            "How the session came to be: recovered, where it takes up one that expired; payment_link; or direct.",
        ),
    ),
    columns=(
        count("opened_count", "Sessions opened: the sum of those completed, expired and still open."),
        amount("opened_minor", "Their totals, after discounts and taxes."),
        count("completed_count", "Sessions that the customer completed."),
        amount("completed_minor", "Their totals."),
        count("expired_count", "Sessions that expired before that."),
        amount("expired_minor", "Their totals: what was not bought."),
        count("open_count", "Sessions of which neither is known."),
        count("paid_count", "Completed sessions whose money is there."),
        amount("paid_minor", "Their totals."),
        count("free_count", "Completed sessions for which no payment was required."),
        count("unpaid_count", "Completed sessions whose money is still to come, or of which nobody says."),
        amount("discount_minor", "Discounts in completed sessions."),
    ),
)

SESSIONS = "silver.checkout_sessions"

_SAID_BY_EVENT = {
    "checkout.session.completed": "complete",
    "checkout.session.async_payment_succeeded": "complete",
    "checkout.session.async_payment_failed": "complete",
    "checkout.session.expired": "expired",
}
"""What became of a session where the record is from before sessions had a status."""


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed sessions."""
    del now
    return live(changed[SESSIONS]).select(F.col("created_date").alias("date"))


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    kinds = {
        "date": F.col("created_date"),
        "currency": F.coalesce("currency", F.lit(NO_CURRENCY)),
        "mode": F.coalesce("mode", F.lit(UNKNOWN)),
        "ui_mode": F.coalesce("ui_mode", F.lit(UNKNOWN)),
        "origin": F.when(F.col("recovered_from_id").isNotNull(), "recovered")
        .when(F.col("payment_link_id").isNotNull(), "payment_link")
        .otherwise("direct"),
        "state": F.coalesce("status", _said_by_event(), F.lit("open")),
    }
    opened = live(on_dates(now[SESSIONS], "created_date", dates)).withColumns(kinds)
    return opened.groupBy(*TABLE.key).agg(*_figures()).select(*TABLE.column_names)


def _said_by_event() -> Expression:
    told = [F.when(F.col("event_type") == event, F.lit(state)) for event, state in _SAID_BY_EVENT.items()]
    return F.coalesce(*told)


def _figures() -> list[Expression]:
    completed, expired = F.col("state") == "complete", F.col("state") == "expired"
    paid = completed & F.coalesce(F.col("payment_status") == "paid", F.lit(False))
    free = completed & F.coalesce(F.col("payment_status") == "no_payment_required", F.lit(False))
    return [
        F.count(F.lit(1)).alias("opened_count"),
        total("amount_total_minor").alias("opened_minor"),
        count_if(completed).alias("completed_count"),
        sum_if(completed, "amount_total_minor").alias("completed_minor"),
        count_if(expired).alias("expired_count"),
        sum_if(expired, "amount_total_minor").alias("expired_minor"),
        count_if(~completed & ~expired).alias("open_count"),
        count_if(paid).alias("paid_count"),
        sum_if(paid, "amount_total_minor").alias("paid_minor"),
        count_if(free).alias("free_count"),
        count_if(completed & ~paid & ~free).alias("unpaid_count"),
        sum_if(completed, "amount_discount_minor").alias("discount_minor"),
    ]


RECIPE = ByDay(TABLE, inputs=(SESSIONS,), dates=dates, build=build)
