"""What should move a balance: captured payments, refunds and chargebacks, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered, live
from pipelines.frames.united import united
from pipelines.gold.shared.movements import DISPUTE_CATEGORIES, REFUND_CATEGORIES, of
from pipelines.payments.charges import captured
from pipelines.payments.claims import (
    CHARGE_HISTORY,
    CHARGES,
    DISPUTES,
    LOOK_BACK_DAYS,
    REFUNDS,
    days_made,
    made_on,
)

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

OBJECTS: Mapping[str, str] = {"charge": CHARGES, "refund": REFUNDS, "dispute": DISPUTES}
INPUTS = (CHARGES, CHARGE_HISTORY, REFUNDS, DISPUTES)
KEY = ["account", "object_type", "object_id"]

_OBJECT = (*KEY, "date", "currency", "expected_minor", "asked_minor", "is_required")


def objects(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """Payments, refunds and disputes of some days.

    They have ``expected_minor``, what each should have moved the balance by so far, ``asked_minor``, what a payment
    asked for, which is booked where the rest was let go by a movement of its own, and ``is_required``: it moves the
    balance for certain. Others may: a refund that waits for its bank, a dispute that was settled before it was raised.
    """
    charges = made_on(now, dates)
    paid = around(now[CHARGES], "created_date", dates, before=LOOK_BACK_DAYS, after=1)
    refunds = live(on_dates(now[REFUNDS], "created_date", dates)).join(
        _let_go(paid), ["account", "charge_id"], "left"
    )
    disputes = live(on_dates(now[DISPUTES], "created_date", dates))
    return reduce(
        lambda one, other: one.unionByName(other), [_charges(charges), _refunds(refunds), _disputes(disputes)]
    )


def keys(now: Mapping[str, DataFrame]) -> DataFrame:
    """The objects that are known, with the ``day`` on which each was made."""
    listed = [
        now[name].select(
            F.concat("account", F.lit("")).alias("account"),
            F.lit(kind).alias("object_type"),
            F.concat(f"{kind}_id", F.lit("")).alias("object_id"),
            F.col("created_date").alias("day"),
        )
        for kind, name in OBJECTS.items()
    ]
    return united(listed)


def movements(enriched: DataFrame) -> DataFrame:
    """The movements of such objects, each with the key of the one that it is of."""
    is_refund = of(*REFUND_CATEGORIES) & ~(
        of("partial_capture_reversal") & F.coalesce(F.col("source_id").like("ch\\_%"), F.lit(False))
    )
    kind = (
        F.when(is_refund, "refund")
        .when(of(*DISPUTE_CATEGORIES), "dispute")
        .when(of("charge", "charge_failure", "partial_capture_reversal"), "charge")
    )
    named = F.coalesce("source_id", "balance_transaction_id")
    return enriched.withColumns({"object_type": kind, "object_id": named}).filter("object_type is not null")


def changed_days(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days (``date``) of changed objects, and of refunds of which the payment was captured or let go otherwise."""
    taken = ["status", "is_captured", "amount_refunded_minor", "amount_returned_minor"]
    paid = altered(changed[CHARGES], ["account", "charge_id", "created_date", *taken])
    days = days_of(paid, "created_date")
    near = around(now[REFUNDS], "created_date", days, before=1, after=LOOK_BACK_DAYS)
    refunds = near.join(paid, ["account", "charge_id"], "left_semi")
    claimed = [
        rows.select("created_date") for rows in (refunds, live(changed[REFUNDS]), live(changed[DISPUTES]))
    ]
    return reduce(
        lambda one, other: one.unionByName(other), [days_made(changed), *(c.toDF("date") for c in claimed)]
    )


def _charges(charges: DataFrame) -> DataFrame:
    taken = F.when(captured(), F.coalesce("amount_captured_minor", "amount_minor")).otherwise(0)
    return _object(charges, "charge", taken, captured() & (taken > 0), F.col("amount_minor"))


def _refunds(refunds: DataFrame) -> DataFrame:
    undone = F.coalesce(F.col("status").isin("failed", "canceled"), F.lit(False))
    released = F.coalesce(F.col("reason") == "expired_uncaptured_charge", F.lit(False))
    let_go = (
        released | ~F.coalesce("was_captured", F.lit(True)) | (F.col("amount_minor") == F.col("let_go_minor"))
    )
    through = F.coalesce(F.col("status") == "succeeded", F.lit(True)) & ~F.coalesce(let_go, F.lit(False))
    given = F.when(undone, 0).otherwise(-F.col("amount_minor"))
    return _object(refunds, "refund", given, through & (F.col("amount_minor") > 0))


def _let_go(charges: DataFrame) -> DataFrame:
    """Whether payments were captured, and what of each was authorized and never taken, which is no refund."""
    rest = F.col("amount_refunded_minor") - F.col("amount_returned_minor")
    return charges.select(
        "account", "charge_id", captured().alias("was_captured"), F.when(rest > 0, rest).alias("let_go_minor")
    )


def _disputes(disputes: DataFrame) -> DataFrame:
    given_back = F.coalesce(F.col("status") == "won", F.lit(False)) | F.col("is_inquiry")
    withdrawn = F.when(given_back, 0).otherwise(-F.col("amount_minor"))
    return _object(disputes, "dispute", withdrawn, F.col("is_chargeback") & (withdrawn != 0))


def _object(
    rows: DataFrame, kind: str, expected: Column, required: Column, asked: Column | None = None
) -> DataFrame:
    values = {
        "object_type": F.lit(kind),
        "object_id": F.concat(f"{kind}_id", F.lit("")),
        "date": F.col("created_date"),
        "expected_minor": expected.cast("bigint"),
        "asked_minor": (F.lit(None) if asked is None else asked).cast("bigint"),
        "is_required": F.coalesce(required, F.lit(False)),
    }
    return rows.withColumns(values).select(*_OBJECT)
