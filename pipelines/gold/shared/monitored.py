"""What the card networks' programmes count, day by day: cases, and the payments that they are measured against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import sum_if, text, total
from pipelines.frames.united import united
from pipelines.payments.charges import NONE

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

DAILY = "gold.disputes_daily"
DISPUTES = "gold.disputes_enriched"
ALERTS = "gold.card_testing_alerts"
ATTEMPTS = "gold.authorizations_daily"

COUNTED: Mapping[str, tuple[str, ...]] = {
    DAILY: (
        "cohort_captured_count", "cohort_card_not_present_count", "cohort_three_d_secure_count",
        "cohort_three_d_secure_minor", "card_not_present_early_fraud_warnings_count",
        "card_not_present_early_fraud_warnings_minor", "three_d_secure_early_fraud_warnings_count",
        "three_d_secure_early_fraud_warnings_minor",
    ),
    DISPUTES: (
        "kind", "network", "is_card_not_present", "network_reason_code", "reason", "amount_minor",
    ),
    ALERTS: ("visa_attempts_count",),
    ATTEMPTS: ("attempts_count",),
}  # fmt: skip
"""By table, the columns beside its key that are counted, or say what is."""

MONTH_BEFORE = ("previous_month", "fraud")
"""Bases that are measured against the payments of the month before."""

IN_AMOUNTS = ("secure",)
"""Bases whose rate is one of amounts, in cents of US dollars, not of numbers."""

_FRAUD_CODES = ("4837", "4863")
"""Mastercard: no cardholder authorization; cardholder does not recognize, potential fraud."""

_DAY = ["account", "date", "basis"]


def cases(now: Mapping[str, DataFrame]) -> DataFrame:
    """Cases by ``account``, ``date`` and ``basis``.

    They are ``cases_count``, ``cases_usd_minor`` and ``other_currency_cases_count``: amounts are those in US dollars
    alone, and other currencies are counted apart and not converted.
    """
    chargebacks = now[DISPUTES].filter("kind = 'chargeback'").withColumn("cases", F.lit(1))
    visa, mastercard = (chargebacks.filter(F.col("network") == name) for name in ("visa", "mastercard"))
    at_a_distance = F.coalesce("is_card_not_present", F.lit(False))
    is_fraud = F.col("network_reason_code").isin(*_FRAUD_CODES) | (
        (F.col("network_reason_code") == NONE) & (F.col("reason") == "fraudulent")
    )
    found = [
        _case("vamp", visa.filter(at_a_distance), "cases", "amount_minor"),
        _case("vamp", _visa(now), *_warned("card_not_present")),
        _case("previous_month", mastercard, "cases", "amount_minor"),
        _case("fraud", mastercard.filter(at_a_distance & is_fraud), "cases", "amount_minor"),
        _case("secure", _visa(now), *_warned("three_d_secure")),
        _case("enumeration", now[ALERTS], "visa_attempts_count", None),
    ]
    in_dollars = F.col("currency") == "USD"
    return united(found).groupBy(*_DAY).agg(
        total("cases").alias("cases_count"),
        sum_if(in_dollars, "minor").alias("cases_usd_minor"),
        sum_if(~in_dollars, "cases").alias("other_currency_cases_count"),
    )  # fmt: skip


def payments(now: Mapping[str, DataFrame]) -> DataFrame:
    """What cases are measured against, by ``account``, ``basis`` and the ``month`` (first day) for which it counts.

    It is ``payments_count``, ``payments_usd_minor`` and ``three_d_secure_count``, those of them with 3D Secure.
    """
    mastercard = now[DAILY].filter("network = 'mastercard'")
    attempts = now[ATTEMPTS].filter("network = 'visa'")
    secured = ("cohort_three_d_secure_count", "cohort_three_d_secure_minor")
    found = [
        _payment("vamp", _visa(now), "cohort_card_not_present_count"),
        _payment("previous_month", mastercard, "cohort_captured_count"),
        _payment("fraud", mastercard, "cohort_card_not_present_count", secured="cohort_three_d_secure_count"),
        _payment("secure", _visa(now), *secured, secured="cohort_three_d_secure_count"),
        _payment("enumeration", attempts, "attempts_count"),
    ]
    month = F.trunc("date", "month")
    after = F.to_date(F.add_months(month, 1))
    counts_for = F.when(F.col("basis").isin(*MONTH_BEFORE), after).otherwise(month)
    return united(found).withColumn("month", counts_for).groupBy("account", "basis", "month").agg(
        total("payments").alias("payments_count"),
        sum_if(F.col("currency") == "USD", "minor").alias("payments_usd_minor"),
        total("secured").alias("three_d_secure_count"),
    )  # fmt: skip


def _visa(now: Mapping[str, DataFrame]) -> DataFrame:
    return now[DAILY].filter("network = 'visa'")


def _warned(on: str) -> tuple[str, str]:
    return f"{on}_early_fraud_warnings_count", f"{on}_early_fraud_warnings_minor"


def _case(basis: str, rows: DataFrame, number: str, minor: str | None) -> DataFrame:
    told = rows.select(*_rows(basis), _whole(number).alias("cases"), _whole(minor).alias("minor"))
    return told.filter("cases > 0")


def _payment(
    basis: str, rows: DataFrame, number: str, minor: str | None = None, secured: str | None = None
) -> DataFrame:
    columns = {"payments": number, "minor": minor, "secured": secured}
    return rows.select(*_rows(basis), *(_whole(of).alias(name) for name, of in columns.items()))


def _rows(basis: str) -> list[Column]:
    # A table may be empty. Sail (0.7.2) cannot unite its columns with others unless something is made of them.
    date = F.date_add("date", 0).alias("date")
    return [text("account"), text("currency"), date, F.lit(basis).alias("basis")]


def _whole(name: str | None) -> Column:
    return F.abs(F.col(name) if name else F.lit(0)).cast("bigint")
