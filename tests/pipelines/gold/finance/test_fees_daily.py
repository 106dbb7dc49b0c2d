from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, figures, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD, ENRICHED = "gold.fees_daily", "gold.balance_transactions_enriched"
MONDAY = "2026-05-04"
VISA = {"charge_id": "ch_1", "payment_method_type": "card", "card_network": "visa"}


def costing(transaction_id: str, category: str, amount: int, fees: dict[str, int], **facts: Any) -> Row:
    kinds = {f"{kind}_fee_minor": fees.get(kind, 0) for kind in ("stripe", "application", "tax", "other")}
    return moved(transaction_id, MONDAY, category, amount, fee=sum(fees.values())) | kinds | facts


def test_each_fee_is_of_one_kind(any_spark: SparkSession) -> None:
    rows = [
        costing(
            "txn_1", "charge", 10_000, {"stripe": 300, "application": 100, "tax": 60, "other": 5}, **VISA
        ),
        costing("txn_2", "dispute", -10_000, {"stripe": 1500}, **VISA),
        costing("txn_3", "refund", -10, {"stripe": -9}, **VISA),
        costing("txn_4", "fee", -200, {}),
        costing("txn_5", "network_cost", -30, {}),
        costing("txn_6", "tax", -4, {}),
        costing("txn_7", "payout", -5000, {"stripe": 50}),
        costing("txn_8", "transfer", -5000, {}),
    ]
    visa, none = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    of_visa = {
        "card_network": "visa", "charges_count": 1, "charges_minor": 10_000, "processing_fees_minor": 305,
        "dispute_fees_minor": 1500, "application_fees_minor": 100, "taxes_minor": 60, "other_fees_minor": -9,
        "fees_minor": 1956, "effective_rate": 0.1856,
    }  # fmt: skip
    of_none = {
        "payment_method_type": "none", "card_network": "none", "charges_count": 0, "billed_fees_minor": 200,
        "network_costs_minor": 30, "taxes_minor": 4, "other_fees_minor": 50, "fees_minor": 284,
        "effective_rate": None,
    }  # fmt: skip
    assert figures(visa, *of_visa) == of_visa
    assert figures(none, *of_none) == of_none


def test_ways_to_pay_currencies_and_accounts_are_apart(any_spark: SparkSession) -> None:
    rows = [
        costing("txn_1", "charge", 100, {"stripe": 3}, **VISA),
        costing("txn_2", "charge", 100, {"stripe": 4}, **VISA, currency="JPY"),
        costing("txn_3", "charge", 100, {"stripe": 5}, **VISA, account="acct_b"),
        costing("txn_4", "charge", 100, {"stripe": 6}, charge_id="ch_2", payment_method_type="sepa_debit"),
        costing("txn_5", "charge", 100, {"stripe": 7}, charge_id="ch_0"),
    ]
    found = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    names = ("account", "currency", "payment_method_type", "card_network", "fees_minor")
    assert [tuple(figures(row, *names).values()) for row in found] == [
        ("acct_a", "JPY", "card", "visa", 4),
        ("acct_a", "USD", "card", "visa", 3),
        ("acct_a", "USD", "sepa_debit", "none", 6),
        ("acct_a", "USD", "unknown", "unknown", 7),
        ("acct_b", "USD", "card", "visa", 5),
    ]


def test_a_changed_fee_rewrites_its_day(any_spark: SparkSession) -> None:
    was, now = (costing("txn_1", "charge", 100, {"stripe": fee}) for fee in (3, 4))
    assert affected(any_spark, GOLD, {ENRICHED: [was, now]}) == [MONDAY]
    assert affected(any_spark, GOLD, {ENRICHED: [was, was | {"payout_id": "po_1"}]}) == []
