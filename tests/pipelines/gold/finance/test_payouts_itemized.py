from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, built, day, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, ENRICHED = "gold.payouts_itemized", "gold.balance_transactions_enriched"
MONDAY, TUESDAY = "2026-05-04", "2026-05-05"
PAID = {"payout_id": "po_1", "payout_date": day(TUESDAY)}


def test_a_payout_has_the_movements_that_it_pays_on_its_own_day(any_spark: SparkSession) -> None:
    rows = [
        moved("txn_1", MONDAY, "charge", 1000, fee=30, charge_id="ch_1", **PAID),
        moved("txn_2", MONDAY, "charge", 500),
        moved("txn_po_1", TUESDAY, "payout", -970, source_id="po_1", **PAID),
        moved("txn_3", TUESDAY, "charge", 700, payout_id="po_2", payout_date=day("2026-05-06")),
    ]
    [row] = built(any_spark, GOLD, {ENRICHED: rows}, TUESDAY)
    expected = {
        "payout_id": "po_1",
        "balance_transaction_id": "txn_1",
        "date": day(TUESDAY),
        "net_minor": 970,
    }
    assert {name: row[name] for name in expected} == expected
    assert built(any_spark, GOLD, {ENRICHED: rows}, MONDAY) == []


def test_a_movement_that_another_payout_pays_leaves_the_first_ones_day(any_spark: SparkSession) -> None:
    was = moved("txn_1", MONDAY, "charge", 1000, **PAID)
    same = moved("txn_2", MONDAY, "charge", 1000, payout_id="po_3", payout_date=day("2026-05-08"))
    now = was | {"payout_id": "po_2", "payout_date": day("2026-05-06")}
    assert affected(any_spark, GOLD, {ENRICHED: [was, now, same, same]}) == [TUESDAY, "2026-05-06"]
