"""Questions are read to the plan that they mean, or asked back, or refused."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.vermeil.ask.readers import paraphrases, reader, verdict
from vermeil.ask.plan import MetricPlan
from vermeil.ask.telling import named


@pytest.mark.parametrize("asked", paraphrases(held=False), ids=lambda one: one["q"][:60])
def test_paraphrases_are_read(asked: dict[str, Any]) -> None:
    assert verdict(reader().read(asked["q"]), asked) == "right"


def test_paraphrases_that_were_kept_for_the_end_are_read_as_told() -> None:
    asked = paraphrases(held=True)
    found = Counter(verdict(reader().read(one["q"]), one).partition(":")[0] for one in asked)
    assert found["right"] >= 0.75 * len(asked)
    assert found["wrong"] <= 0.03 * len(asked)


def test_what_metrics_are_declared_to_be_called_is_hardly_ever_another() -> None:
    found = Counter[str]()
    for metric in reader().lexicon.metrics.values():
        for synonym in metric.synonyms:
            plan = reader().read(f"{synonym} last month").plan
            if isinstance(plan, MetricPlan):
                found["right" if metric.name in plan.metrics else "wrong"] += 1
            else:
                found["not answered"] += 1
    assert found["wrong"] <= 0.02 * found.total()
    assert found["right"] >= 0.75 * found.total()


def figures(question: str) -> MetricPlan:
    plan = reader().read(question).plan
    assert isinstance(plan, MetricPlan), reader().read(question)
    return plan


def test_a_typing_error_is_mended_and_said() -> None:
    found = reader().read("approvel rate by netwrok yesterday")
    assert isinstance(found.plan, MetricPlan)
    assert found.plan.metrics == ("authorization_rate",)
    assert any("'approvel' was read as 'approval'" in said for said in found.assumed)


def test_a_word_that_nobody_knows_is_never_passed_over() -> None:
    found = reader().read("approval rate by zodiac sign")
    assert found.turned
    assert "'zodiac'" in found.turned.said


def test_a_figure_is_not_given_by_what_it_is_not_known_by() -> None:
    found = reader().read("fraud rate by card country")
    assert found.turned
    assert found.turned.offer == "fraud share last 365 days"


def test_the_time_that_was_taken_is_said() -> None:
    found = reader().read("approval rate by network")
    assert isinstance(found.plan, MetricPlan)
    assert found.plan.time
    assert found.plan.time.assumed
    assert found.assumed == ("No time was named: the last 365 days are taken.",)


def test_amounts_of_several_currencies_are_ranked_within_each() -> None:
    assert figures("top 5 accounts by captured volume last month").order == ("currency", "-captured_minor")


def test_worst_means_least_of_what_is_good_and_most_of_what_is_bad() -> None:
    assert figures("which networks have the worst approval rate").order == ("authorization_rate",)
    assert figures("which networks have the worst decline rate").order == ("-decline_rate",)


def test_two_figures_are_given_beside_each_other() -> None:
    assert len(figures("early fraud warnings and fraud chargebacks per month").metrics) == 2


def test_how_many_and_for_how_much_are_a_number_and_an_amount() -> None:
    found = figures("How many chargebacks did we get last month and for how much?")
    assert found.metrics == ("chargebacks_count", "chargebacks_minor")


def test_values_are_alternatives_and_may_be_left_out() -> None:
    assert figures("approval rate for visa and mastercard").where[0].values == ("visa", "mastercard")
    assert figures("approval rate without prepaid cards").where[0].sign == "!="


def test_a_pronoun_is_no_country() -> None:
    assert figures("how much was paid out to us last week").where == ()
    assert figures("approval rate of US cards").where[0].values == ("US",)


def test_what_is_not_by_day_is_not_given_for_days() -> None:
    found = reader().read("customer lifetime value in May")
    assert found.plan is None


@pytest.mark.parametrize(
    "metric",
    [
        "captured_minor",
        "authorization_rate",
        "chargebacks_count",
        "fees_minor",
        "payouts_count",
        "won_count",
        "retries_count",
    ],
)
def test_a_reading_can_be_asked_again(metric: str) -> None:
    known = reader().lexicon.metrics[metric]
    assert figures(f"{named(known)} last month").metrics == (metric,)


def test_readings_that_are_offered_are_the_nearest_and_at_most_three() -> None:
    found = reader().read("dispute rate in May")
    assert [one.plan.metrics for one in found.readings if isinstance(one.plan, MetricPlan)] == [
        ("dispute_rate",),
        ("dispute_activity_rate",),
        ("visa_vamp_rate",),
    ]
