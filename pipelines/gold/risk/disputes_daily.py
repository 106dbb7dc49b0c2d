"""gold.disputes_daily: disputes and early fraud warnings, by the day they came in and by the day of the payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import combined, count_if, live, ratio, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table, rate
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import NONE, UNKNOWN, captured, network

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.frames.days import Dates

TABLE = gold_table(
    name="gold.disputes_daily",
    doc=(
        "One row per account, currency, day and card network. Columns that start with cohort_ are about the"
        " payments "
        "made on the day, whatever came of them later; the others are about what was raised on the day. "
        "Dispute "
        "rate by payment day: sum of cohort_disputed_count / sum of cohort_captured_count; by dispute day: "
        "sum of "
        "chargebacks_count / sum of cohort_captured_count."
    ),
    day="Day on which disputes and warnings came in, and on which the cohort's payments were made, UTC.",
    dimensions=(
        dimension(
            "network",
            "Card network, such as visa; none where no card was used, unknown where the source does not say.",
        ),
    ),
    columns=(
        count(
            "chargebacks_count",
            "Chargebacks raised on the day; inquiries and prevented disputes are not chargebacks.",
        ),
        amount("chargebacks_minor", "Amount of them."),
        count("fraud_chargebacks_count", "Chargebacks with reason fraudulent."),
        amount("fraud_chargebacks_minor", "Amount of them."),
        count(
            "consumer_chargebacks_count",
            "Chargebacks about the goods or the contract: not received, unacceptable, canceled, not "
            "credited.",
        ),
        count(
            "processing_chargebacks_count",
            "Chargebacks about the processing: duplicate, wrong account, not authorized debit, bank could "
            "not process.",
        ),
        count("other_chargebacks_count", "Chargebacks with another reason, such as unrecognized or general."),
        count("won_count", "Chargebacks raised on the day that were won, as known now."),
        amount("won_minor", "Amount of them."),
        count("lost_count", "Chargebacks raised on the day that were lost, as known now."),
        amount("lost_minor", "Amount of them."),
        count("open_count", "Chargebacks raised on the day that are neither won nor lost, as known now."),
        count("inquiries_count", "Inquiries (status warning_…) opened on the day."),
        amount("inquiries_minor", "Amount of them."),
        count(
            "prevented_count",
            "Disputes that were resolved before they were raised, by the day of their creation.",
        ),
        amount("prevented_minor", "Amount of them."),
        count(
            "card_not_present_chargebacks_count", "Chargebacks on payments made with the card not present."
        ),
        count(
            "early_fraud_warnings_count",
            "Early fraud warnings (Visa TC40, Mastercard SAFE) that came in on the day.",
        ),
        amount("early_fraud_warnings_minor", "Amount of the payments that they are about."),
        count(
            "card_not_present_early_fraud_warnings_count",
            "Early fraud warnings on payments made with the card not present.",
        ),
        amount("card_not_present_early_fraud_warnings_minor", "Amount of the payments that these are about."),
        count(
            "three_d_secure_early_fraud_warnings_count",
            "Early fraud warnings on payments authenticated by 3D Secure.",
        ),
        amount("three_d_secure_early_fraud_warnings_minor", "Amount of the payments that these are about."),
        count("cohort_captured_count", "Payments made on the day and captured."),
        amount("cohort_captured_minor", "Amount captured of them."),
        count("cohort_card_not_present_count", "Of them, made with the card not present."),
        count("cohort_three_d_secure_count", "Of them, authenticated by 3D Secure."),
        amount("cohort_three_d_secure_minor", "Amount captured of those authenticated by 3D Secure."),
        count(
            "cohort_disputed_count", "Captured payments of the day with a chargeback, whenever it was raised."
        ),
        amount("cohort_disputed_minor", "Amount of the chargebacks on captured payments of the day."),
        count("cohort_fraud_disputed_count", "Captured payments of the day with a chargeback for fraud."),
        count("cohort_warned_count", "Captured payments of the day with an early fraud warning."),
        rate(
            "cohort_dispute_rate",
            "cohort_disputed_count / cohort_captured_count; null where no card was used.",
        ),
        rate(
            "cohort_early_fraud_warning_rate",
            "cohort_warned_count / cohort_captured_count; null where no card was used.",
        ),
    ),
)


CONSUMER = ("product_not_received", "product_unacceptable", "subscription_canceled", "credit_not_processed")
PROCESSING = (
    "duplicate",
    "bank_cannot_process",
    "check_returned",
    "debit_not_authorized",
    "incorrect_account_details",
    "insufficient_funds",
)

_RATES = ("cohort_dispute_rate", "cohort_early_fraud_warning_rate")
_MEASURES = tuple(name for name in TABLE.column_names[len(TABLE.key) :] if name not in _RATES)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose rows may be different: of changed disputes and warnings, and of the payments they are about.

    A changed payment may also change the days on which something about it came in: it names their network.
    """
    charges = live(changed[claims.CHARGES])
    days = claims.days_made(changed)
    for name in (claims.DISPUTES, claims.WARNINGS):
        raised = claims.dated(changed[name]).select(F.col("claim_date").alias("date"))
        paid = claims.payment_days(changed[name], live(now[claims.CHARGES]))
        renamed = claims.claim_days(charges, now[name])
        days = days.unionByName(raised).unionByName(paid).unionByName(renamed)
    return days


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    parts = [_disputes(now, dates), _warnings(now, dates), _cohort(now, dates)]
    daily = combined(parts, TABLE.key, _MEASURES)
    return daily.select("*", *_rates()).select(*TABLE.column_names)


def _disputes(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    raised = claims.with_payment(now[claims.DISPUTES], live(now[claims.CHARGES]), dates)
    paid_over = F.nullif("payment_network", F.lit(UNKNOWN))
    described = raised.withColumns(
        {
            "date": F.col("claim_date"),
            "network": F.coalesce(paid_over, "card_network", "card_brand", F.lit(UNKNOWN)),
        }
    )
    return described.groupBy(*TABLE.key).agg(*_dispute_figures())


def _dispute_figures() -> list[Expression]:
    chargeback, fraud = F.col("is_chargeback"), F.col("is_fraud")
    reason = F.coalesce("reason", F.lit(UNKNOWN))
    consumer, processing = reason.isin(*CONSUMER), reason.isin(*PROCESSING)
    with_amount = {
        "chargebacks": chargeback,
        "fraud_chargebacks": chargeback & fraud,
        "won": chargeback & (F.col("status") == "won"),
        "lost": chargeback & (F.col("status") == "lost"),
        "inquiries": F.col("is_inquiry"),
        "prevented": F.col("is_prevented"),
    }
    without = {
        "consumer_chargebacks": chargeback & consumer,
        "processing_chargebacks": chargeback & processing,
        "other_chargebacks": chargeback & ~fraud & ~consumer & ~processing,
        "open": chargeback & ~F.coalesce("status", F.lit(UNKNOWN)).isin("won", "lost"),
        "card_not_present_chargebacks": chargeback & F.col("is_card_not_present"),
    }
    counts = [count_if(case).alias(f"{name}_count") for name, case in {**with_amount, **without}.items()]
    return counts + [
        sum_if(case, "amount_minor").alias(f"{name}_minor") for name, case in with_amount.items()
    ]


def _warnings(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """Warnings have no currency of their own: they count once the payment they are about is known."""
    raised = claims.with_payment(
        now[claims.WARNINGS], live(now[claims.CHARGES]), dates, "three_d_secure_result"
    )
    known = raised.filter("payment_currency is not null").select(
        "account",
        F.col("payment_currency").alias("currency"),
        F.col("claim_date").alias("date"),
        F.col("payment_network").alias("network"),
        "payment_minor",
        "is_card_not_present",
        _secured().alias("is_secured"),
    )
    return known.groupBy(*TABLE.key).agg(
        F.count(F.lit(1)).alias("early_fraud_warnings_count"),
        total("payment_minor").alias("early_fraud_warnings_minor"),
        count_if(F.col("is_card_not_present")).alias("card_not_present_early_fraud_warnings_count"),
        sum_if(F.col("is_card_not_present"), "payment_minor").alias(
            "card_not_present_early_fraud_warnings_minor"
        ),
        count_if(F.col("is_secured")).alias("three_d_secure_early_fraud_warnings_count"),
        sum_if(F.col("is_secured"), "payment_minor").alias("three_d_secure_early_fraud_warnings_minor"),
    )


def _secured() -> Expression:
    return F.col("three_d_secure_result") == "authenticated"


def _cohort(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    payments = claims.with_claims(now, claims.made_on(now, dates).filter(captured()), dates)
    described = payments.withColumns({"date": F.col("created_date"), "network": network()})
    secured = _secured()
    return described.groupBy(*TABLE.key).agg(
        F.count(F.lit(1)).alias("cohort_captured_count"),
        total("amount_captured_minor").alias("cohort_captured_minor"),
        count_if(F.col("is_card_not_present")).alias("cohort_card_not_present_count"),
        count_if(secured).alias("cohort_three_d_secure_count"),
        sum_if(secured, "amount_captured_minor").alias("cohort_three_d_secure_minor"),
        count_if(F.col("chargebacks_count") > 0).alias("cohort_disputed_count"),
        total("chargebacks_minor").alias("cohort_disputed_minor"),
        count_if(F.col("fraud_chargebacks_count") > 0).alias("cohort_fraud_disputed_count"),
        count_if(F.col("warnings_count") > 0).alias("cohort_warned_count"),
    )


def _rates() -> list[Expression]:
    """Rates are about cards: null for other ways to pay."""
    cards = F.when(F.col("network") != NONE, F.col("cohort_captured_count")).otherwise(0)
    return [
        ratio("cohort_disputed_count", cards).alias("cohort_dispute_rate"),
        ratio("cohort_warned_count", cards).alias("cohort_early_fraud_warning_rate"),
    ]


RECIPE = ByDay(
    TABLE,
    inputs=(claims.CHARGES, claims.CHARGE_HISTORY, claims.DISPUTES, claims.WARNINGS),
    dates=dates,
    build=build,
)
