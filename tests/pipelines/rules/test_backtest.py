"""What a rule would have done, counted by hand on a few payments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from payments import NAMES, payment, training

from pipelines.rules.backtest import Backtest, ByCurrency, Tally, backtest
from pipelines.rules.condition import parse_condition

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONDITION = parse_condition(":card_country: != :ip_country:", NAMES)
ABROAD = {"card_country": "DE"}

PAYMENTS = (
    payment("f_1", "fraud", amount_minor=1000, **ABROAD),
    payment("f_2", "fraud", amount_minor=2000, date=date(2026, 3, 2), **ABROAD),
    payment("f_3", "fraud", amount_minor=4000),
    payment("f_4", "fraud", amount_minor=300, currency="JPY", **ABROAD),
    payment("g_1", "legitimate", amount_minor=10, date=date(2026, 3, 5), **ABROAD),
    payment("g_2", "legitimate", amount_minor=20),
    payment("g_3", "legitimate", amount_minor=40, ip_country=None, **ABROAD),
    payment("u_1", "unknown", amount_minor=7, date=date(2026, 3, 9), **ABROAD),
    payment("u_2", "unknown", amount_minor=8, currency="EUR"),
)


def test_what_a_rule_would_have_caught_and_hurt_by_currency(any_spark: SparkSession) -> None:
    found = backtest(training(any_spark, *PAYMENTS), CONDITION)
    nothing = Tally(0, 0, 0, 0)
    assert found.currencies == (
        ByCurrency("EUR", fraud=nothing, legitimate=nothing, unknown=Tally(0, 0, 1, 8)),
        ByCurrency("JPY", fraud=Tally(1, 300, 1, 300), legitimate=nothing, unknown=nothing),
        ByCurrency(
            "USD", fraud=Tally(2, 3000, 3, 7000), legitimate=Tally(1, 10, 3, 70), unknown=Tally(1, 7, 1, 7)
        ),
    )
    assert (found.first, found.last, found.payments) == (date(2026, 3, 1), date(2026, 3, 9), 9)
    assert (found.caught, found.hurt, found.undecided) == (3, 1, 1)
    assert (found.precision, found.recall) == (3 / 4, 3 / 4)
    assert (found.false_positive_rate, found.matched_rate) == (1 / 3, 5 / 9)


def test_examples_are_the_latest_of_each_label_with_what_the_rule_looks_at(any_spark: SparkSession) -> None:
    more = [payment(f"f_{hour}", "fraud", hour=hour, date=date(2026, 4, 1), **ABROAD) for hour in (5, 7, 6)]
    found = backtest(training(any_spark, *PAYMENTS, *more), CONDITION)
    assert [example.charge_id for example in found.examples] == ["f_7", "f_6", "f_5", "g_1"]
    assert found.examples[0].values == {"card_country": "DE", "ip_country": "US"}
    assert (found.examples[3].amount_minor, found.examples[3].label) == (10, "legitimate")


@pytest.mark.parametrize(
    ("since", "until", "payments"),
    [(date(2026, 3, 2), None, 3), (None, date(2026, 3, 2), 7), (date(2026, 3, 2), date(2026, 3, 5), 2)],
    ids=["since", "until", "both"],
)
def test_only_the_period_counts(
    spark: SparkSession, since: date | None, until: date | None, payments: int
) -> None:
    assert backtest(training(spark, *PAYMENTS), CONDITION, since=since, until=until).payments == payments


def test_without_payments_rates_are_unknown(spark: SparkSession) -> None:
    found = backtest(training(spark), CONDITION)
    assert found == Backtest(CONDITION, first=None, last=None, currencies=(), examples=())
    assert (found.precision, found.recall, found.false_positive_rate, found.matched_rate) == (None,) * 4
