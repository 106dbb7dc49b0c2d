"""Every metric against a query that was written by hand."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.frames.views import answer
from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.compiler import compiled
from pipelines.metrics.shared.metric import CURRENCY, DAYS, Metric, grains_of
from pipelines.metrics.shared.query import Data, Query
from tests.pipelines.metrics.made_rows import TABLES, made

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

    from pipelines.lakehouse import Lakehouse

Rows = dict[tuple[Any, ...], tuple[Any, ...]]

TEXT = Path(__file__).with_name("oracle.txt").read_text(encoding="utf-8")
ORACLE = {
    name: (section[1], expression)
    for section in re.finditer(r"^\[(.+)\]\n((?:\w.*\n)+)", TEXT, flags=re.MULTILINE)
    for name, expression in re.findall(r"^(\w+) = (.+)$", section[2], flags=re.MULTILINE)
}


def least(metric: Metric) -> tuple[str, ...]:
    """What a metric must be asked by."""
    grains = grains_of(TABLES[metric.table])
    apart = (grains[0] if name in DAYS else name for name in metric.apart)
    return tuple(dict.fromkeys((*((CURRENCY,) if metric.has_money else ()), *apart)))


def all_dimensions(metric: Metric) -> tuple[str, ...]:
    table = TABLES[metric.table]
    names = (column.name for column in metric.dimensions_of(table))
    return tuple(dict.fromkeys((*least(metric), *names, *grains_of(table)[1:3])))


TOGETHER = {
    (table, by): [name for name, one in declared().items() if (one.table, least(one)) == (table, by)]
    for table, by in {(one.table, least(one)) for one in declared().values()}
}
"""Metrics by what they are made from and must be asked by."""


def rows(found: list[tuple[Any, ...]], by: int) -> Rows:
    return {row[:by]: row[by:] for row in found}


def plain(value: Any) -> Any:
    return value.date() if hasattr(value, "date") else value


def asked(lake: Lakehouse, by: tuple[str, ...], *names: str, **more: Any) -> Rows:
    how = {"immature": "mark"} | more
    found = lake.metric(*names, by=by, **how).drop("is_mature").collect()
    return rows([tuple(row) for row in found], len(by))


def by_hand(duck: duckdb.DuckDBPyConnection, by: tuple[str, ...], name: str, where: str = "true") -> Rows:
    table, expression = ORACLE[name]
    columns = {"day": "date"} | {
        grain: f"cast(date_trunc('{grain}', date) as date)" for grain in ("week", "month", "quarter", "year")
    }
    keys = ", ".join(columns.get(column, column) for column in by)
    query = (
        f"select {keys + ', ' if by else ''}{expression} from {table} where {where} group by {keys or 'all'}"
    )
    return rows([tuple(map(plain, row)) for row in duck.execute(query).fetchall()], len(by))


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(
        a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-12))
        for a, b in zip(one, other, strict=True)
    )


def test_every_metric_has_a_query_by_hand() -> None:
    assert ORACLE.keys() == declared().keys()
    assert {name: table for name, (table, _) in ORACLE.items()} == {
        name: metric.table for name, metric in declared().items()
    }


@pytest.mark.parametrize("name", declared())
def test_a_metric_is_as_by_hand(made_lake: Lakehouse, duck: duckdb.DuckDBPyConnection, name: str) -> None:
    by = all_dimensions(declared()[name])
    found, expected = asked(made_lake, by, name), by_hand(duck, by, name)
    assert found
    assert found.keys() <= expected.keys()
    for key, values in expected.items():
        if key in found:
            assert same(found[key], values), (key, found[key], values)
        else:
            assert not any(values), (key, values)  # of no row that counts


@pytest.mark.parametrize(("table", "by"), sorted(TOGETHER))
def test_metrics_that_are_asked_together_are_as_by_hand(
    made_lake: Lakehouse, duck: duckdb.DuckDBPyConnection, table: str, by: tuple[str, ...]
) -> None:
    names = TOGETHER[table, by]
    for grain in ((), grains_of(TABLES[table])[3:4]):
        found = asked(made_lake, (*by, *grain), *names)
        for place, name in enumerate(names):
            for key, values in by_hand(duck, (*by, *grain), name).items():
                if key not in found:
                    assert not any(values), (name, key, values)  # of no row that counts for any of them
                    continue
                value = found[key][place]
                assert same((value,), values) or (value, values) == (0, (None,)), (name, key, value, values)


def test_a_condition_and_a_time_keep_the_same_rows(
    made_lake: Lakehouse, duck: duckdb.DuckDBPyConnection
) -> None:
    by = ("card_country", "week")
    where = "currency in ('USD', 'EUR') and not (network = 'visa' or attempt_number > 2)"
    found = asked(made_lake, by, "authorization_rate", where=where, time="last_90_days")
    days = "date between date '2026-04-02' and date '2026-06-30'"
    assert found == by_hand(duck, by, "authorization_rate", f"{where} and {days}")
    assert len(found) > 20


def test_metrics_of_several_tables_stand_beside_each_other(
    made_lake: Lakehouse, duck: duckdb.DuckDBPyConnection
) -> None:
    names = ("captured_minor", "authorization_rate", "dispute_rate", "fees_minor", "win_rate")
    by, where = ("currency", "month"), "account <> 'acct_b'"
    found = asked(made_lake, by, *names, where=where)
    for place, name in enumerate(names):
        expected = by_hand(duck, by, name, where)
        assert {key: (values[place],) for key, values in found.items() if key in expected} == pytest.approx(
            expected
        )


def test_a_value_is_a_value_whatever_stands_in_it(
    made_lake: Lakehouse, duck: duckdb.DuckDBPyConnection
) -> None:
    quoted = r"account = 'it\'s a \\ \"quoted\" name'"
    [[expected]] = duck.execute(
        "select sum(attempts_count) from gold.payments_daily where account like 'it%'"
    ).fetchall()
    assert asked(made_lake, (), "attempts_count", where=quoted) == {(): (expected,)}
    assert expected > 0


def test_rows_come_in_the_order_that_is_asked_for(made_lake: Lakehouse) -> None:
    how = {"where": "currency = 'USD'", "time": "2026-03"}
    found = made_lake.metric(
        "captured_minor", by=("day",), order=("-captured_minor",), limit=5, **how
    ).collect()
    amounts = [row["captured_minor"] for row in found]
    assert len(amounts) == 5
    assert amounts == sorted(amounts, reverse=True)
    assert [row["month"] for row in made_lake.metric("attempts_count", by=("month",)).collect()] == sorted(
        row["month"] for row in made_lake.metric("attempts_count", by=("month",), order=("-month",)).collect()
    )


def test_names_may_be_one_text(made_lake: Lakehouse) -> None:
    found = made_lake.metric(
        "captured_minor", by="currency, month", order="currency,-captured_minor", limit=2
    )
    assert found.columns == ["currency", "month", "captured_minor"]
    assert [row["currency"] for row in found.collect()] == ["EUR", "EUR"]


def test_nothing_to_divide_by_gives_no_value(made_lake: Lakehouse) -> None:
    nobody = {"where": "account = 'acct_a' and account = 'acct_b'"}
    assert asked(made_lake, (), "authorization_rate", "retries_count", **nobody) == {(): (None, 0)}


ON_BOTH = (
    (("authorization_rate",), {"by": ("card_country", "week"), "time": "last_90_days"}),
    (("captured_minor", "refund_rate"), {"by": ("currency", "quarter"), "immature": "mark"}),
    (("captured_minor", "fees_minor", "win_rate"), {"by": ("currency", "month"), "immature": "mark"}),
    (("recovery_rate", "retry_share_rate"), {"by": ("network",), "immature": "leave_out"}),
    (("fraud_rate",), {"where": r"account = 'it\'s a \\ \"quoted\" name'", "immature": "mark"}),
    (("payout_difference_minor",), {"by": ("currency", "year"), "order": ("-currency",)}),
)


@pytest.mark.slow
@pytest.mark.parametrize(("names", "more"), ON_BOTH, ids=[names[0] for names, _ in ON_BOTH])
def test_apache_spark_gives_the_same(
    made_lake: Lakehouse, jvm_spark: SparkSession, names: tuple[str, ...], more: dict[str, Any]
) -> None:
    question = compiled(Query(names, **more), made_lake.tables, Data(made_lake.sql))
    views = {name: name.replace(".", "__made__") for name in question.question.tables}
    for name, view in views.items():
        jvm_spark.createDataFrame(made(TABLES[name])).createOrReplaceTempView(view)
    found = [tuple(row) for row in answer(jvm_spark, question.sql(), views).collect()]
    assert found == [tuple(row) for row in made_lake.sql(question.sql(), unsafe=True).collect()]
    assert found
