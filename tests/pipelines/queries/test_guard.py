"""A query only reads: what else there is to ask of an engine is refused, and what people ask is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from pipelines.catalog import all_tables
from pipelines.errors import QueryError
from pipelines.lakehouse import Lakehouse
from pipelines.queries import checked
from pipelines.queries.guard import constructs, functions
from tests.pipelines.queries.attacks import ATTACKS
from tests.pipelines.queries.questions import OF_SPARK, PLAIN

TABLES = frozenset(all_tables())
ARGUMENTS = ("", "a", "a, b", "a, b, c", "a, b, c, d")


def test_there_are_enough_of_both() -> None:
    assert len(set(ATTACKS)) > 150
    assert len(set(PLAIN)) + len(functions()) > 300


@pytest.mark.parametrize("query", ATTACKS, ids=lambda query: query[:60])
def test_what_does_something_else_is_refused(query: str) -> None:
    with pytest.raises(QueryError) as told:
        checked(query, TABLES)
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize(
    "wrapped", ["{}", "select * from ({}) x where true", "with t as ({}) select * from t"]
)
def test_every_table_can_be_read(name: str, wrapped: str) -> None:
    query = wrapped.format(f"select * from {name} limit 1")
    assert checked(query, TABLES) == query


@pytest.mark.parametrize("query", [*PLAIN, *OF_SPARK], ids=lambda query: query[:60])
def test_what_people_ask_is_asked(query: str) -> None:
    text = checked(query, TABLES)
    assert len(text) == len(query)


@pytest.mark.engine
@pytest.mark.parametrize("query", PLAIN, ids=lambda query: query[:60])
def test_what_people_ask_is_answered_by_the_engine(lake: Lakehouse, query: str) -> None:
    lake.sql(query).toArrow()


def test_every_function_on_the_list_can_be_called_in_some_way() -> None:
    passed = {
        name for name in functions() for arguments in ARGUMENTS if passes(f"select {name}({arguments})")
    }
    assert passed == functions()


def test_the_list_of_parts_is_what_the_functions_are_made_of() -> None:
    """With another release of the parser a function may be made of other parts: they are looked at, and listed."""
    assert made_of(tuple(sorted(functions()))) <= constructs()


def passes(query: str) -> bool:
    try:
        checked(query, TABLES)
    except QueryError:
        return False
    return True


@cache
def made_of(names: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        for arguments in ARGUMENTS:
            try:
                tree = parse_one(f"select {name}({arguments})", read="spark")
            except (SqlglotError, ValueError, AttributeError, TypeError, IndexError):
                continue
            found.update(type(node).__name__ for node in tree.walk() if isinstance(node, exp.Func))
    return frozenset(found - {"Anonymous"})


def test_a_query_keeps_its_places_where_comments_were() -> None:
    assert checked("select 1 -- one\n, 2 /* two */ , 3;", TABLES) == "select 1       \n, 2           , 3 "


def test_a_lakehouse_refuses_it_and_obeys_where_it_is_told_to(lake: Lakehouse, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("hello")
    query = f"select * from text.`{file}`"
    with pytest.raises(QueryError, match="no table text"):
        lake.sql(query)
    assert lake.sql(query, unsafe=True).toArrow().to_pylist() == [{"value": "hello"}]


def test_what_a_query_says_is_not_repeated_at_length() -> None:
    for asked in (
        f"select secret('{'x' * 5000}')",
        f"select {'x' * 5000} y z",
        f"select reflect('{'x' * 5000}')",
    ):
        with pytest.raises(QueryError) as told:
            checked(asked, TABLES)
        assert len(str(told.value)) < 400
