"""Rows of silver tables as tests write them: what matters given, the rest as a sound record has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.catalog import all_tables, declared
from pipelines.delta.schemas import arrow_schema
from pipelines.gold.shared.recipe import Whole

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]


def together(*tables: Tables) -> Tables:
    """The rows of all of these, table by table."""
    names = {name for some in tables for name in some}
    return {name: [row for some in tables for row in some.get(name, ())] for name in names}


def at(text: str) -> datetime:
    """A moment in UTC; midnight of a bare date."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def created(text: str) -> Row:
    moment = at(text)
    return {
        "created_at": moment,
        "created_date": moment.date(),
        "account": "acct_a",
        "currency": "USD",
        "ingest_id": 1,
    }


def charge(charge_id: str, when: str, amount: int = 1000, **facts: Any) -> Row:
    """A captured Visa payment, unless told otherwise."""
    return created(when) | {
        "charge_id": charge_id, "amount_minor": amount, "amount_captured_minor": amount, "amount_refunded_minor": 0,
        "status": "succeeded", "is_captured": True, "is_authorized": True, "is_issuer_declined": False,
        "is_blocked": False, "payment_method_type": "card", "card_network": "visa", "card_brand": "visa",
        "card_country": "US", "card_funding": "credit", "is_card_not_present": True, "livemode": True,
    } | facts  # fmt: skip


def declined(charge_id: str, when: str, reason: str = "insufficient_funds", **facts: Any) -> Row:
    refusal = {"status": "failed", "is_captured": False, "is_authorized": False, "is_issuer_declined": True}
    return charge(
        charge_id, when, **(refusal | {"amount_captured_minor": 0, "decline_reason": reason} | facts)
    )


def blocked(charge_id: str, when: str, **facts: Any) -> Row:
    verdict = {"is_issuer_declined": False, "is_blocked": True, "outcome_reason": "highest_risk_level"}
    return declined(charge_id, when, **({"decline_reason": None} | verdict | facts))


def intent(payment_intent_id: str, when: str, status: str, **facts: Any) -> Row:
    return (
        created(when)
        | {"payment_intent_id": payment_intent_id, "status": status, "amount_minor": 1000}
        | facts
    )


def refund(refund_id: str, charge_id: str, when: str, amount: int = 100, **facts: Any) -> Row:
    return (
        created(when)
        | {"refund_id": refund_id, "charge_id": charge_id, "amount_minor": amount, "status": "succeeded"}
        | facts
    )


def dispute(dispute_id: str, charge_id: str, when: str, amount: int = 1000, **facts: Any) -> Row:
    """A chargeback for fraud that is still open, unless told otherwise."""
    return created(when) | {
        "dispute_id": dispute_id, "charge_id": charge_id, "amount_minor": amount, "reason": "fraudulent",
        "status": "needs_response", "is_chargeback": True, "is_inquiry": False, "is_prevented": False,
        "is_fraud": facts.get("reason", "fraudulent") == "fraudulent", "card_network": "visa",
    } | facts  # fmt: skip


def inquiry(dispute_id: str, charge_id: str, when: str, **facts: Any) -> Row:
    kind = {"status": "warning_closed", "is_chargeback": False, "is_inquiry": True}
    return dispute(dispute_id, charge_id, when, **(kind | facts))


def warning(early_fraud_warning_id: str, charge_id: str, when: str, **facts: Any) -> Row:
    return created(when) | {"early_fraud_warning_id": early_fraud_warning_id, "charge_id": charge_id} | facts


def transaction(
    transaction_id: str, when: str, category: str, amount: int, fee: int = 0, **facts: Any
) -> Row:
    """A balance transaction that is available at once, unless told otherwise."""
    return created(when) | {
        "balance_transaction_id": transaction_id, "reporting_category": category, "type": category,
        "amount_minor": amount, "fee_minor": fee, "net_minor": amount - fee, "available_at": at(when),
    } | facts  # fmt: skip


def payout(payout_id: str, when: str, amount: int, **facts: Any) -> list[Row]:
    """An automatic payout and the balance transaction by which it left."""
    made = (
        created(when)
        | {"payout_id": payout_id, "amount_minor": amount, "status": "paid", "is_automatic": True}
        | facts
    )
    kept = {name: made[name] for name in ("account", "currency", "ingest_id")}
    return [made, transaction(f"txn_{payout_id}", when, "payout", -amount, source_id=payout_id) | kept]


def moved(transaction_id: str, when: str, category: str, amount: int, fee: int = 0, **facts: Any) -> Row:
    """A row of gold.balance_transactions_enriched."""
    made = transaction(transaction_id, when, category, amount, fee)
    kept = {name: made[name] for name in made if name not in ("created_date", "ingest_id", "type")}
    return kept | {"date": made["created_date"], "other_fee_minor": fee} | facts


def frame(spark: SparkSession, name: str, rows: Sequence[Row]) -> DataFrame:
    """A silver table of some rows; columns that a row does not name are null."""
    schema = arrow_schema(all_tables()[name])
    full = [{field: row.get(field) for field in schema.names} for row in rows]
    table = pa.Table.from_pylist(full, schema)
    return (
        spark.createDataFrame(table) if rows else spark.createDataFrame([], all_tables()[name].spark_schema())
    )


def frames(spark: SparkSession, gold: str, tables: Tables) -> dict[str, DataFrame]:
    """All sources of a gold table; those not given are empty."""
    return {name: frame(spark, name, tables.get(name, ())) for name in declared()[gold].recipe.inputs}


def built(spark: SparkSession, gold: str, tables: Tables, *days: str) -> list[Row]:
    """The rows of a gold table for some days, or all of a table that is made whole, sorted by key."""
    how = declared()[gold].recipe
    result = how.build(frames(spark, gold, tables), *([] if isinstance(how, Whole) else [days]))
    key = all_tables()[gold].key
    return sorted(
        (row.asDict() for row in result.collect()), key=lambda row: [str(row[name]) for name in key]
    )


def built_apart(
    spark: SparkSession, gold: str, cases: Mapping[str, Tables], *days: str
) -> dict[str, list[Row]]:
    """As ``built``, for several cases in one plan, which takes longer than their rows: each has accounts of its own."""
    rows = [
        {name: [row | {"account": f"{case}/{row['account']}"} for row in some] for name, some in own.items()}
        for case, own in cases.items()
    ]
    found: dict[str, list[Row]] = {case: [] for case in cases}
    for row in built(spark, gold, together(*rows), *days):
        case, _, account = row["account"].rpartition("/")
        found[case].append(row | {"account": account})
    return found


def affected(spark: SparkSession, gold: str, changed: Tables, others: Tables | None = None) -> list[str]:
    """The days that a gold table recomputes when some rows have changed, the others being there already."""
    before = others or {}
    now = {name: [*before.get(name, ()), *changed.get(name, ())] for name in {*before, *changed}}
    found = (
        declared()[gold]
        .recipe.dates(frames(spark, gold, changed), frames(spark, gold, now))
        .distinct()
        .collect()
    )
    return sorted(str(row[0]) for row in found if row[0] is not None)


def day(text: str) -> date:
    return date.fromisoformat(text)


def figures(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}
