"""What is not answered, and what is said then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.errors import MetricError, SettingsError
from pipelines.metrics.shared import catalog
from pipelines.metrics.shared.compiler import compiled
from pipelines.metrics.shared.metric import Subject
from pipelines.metrics.shared.query import Data, Query
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

NEWEST = date(2026, 6, 30)
VALUES = {"currency": ("USD", "EUR"), "card_country": ("DE", "FR", "US"), "network": ("visa", "none")}


class Known(Data):
    """Data of which everything is known already."""

    def newest(self, table: Any) -> date | None:
        return NEWEST

    def values(self, table: str, dimension: str) -> frozenset[Any]:
        return frozenset(VALUES.get(dimension, ()))


class Empty(Known):
    def newest(self, table: Any) -> date | None:
        return None

    def values(self, table: str, dimension: str) -> frozenset[Any]:
        return frozenset()


NOWHERE: Any = None


def sql(*names: str, data: type[Known] = Known, **asked: Any) -> str:
    return compiled(Query(names, **asked), all_tables(), data(NOWHERE)).sql()


def refused(*names: str, **asked: Any) -> MetricError:
    with pytest.raises(MetricError) as found:
        sql(*names, **asked)
    return found.value


MONEY = (
    "captured_minor adds up money, and two currencies are never added: group by currency, or ask for one, such as "
    "currency = 'USD'"
)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("captured_minor", {}),
        ("refund_rate", {"by": ("account",), "immature": "mark"}),
        ("average_captured_minor", {"by": ("month",)}),
        ("captured_minor", {"where": "currency in ('USD', 'EUR')"}),
        ("captured_minor", {"where": "currency = 'USD' or account = 'a'"}),
        ("captured_minor", {"where": "not (currency = 'USD')"}),
        ("captured_minor", {"where": "currency <> 'USD'"}),
    ],
)
def test_money_without_its_currency(name: str, asked: dict[str, Any]) -> None:
    found = refused(name, **asked)
    assert found.reason == "currency"
    assert str(found) == MONEY.replace("captured_minor", name)


@pytest.mark.parametrize(
    "asked",
    [
        {"by": ("currency",)},
        {"where": "currency = 'USD'"},
        {"where": "currency in ('USD')"},
        {"where": "(currency = 'USD' and account <> 'a') and account <> 'b'"},
    ],
)
def test_money_with_its_currency(asked: dict[str, Any]) -> None:
    assert sql("captured_minor", "average_captured_minor", **asked)


def test_amounts_of_several_currencies_are_not_ranked() -> None:
    found = refused("captured_minor", by=("currency", "month"), order=("-captured_minor",), limit=3)
    assert (found.reason, found.nearest) == ("currency", ("currency",))
    assert str(found).startswith("amounts of different currencies have no order")
    assert sql("captured_minor", by=("currency", "month"), order=("currency", "-captured_minor"))
    assert sql("captured_minor", by=("account",), where="currency = 'USD'", order=("-captured_minor",))
    assert sql(
        "refund_rate", by=("currency",), order=("-refund_rate",), immature="mark"
    )  # a share has no currency


@pytest.mark.parametrize(
    ("asked", "dimension"),
    [
        ({}, "account"),
        ({"by": ("account",)}, "currency"),
        ({"by": ("account", "currency", "month")}, "day"),
        ({"by": ("account",), "where": "currency = 'USD'", "time": "2026-03"}, "day"),
    ],
)
def test_what_may_not_be_added_is_not(asked: dict[str, Any], dimension: str) -> None:
    found = refused("customers_count", **asked)
    assert (found.reason, found.nearest) == ("apart", (dimension,))
    assert str(found) == (
        f"customers_count may not be added up over {dimension}: group by it, or ask for one"
    )


def test_what_may_not_be_added_is_given_one_by_one() -> None:
    assert sql("customers_count", by=("account", "currency", "day"))
    assert sql("customers_count", by=("account",), where="currency = 'USD'", time="2026-03-05")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("autorization_rate", "authorization_rate"),
        ("Authorization-Rate", "authorization_rate"),
        ("approval rate", "authorization_rate"),
        ("chargeback_win_rate", "win_rate"),
    ],
)
def test_an_unknown_metric(name: str, nearest: str) -> None:
    found = refused(name)
    assert (found.reason, found.nearest[0]) == ("metric", nearest)
    assert str(found).startswith(f"no metric {name!r}; nearest: {nearest}")


def test_a_metric_that_is_like_no_other() -> None:
    assert str(refused("xyzzy")) == "no metric 'xyzzy'; 'vermeil metrics' lists them"
    assert refused().reason == "metric"


def test_an_unknown_dimension() -> None:
    found = refused("authorization_rate", by=("country",))
    assert (found.reason, found.nearest[0]) == ("dimension", "card_country")
    assert str(refused("authorization_rate", by=("moon",))).startswith("no dimension 'moon'; nearest: month")
    assert refused("captured_count", by=("network",)).reason == "dimension"
    assert (
        refused("captured_count", "authorization_rate", by=("network",)).reason == "dimension"
    )  # not of both
    assert (
        refused("authorization_rate", by=("decline_reason",)).reason == "dimension"
    )  # it follows from the outcome
    assert refused("cut_recall_rate", by=("cut_score", "model_version", "month")).reason == "dimension"
    assert refused("captured_count", by=("month", "month")).reason == "dimension"
    assert refused("captured_count", where="moon = 'new'").reason == "dimension"


def test_an_unknown_value() -> None:
    found = refused("captured_minor", where="currency = 'usd'")
    assert (found.reason, found.nearest) == ("value", ("USD",))
    assert str(found) == "no currency 'usd' in the data; nearest: USD"
    assert str(refused("captured_count", where="currency in ('USD', 'XAU')")) == (
        "no currency 'XAU' in the data; there are EUR, USD"
    )
    assert sql("captured_minor", where="currency = 'XAU'", data=Empty)  # nothing to compare with


def test_an_immature_cohort_that_is_not_marked() -> None:
    found = refused("dispute_rate", by=("month",))
    assert found.reason == "immature"
    assert str(found) == (
        "dispute_rate of days after 2026-03-02 still grows: Card networks take a dispute up to 120 days after the "
        "payment, for most reasons. Ask for days until then (time: ..2026-03-02), or say what to do about immature "
        "cohorts: mark or leave_out"
    )
    assert "None of the days is mature" in str(refused("dispute_rate", time="2026-06"))
    assert refused("dispute_rate", time="2026-06", immature="leave_out").reason == "immature"
    assert refused("captured_count", "dispute_rate", time="last_90_days").reason == "immature"
    assert refused("captured_count", immature="perhaps").reason == "immature"


def test_cohorts_that_are_mature_marked_or_left_out() -> None:
    assert "is_mature" not in sql("dispute_rate", time="2026-01..2026-02")
    assert "is_mature" not in sql(
        "dispute_activity_rate"
    )  # by the day of the dispute, nothing is expected any more
    assert "MAX(date) <= CAST('2026-03-02' AS DATE) AS is_mature" in sql("dispute_rate", immature="mark")
    left = sql("dispute_rate", time="2026", immature="leave_out")
    assert "date >= CAST('2026-01-01' AS DATE) AND date <= CAST('2026-03-02' AS DATE)" in left
    assert sql("dispute_rate", data=Empty)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"order": ("refund_rate",)}, "order"),
        ({"order": ("captured_cont",)}, "order"),
        ({"limit": 0}, "limit"),
        ({"limit": 1_000_000}, "limit"),
        ({"time": "yesterday"}, "time"),
    ],
)
def test_other_questions_that_have_no_answer(asked: dict[str, Any], reason: str) -> None:
    assert refused("captured_count", **asked).reason == reason


def test_tables_that_are_about_no_day_have_no_time() -> None:
    assert refused("quarantine_rate", time="2026").reason == "time"


def test_a_refusal_is_wrong_use() -> None:
    assert isinstance(refused("xyzzy"), SettingsError)


def test_a_lakehouse_without_rows_answers_with_nothing(lake: Lakehouse) -> None:
    assert [
        tuple(row) for row in lake.metric("captured_count", "refund_rate", where="currency = 'USD'").collect()
    ] == [(0, None)]
    assert lake.metric("authorization_rate", by=("week",), time="last_90_days").collect() == []


MONTHLY = Table(
    "gold.churn_monthly",
    "One row per account and month.",
    ("account", "month"),
    (
        Column("account", "string", "Account.", required=True),
        Column("month", "date", "First day of the month.", required=True),
        Column("churned_count", "bigint", "Customers who left.", required=True),
    ),
)


def test_a_table_by_month_has_whole_months(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Subject(MONTHLY.name, "payments", apart=("month",))("churned_count", "Customers who left.")
    monkeypatch.setattr(catalog, "declared", lambda: {one.name: one})

    def asked(**more: Any) -> str:
        return compiled(Query((one.name,), **more), {MONTHLY.name: MONTHLY}, Known(NOWHERE)).sql()

    assert "DATE_TRUNC" not in asked(by=("month",), time="2026-q1")
    assert "month >= CAST('2026-01-01' AS DATE)" in asked(by=("month",), time="2026-q1")
    assert asked(time="2026-03")
    for wrong in ({"by": ("week",)}, {"by": ("month",), "time": "last_90_days"}, {"by": ("quarter",)}):
        with pytest.raises(MetricError):
            asked(**wrong)


@pytest.mark.parametrize("text", ["\x1b[2J" * 5_000, "x" * 100_000, "'; drop table gold.payments_daily; --"])
def test_what_is_said_back_is_short_and_harmless(text: str) -> None:
    for asked in ({"by": (text,)}, {"order": (text,)}, {"time": text}, {"where": text}):
        assert len(str(refused("captured_count", **asked))) < 400
        assert str(refused("captured_count", **asked)).isprintable()
    assert str(refused(text)).isprintable()
