"""Plans: what they can hold, and what a right answer adds to them."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from pipelines.catalog import all_tables
from pipelines.errors import MetricError
from pipelines.metrics.shared.query import Data
from vermeil.ask.plan import PLANS, Days, Filter, MetricPlan, TimelinePlan, checked, completed

TABLES = all_tables()


def no_data() -> Data:
    data = Data(lambda _: pytest.fail("no query is needed"))
    for table in TABLES.values():
        data._newest[table.name] = date(2026, 6, 16)
    return data


def test_a_plan_is_read_from_json_by_its_kind() -> None:
    plan = PLANS.validate_python({"kind": "timeline", "object_id": "ch_1"})
    assert plan == TimelinePlan(object_id="ch_1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "metric", "metrics": []},
        {"kind": "metric", "metrics": ["a; drop table b"]},
        {"kind": "metric", "metrics": ["fees_minor"], "sql": "select 1"},
        {"kind": "metric", "metrics": ["fees_minor"], "limit": 10**6},
        {"kind": "metric", "metrics": ["fees_minor"], "time": {"first": "2026-02-01", "last": "2026-01-01"}},
        {"kind": "timeline", "object_id": "../etc/passwd"},
        {"kind": "shell", "words": "ls"},
    ],
)
def test_a_plan_holds_names_and_constants_alone(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PLANS.validate_python(wrong)


def test_amounts_are_by_currency_and_ranked_within_one() -> None:
    plan = completed(
        MetricPlan(metrics=("captured_minor",), by=("account",), order=("-captured_minor",)), TABLES
    )
    assert plan.by == ("account", "currency")
    assert plan.order == ("currency", "-captured_minor")


def test_a_currency_that_is_asked_for_is_not_grouped_by() -> None:
    only = Filter(dimension="currency", values=("USD",))
    plan = completed(MetricPlan(metrics=("captured_minor",), where=(only,)), TABLES)
    assert plan.by == ()


def test_what_is_not_added_up_is_kept_apart_by_day() -> None:
    plan = completed(MetricPlan(metrics=("closing_balance_minor",)), TABLES)
    assert plan.by == ("account", "currency", "day")


def test_a_value_cannot_leave_its_quotes() -> None:
    data = no_data()
    data._values["gold.disputes_daily", "network"] = frozenset(["visa"])
    only = Filter(dimension="network", values=("visa' or '1'='1",))
    with pytest.raises(MetricError, match="no network"):
        checked(MetricPlan(metrics=("chargebacks_count",), where=(only,)), TABLES, data)


def test_a_plan_becomes_one_query() -> None:
    days = Days(first=date(2026, 3, 1), last=date(2026, 3, 31))
    plan = completed(MetricPlan(metrics=("captured_minor",), time=days), TABLES)
    assert "GROUP BY currency" in checked(plan, TABLES, no_data()).sql()
