"""gold.disputes_enriched: each dispute with its payment, why it was raised, how it was answered and what came of it."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import live
from pipelines.gold.risk.disputes_daily import CONSUMER, PROCESSING
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, amount
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import NONE, UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

KINDS = ("chargeback", "inquiry", "prevented")
REASON_GROUPS = ("fraud", "consumer", "processing", "other")
OUTCOMES = ("won", "lost", "closed", "prevented", "open")
RESPONSES = ("contested", "uncontested", "awaiting_response", "not_needed")

_KIND = (
    Column("kind", "string", "chargeback: the bank took the money back; inquiry: it asks; prevented: it was resolved before it was raised.", required=True, known=KINDS),
    Column("was_inquiry", "boolean", "It was an inquiry at some time; of a chargeback: the bank asked before it took the money back.", required=True),
    Column("network", "string", "Card network; none where no card was used, unknown where the source does not say.", required=True),
    Column("reason", "string", "Why the cardholder contests the payment, in Stripe's words; unknown where nobody said.", required=True),
    Column("reason_group", "string", "fraud, consumer: about the goods or the contract, processing: such as duplicates, or other.", required=True, known=REASON_GROUPS),
    Column("network_reason_code", "string", "The network's own code, Visa 10.4, Mastercard 4837, …; none where none is told, as by old API versions.", required=True),
)  # fmt: skip

_COURSE = (
    Column("status", "string", "How far it has come, in Stripe's words."),
    Column("outcome", "string", "won, lost, closed: an inquiry that came to nothing, prevented, or open.", required=True, known=OUTCOMES),
    Column("response", "string", "contested: evidence was sent; awaiting_response: it can still be; uncontested: it was not; not_needed: nothing was raised.", required=True, known=RESPONSES),
    Column("evidence_due_at", "timestamp", "Until when evidence is accepted; null where none can be given."),
    Column("responded_at", "timestamp", "When evidence was first known to be sent; null where no event tells it."),
    Column("response_seconds", "bigint", "Seconds from the dispute to that.", minimum=0),
    Column("closed_at", "timestamp", "When it was first known how it ended; null while it is open, and where no event tells it."),
    amount("at_stake_minor", "Amount that may still be lost or won back: of open chargebacks and inquiries; else 0."),
)  # fmt: skip

_PAYMENT = (
    Column("charge_id", "string", "Payment that is contested, ch_…."),
    Column("payment_date", "date", "Day of the payment, UTC: of the cohort that the dispute counts in. Null where the payment is not known, or is more than 540 days older."),
    Column("payment_currency", "string", "ISO 4217 code of the payment's amount, which may be another one than the dispute's.", currency=True),
    Column("payment_minor", "bigint", "Amount that the payment asked for.", minimum=0),
    Column("raised_after_days", "bigint", "Days from the payment to the dispute."),
    Column("is_card_not_present", "boolean", "The payment was made without the card at hand."),
    Column("three_d_secure_result", "string", "How 3D Secure went with the payment; null where it was not tried."),
    Column("customer_id", "string", "Customer who paid, cus_…."),
)  # fmt: skip

TABLE = Table(
    name="gold.disputes_enriched",
    doc=(
        "One row per dispute. By activity, group by date; by cohort, group by payment_date. Win rate: won / (won + "
        "lost), of kind chargeback."
    ),
    key=("account", "dispute_id"),
    columns=(
        ACCOUNT,
        Column("dispute_id", "string", "The dispute, du_… or dp_….", required=True),
        Column("date", "date", "Day on which the dispute was raised, UTC.", required=True),
        Column("created_at", "timestamp", "When it was raised.", required=True),
        CURRENCY,
        amount("amount_minor", "Amount contested."),
        *_KIND,
        *_COURSE,
        *_PAYMENT,
    ),
)

HISTORY = "silver.dispute_history"

_DISPUTE = ["account", "dispute_id"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days on which changed disputes were raised, and those about changed payments."""
    versions = (
        live(changed[name]).select(F.col("created_date").alias("date")) for name in (claims.DISPUTES, HISTORY)
    )
    raised, answered = versions
    renamed = claims.claim_days(live(changed[claims.CHARGES]), now[claims.DISPUTES])
    return raised.unionByName(answered).unionByName(renamed)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    found = claims.with_payment(
        now[claims.DISPUTES],
        live(now[claims.CHARGES]),
        dates,
        F.col("created_date").alias("payment_date"),
        F.col("charge_id").alias("paid_charge_id"),
        "three_d_secure_result",
        "customer_id",
    )
    course = _course(on_dates(live(now[HISTORY]), "created_date", dates))
    told = claims.of_one_payment(found, _DISPUTE).join(course, _DISPUTE, "left")
    return told.withColumns(_facts()).withColumns(_results()).select(*TABLE.column_names)


def _course(history: DataFrame) -> DataFrame:
    """When each dispute was answered and closed, as the first event says that tells it, and whether it began as an inquiry.

    Versions that came without an event say nothing of when: they stand at the dispute's creation.
    """
    by_event = F.col("event_type").isNotNull()
    return history.groupBy(*_DISPUTE).agg(
        F.min(F.when(by_event & _is_answered(), F.col("valid_from"))).alias("responded_at"),
        F.min(F.when(by_event & F.col("is_closed"), F.col("valid_from"))).alias("first_closed_at"),
        F.max("is_inquiry").alias("had_asked"),
    )


def _is_answered() -> Expression:
    under_review = F.coalesce("status", F.lit("")).isin("under_review", "warning_under_review")
    return under_review | (F.coalesce("submission_count", F.lit(0)) > 0)


def _facts() -> dict[str, Expression]:
    reason = F.coalesce("reason", F.lit(UNKNOWN))
    paid_over = F.nullif("payment_network", F.lit(UNKNOWN))
    return {
        "date": F.col("claim_date"),
        "kind": F.when(F.col("is_prevented"), "prevented")
        .when(F.col("is_inquiry"), "inquiry")
        .otherwise("chargeback"),
        "was_inquiry": F.col("is_inquiry") | F.coalesce("had_asked", F.lit(False)),
        "network": F.coalesce(paid_over, "card_network", "card_brand", F.lit(UNKNOWN)),
        "reason": reason,
        "reason_group": F.when(reason == "fraudulent", "fraud")
        .when(reason.isin(*CONSUMER), "consumer")
        .when(reason.isin(*PROCESSING), "processing")
        .otherwise("other"),
        "network_reason_code": F.coalesce("network_reason_code", F.lit(NONE)),
        "outcome": F.when(F.col("is_prevented"), "prevented")
        .when(F.col("status").isin("won", "lost"), F.col("status"))
        .when(F.col("is_closed"), "closed")
        .otherwise("open"),
        "charge_id": F.coalesce("charge_id", "paid_charge_id"),
        "raised_after_days": F.datediff("claim_date", "payment_date").cast("bigint"),
        "closed_at": F.when(F.col("is_closed"), F.col("first_closed_at")),
    }


def _results() -> dict[str, Expression]:
    """What follows from the facts."""
    waits = F.coalesce("status", F.lit("")).isin("needs_response", "warning_needs_response")
    can_wait = waits & ~F.coalesce("is_past_due", F.lit(False))
    response = (
        F.when(F.col("kind") == "prevented", "not_needed")
        .when(_is_answered() | F.col("responded_at").isNotNull(), "contested")
        .when(can_wait, "awaiting_response")
        .otherwise("uncontested")
    )
    took = F.unix_seconds("responded_at") - F.unix_seconds("created_at")
    return {
        "response": response,
        "response_seconds": F.when(took < 0, F.lit(0)).otherwise(took).cast("bigint"),
        "at_stake_minor": F.when(F.col("outcome") == "open", F.col("amount_minor"))
        .otherwise(0)
        .cast("bigint"),
    }


RECIPE = ByDay(TABLE, inputs=(claims.CHARGES, claims.DISPUTES, HISTORY), dates=dates, build=build)
