from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, built, day, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, ENRICHED = "gold.activity_itemized", "gold.balance_transactions_enriched"
MONDAY = "2026-05-04"


def test_all_but_payouts_is_activity(any_spark: SparkSession) -> None:
    categories = ["charge", "refund", "fee", "payout", "payout_reversal", None]
    rows = [moved(f"txn_{n}", MONDAY, category or "", 10) for n, category in enumerate(categories)]
    rows[5]["reporting_category"] = None
    found = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    assert [row["reporting_category"] for row in found] == ["charge", "refund", "fee", None]


def test_a_movement_that_is_only_paid_otherwise_rewrites_nothing(any_spark: SparkSession) -> None:
    was = moved("txn_1", MONDAY, "charge", 10)
    paid = was | {"payout_id": "po_1", "payout_date": day("2026-05-06")}
    corrected = moved("txn_2", "2026-05-05", "charge", 10), moved("txn_2", "2026-05-05", "charge", 11)
    assert affected(any_spark, GOLD, {ENRICHED: [was, paid, *corrected]}) == ["2026-05-05"]
