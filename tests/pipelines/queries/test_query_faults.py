"""A wrong query is answered to its writer, on every engine: what is wrong, where, and what may be meant."""

from __future__ import annotations

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.engine_errors import is_of_query
from pipelines.errors import QueryError
from pipelines.lakehouse import Lakehouse
from pipelines.queries.faults import explained, named

pytestmark = pytest.mark.engine

JOIN = "silver.charges c join silver.disputes d on c.charge_id = d.charge_id"


def fault(lake: Lakehouse, query: str) -> str:
    """As it is told by whoever finds it first: before the query is handed to the engine, or by the engine."""
    with pytest.raises(Exception, match=r".") as found:
        lake.sql(query).toArrow()
    if isinstance(found.value, QueryError):
        return str(found.value)
    assert is_of_query(found.value, lake.settings)
    return explained(query, found.value, lake.tables)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "select amout_minor from silver.charges",
            "no column amout_minor in silver.charges. Nearest: amount_minor, ",
        ),
        (
            f"select c.amout_minor from {JOIN}",
            "no column amout_minor in silver.charges. Nearest: amount_minor, ",
        ),
        (
            f"select dispute from {JOIN}",
            "no column dispute in silver.charges, silver.disputes. Nearest: d.dispute_id",
        ),
        (f"select x.amount_minor from {JOIN}", "the query has no table or alias x. It has c, d."),
        (
            f"select account from {JOIN}",
            "account may be more than one column. It is in c, d: write c.account.",
        ),
        ("select qqqqq from silver.charges", "no column qqqqq in silver.charges. 'vermeil dictionary' lists"),
        ("select * from silver.chargs", "no table silver.chargs. Nearest: silver.charges, "),
        ("select * from charges", "no table charges. Nearest: silver.charges"),
        ("select * from gold.zzzzz", "no table gold.zzzzz. 'vermeil tables' lists them."),
        ("select lenght(status) from silver.charges", "no function lenght. Nearest: length"),
        (
            "select currency, amount_minor from silver.charges group by currency",
            "neither grouped by nor aggregated",
        ),
        ("", "there is no query"),
    ],
)
def test_names_are_answered_with_the_nearest(lake: Lakehouse, query: str, said: str) -> None:
    found = fault(lake, query)
    assert said in found
    assert "ObjectName" not in found
    assert "silver__" not in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("query", "said", "line", "at"),
    [
        (
            "selct * from silver.charges",
            "Is selct meant to be select?",
            "selct * from silver.charges",
            "selct",
        ),
        (
            "select * from silver.charges whre amount_minor > 1",
            "Is whre meant to be where?",
            "select * from silver.charges whre amount_minor > 1",
            "whre",
        ),
        (
            "select\n  amount_minor\nfrom silver.charges\nwher currency = 'usd'",
            "Is wher meant to be where?",
            "wher currency = 'usd'",
            "wher",
        ),
        ("select count(* from silver.charges", "from here on", "select count(* from silver.charges", "from"),
        (
            "select id, from silver.charges",
            "a comma stands before from",
            "select id, from silver.charges",
            ",",
        ),
        ("select 1 where 'x", "does not end with one", "select 1 where 'x", "'"),
    ],
)
def test_a_syntax_error_shows_its_place(lake: Lakehouse, query: str, said: str, line: str, at: str) -> None:
    told, shown, sign = fault(lake, query).split("\n")
    assert said in told
    assert shown == f"  {line}"
    assert sign == f"  {' ' * line.index(at)}^"


def test_tables_go_by_their_aliases() -> None:
    found = named(f"select * from {JOIN} join gold.payments_daily where 1", all_tables())
    assert found == {
        "c": "silver.charges",
        "d": "silver.disputes",
        "gold.payments_daily": "gold.payments_daily",
    }
