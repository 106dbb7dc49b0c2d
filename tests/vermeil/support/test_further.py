"""Answers to plans that are not about figures, as the asker gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.vermeil.mcp.served import served
from vermeil.ask.plan import ChangePlan, Days, Filter, RulePlan, ScorePlan, TimelinePlan
from vermeil.support.further import further

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

MARCH = Days(first=date(2026, 3, 1), last=date(2026, 3, 31))
FEBRUARY = Days(first=date(2026, 2, 1), last=date(2026, 2, 28))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    yield from served(tmp_path_factory.mktemp("served"), spark)


def test_a_change_is_explained(lake: Lakehouse) -> None:
    of = (Filter(dimension="currency", values=("USD",)),)
    assert (
        further(lake)["change"](ChangePlan(metric="captured_minor", time=MARCH, against=FEBRUARY)).columns[0]
        == "currency"
    )
    plan = ChangePlan(metric="captured_minor", where=of, time=MARCH, against=FEBRUARY)
    found = further(lake)["change"](plan)
    assert found.outcome == "answered"
    assert "captured_minor rose from" in found.said
    assert found.definitions[0].metric == "captured_minor"
    place, dimension = found.columns.index("explains"), found.columns.index("dimension")
    parts = [row[place] for row in found.rows if row[dimension] == "account"]
    change = sum(50_000 + 100 * n for n in range(59, 90)) - sum(50_000 + 100 * n for n in range(31, 59))
    assert sum(parts) == 3 * change + 12_345  # type: ignore[arg-type]


def test_a_rule_in_words_is_tried(lake: Lakehouse) -> None:
    found = further(lake)["rule"](RulePlan(words="block prepaid cards"))
    assert "20 of 40 payments" in found.said
    assert "Nothing was activated" in found.said
    assert {row[1] for row in found.rows} <= {"caught", "hurt"}
    assert "enabled: false" in str(found.query)


def test_a_score_is_explained(lake: Lakehouse) -> None:
    found = further(lake)["score"](ScorePlan(charge_id="ch_taken"))
    assert "gave ch_taken a score of 91" in found.said
    assert found.rows[0][0] == "card_declines_1h"
    assert further(lake)["score"](ScorePlan(charge_id="ch_poor")).outcome == "refused"


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("decline", "The bank declined it: reason stolen_card"),
        ("payout", "48.25 USD is in the payout po_1"),
        ("all", "ch_taken is a charge of acct_a."),
        ("dispute", "Evidence was sent to the bank."),
    ],
)
def test_a_timeline_answers_what_is_asked_of_it(lake: Lakehouse, about: str, said: str) -> None:
    found = further(lake)["timeline"](TimelinePlan(object_id="ch_taken", about=about))  # type: ignore[arg-type]
    assert said in found.said
    assert found.rows


def test_what_is_not_there_is_refused_with_the_reason(lake: Lakehouse) -> None:
    found = further(lake)["timeline"](TimelinePlan(object_id="ch_nowhere"))
    assert found.outcome == "refused"
    assert "no charge 'ch_nowhere'" in found.said
    rule = further(lake)["rule"](RulePlan(words="block credit cards"))
    assert "nearest features" in rule.said
