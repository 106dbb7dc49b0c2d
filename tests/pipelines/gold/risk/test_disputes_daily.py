from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pipelines.gold.silver_rows import (
    affected,
    built,
    charge,
    day,
    declined,
    dispute,
    figures,
    inquiry,
    warning,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.disputes_daily"
MAY, JULY = "2026-05-01", "2026-07-07"


def test_a_dispute_counts_on_its_own_day_and_in_the_cohort_of_its_payment(any_spark: SparkSession) -> None:
    tables = {
        "silver.charges": [
            charge("ch_1", MAY),
            charge("ch_2", MAY, three_d_secure_result="authenticated"),
            declined("ch_3", MAY),
        ],
        "silver.disputes": [
            dispute("dp_1", "ch_1", JULY, 900),
            dispute("dp_2", "ch_1", JULY, 100, reason="duplicate"),
        ],
        "silver.early_fraud_warnings": [warning("issfr_1", "ch_2", JULY)],
    }
    may, july = built(any_spark, GOLD, tables, MAY, JULY)
    cohort = {
        "date": day(MAY), "network": "visa", "chargebacks_count": 0, "early_fraud_warnings_count": 0,
        "cohort_captured_count": 2, "cohort_captured_minor": 2000, "cohort_card_not_present_count": 2,
        "cohort_disputed_count": 1, "cohort_disputed_minor": 1000, "cohort_fraud_disputed_count": 1,
        "cohort_warned_count": 1, "cohort_dispute_rate": 0.5, "cohort_early_fraud_warning_rate": 0.5,
    }  # fmt: skip
    activity = {
        "date": day(JULY), "network": "visa", "chargebacks_count": 2, "chargebacks_minor": 1000,
        "fraud_chargebacks_count": 1, "fraud_chargebacks_minor": 900, "processing_chargebacks_count": 1,
        "open_count": 2, "card_not_present_chargebacks_count": 2, "early_fraud_warnings_count": 1,
        "early_fraud_warnings_minor": 1000, "card_not_present_early_fraud_warnings_count": 1,
        "card_not_present_early_fraud_warnings_minor": 1000, "three_d_secure_early_fraud_warnings_count": 1,
        "three_d_secure_early_fraud_warnings_minor": 1000,
        "cohort_captured_count": 0, "cohort_dispute_rate": None,
    }  # fmt: skip
    assert figures(may, *cohort) == cohort
    assert figures(july, *activity) == activity


def test_inquiries_and_prevented_disputes_are_not_chargebacks(any_spark: SparkSession) -> None:
    disputes = [
        inquiry("dp_1", "ch_1", JULY, amount=100),
        dispute("dp_2", "ch_1", JULY, 200, status="prevented", is_chargeback=False, is_prevented=True),
        dispute("dp_3", "ch_1", JULY, 400, status="won", reason="product_not_received"),
        dispute("dp_4", "ch_1", JULY, 800, status="lost", reason="unrecognized"),
    ]
    [row] = built(
        any_spark, GOLD, {"silver.charges": [charge("ch_1", MAY)], "silver.disputes": disputes}, JULY
    )
    expected = {
        "inquiries_count": 1, "inquiries_minor": 100, "prevented_count": 1, "prevented_minor": 200,
        "chargebacks_count": 2, "chargebacks_minor": 1200, "fraud_chargebacks_count": 0,
        "consumer_chargebacks_count": 1, "other_chargebacks_count": 1, "won_count": 1, "won_minor": 400,
        "lost_count": 1, "lost_minor": 800, "open_count": 0,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_a_warning_counts_once_its_payment_is_known(any_spark: SparkSession) -> None:
    early = {"silver.early_fraud_warnings": [warning("issfr_1", "ch_1", JULY)]}
    late = {"silver.charges": [charge("ch_1", MAY, 1500, currency="JPY")]}
    assert built(any_spark, GOLD, early, JULY) == []
    assert affected(any_spark, GOLD, late, early) == [MAY, JULY]
    [row] = built(any_spark, GOLD, early | late, JULY)
    assert figures(row, "currency", "early_fraud_warnings_minor") == {
        "currency": "JPY",
        "early_fraud_warnings_minor": 1500,
    }


def test_a_dispute_of_an_unknown_payment_counts_by_its_own_network(any_spark: SparkSession) -> None:
    alone = [
        dispute("dp_1", "ch_1", JULY, card_network=None, card_brand="jcb"),
        dispute("dp_2", "ch_2", JULY, card_network=None),
    ]
    rows = built(any_spark, GOLD, {"silver.disputes": alone}, JULY)
    assert [(row["network"], row["chargebacks_count"]) for row in rows] == [("jcb", 1), ("unknown", 1)]


def test_ways_to_pay_without_a_card_have_no_dispute_rate(any_spark: SparkSession) -> None:
    bank = charge("ch_1", MAY, payment_method_type="sepa_debit", card_network=None, is_card_not_present=False)
    [row] = built(
        any_spark, GOLD, {"silver.charges": [bank], "silver.disputes": [dispute("dp_1", "ch_1", JULY)]}, MAY
    )
    expected = {"network": "none", "cohort_disputed_count": 1, "cohort_dispute_rate": None}
    assert figures(row, *expected) == expected


def test_a_late_dispute_rewrites_its_day_and_that_of_its_payment(any_spark: SparkSession) -> None:
    before = {
        "silver.charges": [charge("ch_1", MAY), charge("ch_2", "2026-06-01")],
        "silver.disputes": [dispute("dp_0", "ch_2", "2026-06-09")],
    }
    assert affected(any_spark, GOLD, {"silver.disputes": [dispute("dp_1", "ch_1", JULY)]}, before) == [
        MAY,
        JULY,
    ]
    assert affected(
        any_spark, GOLD, {"silver.early_fraud_warnings": [warning("i_1", "ch_1", JULY)]}, before
    ) == [MAY, JULY]
