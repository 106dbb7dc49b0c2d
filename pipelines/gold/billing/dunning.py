"""gold.dunning: invoices whose payment failed: how often it was tried, and when and how they were paid after all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import count_if
from pipelines.gold.shared.collections import (
    COLLECTION_DAYS,
    INPUTS,
    INVOICE,
    INVOICE_PAYMENTS,
    INVOICES,
    changed_dates,
    collected,
    dated,
)
from pipelines.gold.shared.contract import amount, count, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import decline_reason
from pipelines.payments.charges import UNKNOWN, by_card
from pipelines.silver import invoices
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

OUTCOMES = ("recovered", "retrying", "unpaid", "uncollectible", "void")
WAYS = ("same", "other_card", "other_method", "outside", "unknown")

TABLE = gold_table(
    name="gold.dunning",
    doc=(
        "One row per invoice of which an attempt to collect it failed. Recovery rate: rows that are recovered / all "
        "rows; by amount: sum of recovered_minor / sum of amount_minor."
    ),
    day="Day on which the invoice was finalized, UTC; on which it was created where that is not told.",
    dimensions=(Column("invoice_id", "string", "The invoice, in_….", required=True),),
    columns=(
        Column("customer_id", "string", "Customer who is asked to pay, cus_…."),
        Column("subscription_id", "string", "Subscription that it is for, sub_…."),
        Column("billing_reason", "string", "Why the invoice was made.", known=invoices.REASONS),
        Column("collection_method", "string", "Whether the customer is charged or sent the invoice."),
        Column("amount_minor", "bigint", "Amount due.", required=True),
        count(
            "failed_attempts_count",
            "Attempts that failed: charges that did, or what the invoice counts where more of them are told there.",
        ),
        Column(
            "decline_reason",
            "string",
            "Why the first one failed; unknown where no charge of it is known, as in archives of new API versions.",
            required=True,
        ),
        Column(
            "first_failed_at", "timestamp", "When the first one failed; null where no charge of it is known."
        ),
        Column(
            "outcome",
            "string",
            "recovered: paid after all. retrying: another attempt is planned. unpaid: open, and none is planned. "
            "uncollectible, void: given up.",
            required=True,
            known=OUTCOMES,
        ),
        Column(
            "recovered_by",
            "string",
            "Of what is recovered: same: the card, or the kind of method, that failed first. other_card. other_method. "
            "outside: a payment outside of Stripe. unknown: no charge that paid it, or none that failed, is known "
            f"within {COLLECTION_DAYS} days.",
            known=WAYS,
        ),
        Column("recovered_at", "timestamp", "When it was paid; null where it is not, or nobody says when."),
        Column(
            "recovery_seconds",
            "bigint",
            "Seconds from the first failure, else from the day of the invoice, to the payment.",
            minimum=0,
        ),
        amount("recovered_minor", "What was paid of an invoice that is recovered."),
        amount("lost_minor", "What is still due of an invoice that was given up."),
    ),
)

_OF_INVOICE = (
    "currency", "amount_due_minor", "amount_paid_minor", "amount_remaining_minor", "status", "billing_reason",
    "collection_method", "attempt_count", "next_payment_attempt_at", "finalized_at", "paid_at", "customer_id",
    "subscription_id", "charge_id", "payment_intent_id", "livemode",
)  # fmt: skip
_OF_CHARGE = (
    "status", "created_at", "card_fingerprint", "payment_method_type", "decline_reason", "outcome_reason",
    "failure_code",
)  # fmt: skip


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed invoices, and of those whose payments or charges have changed."""
    return changed_dates(
        changed, now, _OF_INVOICE, ("invoice_id", "payment_intent_id", "livemode", *_OF_CHARGE)
    )


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    asked = on_dates(dated(now[INVOICES]), "date", dates).filter("status <> 'draft'")
    known = asked.join(_attempts(collected(now, dates, _OF_CHARGE)), list(INVOICE), "left")
    outside = now[INVOICE_PAYMENTS].filter("payment_record_id is not null and status = 'paid'")
    told = known.join(
        outside.select(*INVOICE, F.lit(True).alias("is_outside")).distinct(), list(INVOICE), "left"
    )
    failed = told.withColumns(_failed()).filter("failed_attempts_count > 0")
    return failed.withColumns(_outcome()).withColumns(_recovery()).select(*TABLE.column_names)


def _attempts(charges: DataFrame) -> DataFrame:
    """Of each invoice, what is known of its first failure, and of what paid it."""
    of_kind = Window.partitionBy(*INVOICE, "status")
    first = F.row_number().over(of_kind.orderBy("created_at", "charge_id")) == 1
    last = F.row_number().over(of_kind.orderBy(F.desc("created_at"), F.desc("charge_id"))) == 1
    failed, paid = F.col("status") == "failed", F.col("status") == "succeeded"
    method = F.when(by_card(), "card").otherwise(F.col("payment_method_type"))
    ordered = charges.withColumns(
        {"is_first": first & failed, "is_last": last & paid, "method": method, "reason": decline_reason()}
    )
    facts = {
        "reason": "reason",
        "failed_at": "created_at",
        "failed_method": "method",
        "failed_card": "card_fingerprint",
    }
    return ordered.groupBy(*INVOICE).agg(
        count_if(failed).alias("failed_count"),
        (count_if(F.col("status") == "pending") > 0).alias("is_pending"),
        (count_if(paid) > 0).alias("is_paid"),
        *(F.max(F.when(F.col("is_first"), F.col(column))).alias(name) for name, column in facts.items()),
        F.max(F.when(F.col("is_last"), F.col("method"))).alias("paid_method"),
        F.max(F.when(F.col("is_last"), F.col("card_fingerprint"))).alias("paid_card"),
    )


def _failed() -> dict[str, Expression]:
    """How many attempts failed: the last one of a paid invoice did not, nor did one that is still pending."""
    is_paid, is_pending = F.col("status") == "paid", F.coalesce("is_pending", F.lit(False))
    counted = F.coalesce("attempt_count", F.lit(0)) - F.when(is_paid | is_pending, 1).otherwise(0)
    return {"failed_attempts_count": F.greatest(F.coalesce("failed_count", F.lit(0)), counted).cast("bigint")}


def _outcome() -> dict[str, Expression]:
    outcome = (
        F.when(F.col("status") == "paid", "recovered")
        .when(F.col("status") != "open", F.col("status"))
        .when(
            F.col("next_payment_attempt_at").isNotNull() | F.coalesce("is_pending", F.lit(False)), "retrying"
        )
        .otherwise("unpaid")
    )
    return {
        "amount_minor": F.col("amount_due_minor"),
        "decline_reason": F.coalesce("reason", F.lit(UNKNOWN)),
        "first_failed_at": F.col("failed_at"),
        "outcome": outcome,
    }


def _recovery() -> dict[str, Expression]:
    recovered, lost = F.col("outcome") == "recovered", F.col("outcome").isin("uncollectible", "void")
    same_card = F.col("failed_card") == F.col("paid_card")
    how = (
        F.when(F.col("is_outside"), "outside")
        .when(F.col("paid_method").isNull() | F.col("failed_method").isNull(), UNKNOWN)
        .when(F.col("paid_method") != F.col("failed_method"), "other_method")
        .when((F.col("paid_method") != "card") | same_card, "same")
        .when(~same_card, "other_card")
        .otherwise(UNKNOWN)
    )
    since = F.coalesce("failed_at", "finalized_at", "created_at")
    wait = F.greatest(F.unix_seconds("paid_at") - F.unix_seconds(since), F.lit(0))
    left = F.coalesce("amount_remaining_minor", "amount_due_minor")
    return {
        "recovered_by": F.when(recovered, how),
        "recovered_at": F.when(recovered, F.col("paid_at")),
        "recovery_seconds": F.when(recovered, wait),
        "recovered_minor": F.when(
            recovered, F.greatest(F.coalesce("amount_paid_minor", "amount_due_minor"), F.lit(0))
        ).otherwise(0),
        "lost_minor": F.when(lost, F.greatest(left, F.lit(0))).otherwise(0),
    }


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
