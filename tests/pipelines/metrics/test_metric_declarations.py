"""Metrics are declared soundly: of columns that are there, told so that people find them, each meaning one thing."""

from __future__ import annotations

import math
from collections import Counter
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import pytest

import pipelines.metrics
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.metrics.shared import catalog
from pipelines.metrics.shared.catalog import about, declared, metric_of, metrics_of
from pipelines.metrics.shared.conditions import trusted
from pipelines.metrics.shared.metric import CURRENCY, ENDINGS, Metric, Subject, day_of
from pipelines.settings import load_settings
from tests.small_lakehouse import home as home

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession

OWNERS = {"finance", "payments", "risk", "identity", "growth", "data"}
METRICS = list(declared().values())


def test_there_are_enough_of_them() -> None:
    assert len(METRICS) >= 90
    assert Counter(metric.unit for metric in METRICS)["rate"] >= 60


def test_every_module_of_the_package_itself_declares_metrics() -> None:
    found = [info for info in iter_modules(pipelines.metrics.__path__) if not info.ispkg]
    declaring = [info.name for info in found if import_module(f"pipelines.metrics.{info.name}").METRICS]
    assert declaring == [info.name for info in found]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_of_columns_that_are_there(metric: Metric) -> None:
    from sqlglot import exp

    table = all_tables()[metric.table]
    conditions = [trusted(text) for text in (metric.only, metric.part) if text]
    used = {column.name for tree in conditions for column in tree.find_all(exp.Column)}
    for name in (*metric.columns, *metric.apart, *used):
        table.column(name)
    dimensions = {column.name for column in metric.dimensions_of(table)}
    assert {name for name in metric.apart if name != day_of(table)} <= dimensions
    assert not metric.has_money or CURRENCY in dimensions
    assert metric.matures is None or day_of(table)
    known = [table.column(name).required for name in metric.columns]
    assert (
        all(known) or len(metric.numerator) == 1
    )  # a sum of parts of which one may be unknown would drop the others


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_told(metric: Metric) -> None:
    assert metric.meaning[0].isupper()
    assert metric.meaning.endswith(".")
    assert metric.owner in OWNERS
    assert all(word == word.casefold().strip() for word in metric.synonyms)
    money = metric.numerator[0].endswith(ENDINGS["money"])
    assert metric.unit != "money" or money
    assert metric.unit != "rate" or metric.denominator or metric.apart


def test_a_synonym_is_of_one_metric() -> None:
    said = Counter(word for metric in METRICS for word in {*metric.synonyms, metric.name.replace("_", " ")})
    assert {word: count for word, count in said.items() if count > 1} == {}


def test_a_name_tells_its_unit() -> None:
    with pytest.raises(ValueError, match="the name of a rate ends in _rate"):
        Metric("share", "A share.", "gold.payments_daily", ("a",), "rate", "payments")


def test_two_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Subject("gold.payments_daily", "payments")
    monkeypatch.setattr(
        catalog, "_all", lambda: iter([one("captured_count", "One."), one("captured_count", "Two.")])
    )
    with pytest.raises(ValueError, match="captured_count is declared twice"):
        catalog.declared.__wrapped__()


def test_metrics_of_tables_that_are_not_there_are_not_offered() -> None:
    known = all_tables()
    found = metrics_of({"gold.audit": known["gold.audit"]})
    assert {metric.table for metric in found.values()} == {"gold.audit"}


def test_metrics_are_found_by_what_people_say() -> None:
    known = metrics_of(all_tables())
    assert [one.name for one in about("approval rate first", known)] == ["first_attempt_authorization_rate"]
    assert metric_of("win_rate", known).definition == "sum of won_count / sum of (won_count + lost_count)"


def test_sums_that_are_there_already_are_divided_as_the_metric_says() -> None:
    known = declared()
    assert known["authorization_rate"].sides({"authorized_count": 9, "issuer_declined_count": 1}) == (9, 10)
    assert known["net_captured_minor"].sides({"captured_minor": 9, "refunded_minor": 2}) == (7, 1)


SAME = {
    "gold.payments_daily": {
        "card_share_rate": "card_share_rate",
        "refund_rate": "refund_rate",
        "average_captured_minor": "average_captured_minor",
    },
    "gold.disputes_daily": {
        "cohort_dispute_rate": "dispute_rate",
        "cohort_early_fraud_warning_rate": "early_fraud_warning_rate",
    },
    "gold.fees_daily": {"effective_rate": "processing_cost_rate"},
}
"""Columns of gold that hold the metric of their row alone."""


@pytest.fixture(scope="module")
def small(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


@pytest.mark.slow
@pytest.mark.parametrize("table", SAME)
def test_what_gold_says_of_a_row_is_the_metric(small: Lakehouse, table: str) -> None:
    key = [name for name in small.tables[table].key if name != "date"]
    own = {tuple(row[name] for name in (*key, "date")): row for row in small.table(table).collect()}
    for column, name in SAME[table].items():
        for row in small.metric(name, by=(*key, "day"), immature="mark").collect():
            expected = own[tuple(row[name] for name in (*key, "day"))][column]
            assert row[name] == expected or math.isclose(row[name], expected, rel_tol=1e-12)


@pytest.mark.slow
def test_a_rate_is_one_in_every_table(small: Lakehouse) -> None:
    """What payments_daily and the tables of attempts and disputes say of the same payments."""
    counts = (
        "card_authorized_count",
        "card_issuer_declined_count",
        "card_disputed_count",
        "card_captured_count",
    )
    payments = (
        small.table("gold.payments_daily").groupBy("account", "currency").agg(dict.fromkeys(counts, "sum"))
    )
    how = {"by": ("account", "currency"), "immature": "mark"}
    found = {
        (row["account"], row["currency"]): row
        for row in small.metric("authorization_rate", "dispute_rate", **how).collect()
    }
    for row in payments.collect():
        authorized, declined, disputed, captured = (row[f"sum({name})"] for name in counts)
        one = found[row["account"], row["currency"]]
        assert one["authorization_rate"] == pytest.approx(authorized / (authorized + declined))
        assert one["dispute_rate"] == (pytest.approx(disputed / captured) if captured else None)
