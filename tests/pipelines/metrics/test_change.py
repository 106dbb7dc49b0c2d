"""What a change of a metric is split into, by queries on a lakehouse, beside the metric itself."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import MetricError
from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.change import Asked, Change, Comparison, changes, compared
from pipelines.metrics.shared.query import Data
from tests.pipelines.metrics.made_rows import FIRST, NEWEST

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

HALF = FIRST + (NEWEST - FIRST) / 2
BEFORE, AFTER = f"{FIRST}..{HALF}", f"{HALF + timedelta(days=1)}..{NEWEST}"


def asked(
    lake: Lakehouse, name: str, time: str = AFTER, against: str | None = BEFORE, **more: Any
) -> Comparison:
    return compared(Asked(name, time, against, **{"immature": "mark"} | more), lake.tables, Data(lake.sql))


def found(lake: Lakehouse, comparison: Comparison) -> list[Change]:
    return changes(comparison, lambda query: lake.sql(query, unsafe=True).toArrow().to_pylist())


@pytest.mark.parametrize(
    "name",
    [
        "authorization_rate",
        "attempts_count",
        "captured_minor",
        "refund_rate",
        "chargebacks_count",
        "fees_minor",
    ],
)
def test_every_dimension_adds_up_to_the_change_of_the_metric(made_lake: Lakehouse, name: str) -> None:
    comparison = asked(made_lake, name)
    each = found(made_lake, comparison)
    by = ("currency",) if comparison.by_currency else ()
    assert each
    for change in each:
        where = f"currency = '{change.currency}'" if by else None
        now, then = (
            made_lake.metric(name, time=time, where=where, immature="mark").collect()[0][0]
            for time in (AFTER, BEFORE)
        )
        assert change.change == change.after.figure - change.before.figure  # type: ignore[operator]
        assert float(change.change or 0) == pytest.approx(now - then, rel=1e-9, abs=1e-9)
        assert {split.dimension for split in change.splits} == set(comparison.dimensions)
        for split in change.splits:
            assert sum((part.whole for part in split.parts), Fraction(0)) == change.change


@pytest.mark.parametrize(
    ("time", "against", "pairs"),
    [
        ("2026-03-02..2026-03-08", None, True),
        ("2026-03-02..2026-03-15", "2026-02-02..2026-02-15", True),
        ("2026-03-02..2026-03-15", "2026-02-03..2026-02-16", False),
        ("2026-03-02..2026-03-04", "2026-02-23..2026-02-25", False),
        ("2026-03", "2026-02", False),
    ],
)
def test_days_of_the_same_weekdays_are_pairs(
    made_lake: Lakehouse, time: str, against: str | None, pairs: bool
) -> None:
    assert asked(made_lake, "attempts_count", time, against).pairs is pairs


def test_money_is_split_within_each_currency(made_lake: Lakehouse) -> None:
    comparison = asked(made_lake, "captured_minor")
    assert comparison.by_currency
    assert "currency" not in comparison.dimensions
    one = asked(made_lake, "captured_minor", where="currency = 'USD'")
    assert not one.by_currency
    assert "currency" not in one.dimensions
    usd = next(change for change in found(made_lake, comparison) if change.currency == "USD")
    assert [change.change for change in found(made_lake, one)] == [usd.change]


def test_counts_are_split_over_currencies(made_lake: Lakehouse) -> None:
    [change] = found(made_lake, asked(made_lake, "attempts_count", by=("currency",)))
    assert [split.dimension for split in change.splits] == ["currency"]
    assert len(change.splits[0].parts) > 1


def test_one_query_for_all_and_one_a_dimension(made_lake: Lakehouse) -> None:
    queries: list[str] = []

    def rows(query: str) -> Any:
        queries.append(query)
        return made_lake.sql(query).toArrow().to_pylist()  # also what is not ours may ask it

    comparison = asked(made_lake, "authorization_rate")
    changes(comparison, rows)
    assert len(queries) == 1 + len(comparison.dimensions)


@pytest.mark.parametrize(
    ("time", "before"),
    [
        ("2026-03", "2026-02-01..2026-02-28"),
        ("2026-03-02..2026-03-08", "2026-02-23..2026-03-01"),
        ("2026-03-10..2026-03-12", "2026-03-07..2026-03-09"),
        ("2026-03-01", "2026-02-28"),
        ("2026", None),
    ],
)
def test_by_default_the_period_before_is_compared_with(
    made_lake: Lakehouse, time: str, before: str | None
) -> None:
    comparison = asked(made_lake, "attempts_count", time, None)
    if before:
        assert str(comparison.before) == before
    else:  # the year is not over: as many days of the one before
        assert comparison.before.first == date(2025, 1, 1)
        assert comparison.before.last == date(2025, 1, 1) + (NEWEST - date(2026, 1, 1))
        assert any("is not over yet" in note for note in comparison.notes)
        assert any("The data begins on" in note for note in comparison.notes)


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("attempts_count", {"against": AFTER}, "days in common"),
        ("attempts_count", {"time": "2031-01"}, "there is nothing to compare"),
        ("attempts_count", {"against": "..2026-01-05"}, "say both ends"),
        ("attempts_count", {"by": ("card_contry",)}, "no dimension 'card_contry'"),
        ("attempt_count", {}, "no metric"),
        ("customers_count", {}, "may not be added up over account"),
        ("attempts_count", {"where": "1 = 1 or true"}, "is not understood"),
    ],
)
def test_what_would_be_wrong_is_refused(
    made_lake: Lakehouse, name: str, how: dict[str, Any], said: str
) -> None:
    with pytest.raises(MetricError, match=said):
        asked(made_lake, name, **how)


def test_immature_cohorts_are_compared_only_where_somebody_says_so(made_lake: Lakehouse) -> None:
    assert declared()["refund_rate"].matures
    with pytest.raises(MetricError) as refused:
        asked(made_lake, "refund_rate", immature="refuse")
    assert refused.value.reason == "immature"
    assert any("still grow" in note for note in asked(made_lake, "refund_rate").notes)
