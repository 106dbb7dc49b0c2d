from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import affected, built, figures, moved

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, ENRICHED = "gold.transfers_daily", "gold.balance_transactions_enriched"
MONDAY = "2026-05-04"
TO_B = {"connected_account_id": "acct_b"}


def test_each_connected_account_has_what_it_got_and_what_it_paid(any_spark: SparkSession) -> None:
    rows = [
        moved("txn_1", MONDAY, "transfer", -1000, **TO_B),
        moved("txn_2", MONDAY, "transfer", -500, **TO_B),
        moved("txn_3", MONDAY, "transfer_reversal", 200, **TO_B),
        moved("txn_4", MONDAY, "platform_earning", 90, **TO_B),
        moved("txn_5", MONDAY, "platform_earning_refund", -40, **TO_B),
        moved("txn_6", MONDAY, "platform_earning", 7),
        moved("txn_7", MONDAY, "charge", 7),
    ]
    of_b, unknown = built(any_spark, GOLD, {ENRICHED: rows}, MONDAY)
    expected = {
        "connected_account_id": "acct_b", "transfers_count": 2, "transferred_minor": 1500, "reversals_count": 1,
        "reversed_minor": 200, "net_transferred_minor": 1300, "application_fees_count": 1,
        "application_fees_minor": 90, "application_fees_refunded_minor": 40, "platform_earnings_minor": 50,
    }  # fmt: skip
    assert figures(of_b, *expected) == expected
    assert figures(unknown, "connected_account_id", "platform_earnings_minor") == {
        "connected_account_id": "unknown",
        "platform_earnings_minor": 7,
    }


def test_a_transfer_that_becomes_known_rewrites_the_day_of_its_movement(any_spark: SparkSession) -> None:
    was = moved("txn_1", MONDAY, "transfer", -1000)
    assert affected(any_spark, GOLD, {ENRICHED: [was, was | TO_B]}) == [MONDAY]
    sale = moved("txn_2", MONDAY, "charge", 1)
    assert affected(any_spark, GOLD, {ENRICHED: [sale]}) == []
