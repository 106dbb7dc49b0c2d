"""Whether a query only reads: one statement, over the lakehouse's tables, of constructs and functions that are known.

Engines do more than answer: their SQL reads files by path, writes folders, runs programs, and calls Java. So a query is
taken apart by sqlglot, and what is not on the lists here is refused, whatever it may do.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sqlglot import exp, parse
from sqlglot.errors import ParseError

from pipelines.errors import QueryError
from pipelines.queries.near import no_function, no_table, unreadable
from pipelines.queries.plain import plain

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)

TABLE_FUNCTIONS = frozenset(("range", "explode", "explode_outer", "posexplode", "posexplode_outer", "inline"))
"""Functions that may stand in the place of a table."""

ONE_QUERY = "give one query that begins with select, with or values, such as select * from gold.payments_daily limit 20"


def checked(query: str, tables: Collection[str]) -> str:
    """The text to hand to an engine: the query without its comments, every place as it was.

    Args:
        query: as it was written.
        tables: full names of the tables that there are.

    Raises:
        QueryError: it does something else than to read them, or cannot be read.
    """
    text = plain(query)
    try:
        tree = _parsed(query, text)
        _Guard(tables, {cte.alias.lower() for cte in tree.find_all(exp.CTE)}).check(tree)
    except RecursionError:
        raise QueryError("the query is nested too deeply") from None
    return text


def _parsed(query: str, text: str) -> exp.Expr:
    try:
        with _quiet():
            statements = [one for one in parse(text, read="spark") if one is not None]
    except ParseError as error:
        raise QueryError(unreadable(query, _place(text, error))) from None
    except RecursionError:
        raise
    except Exception:  # of a call with too few arguments the parser may say that a list is too short
        raise QueryError(f"the query cannot be read: {ONE_QUERY}") from None
    if len(statements) != 1:
        raise QueryError(f"there is no query, or more than one: {ONE_QUERY}")
    return statements[0]


def _place(text: str, error: ParseError) -> int:
    """Where a word begins that was not understood; sqlglot tells its line, and the column in which it ends."""
    told = error.errors[0]
    lines = text.split("\n")[: (told["line"] or 1) - 1]
    return max(sum(len(line) + 1 for line in lines) + (told["col"] or 0) - len(told["highlight"] or ""), 0)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what sqlglot logs of statements that it does not know; they are refused, and that is told."""
    log = logging.getLogger("sqlglot")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


@dataclass(frozen=True)
class _Guard:
    """What a query may name: tables, and what it defines itself."""

    tables: Collection[str]
    defined: Collection[str]

    def check(self, tree: exp.Expr) -> None:
        if not isinstance(tree, (exp.Query, exp.Values)):
            raise QueryError(f"only queries are answered: {ONE_QUERY}")
        for node in tree.walk():
            if isinstance(node, exp.Table):
                self._table(node)
            if isinstance(node, exp.CTE) and not _NAME.fullmatch(node.alias):
                raise QueryError(
                    f"a name such as {node.alias!r} is not used in with: take letters, digits and _"
                )
            if isinstance(node, exp.Anonymous) and node.name.lower() not in functions():
                raise QueryError(no_function(node.name, functions()))
            if not isinstance(node, exp.Anonymous) and type(node).__name__ not in constructs():
                raise QueryError(f"{_said(node)} is not used in a query here")

    def _table(self, node: exp.Table) -> None:
        if isinstance(node.this, exp.Func):
            if _name(node.this) not in TABLE_FUNCTIONS:
                raise QueryError(f"{_said(node)} is not used in the place of a table")
            return
        written = ".".join(part.name for part in node.parts)
        if written in self.tables or (
            not node.db and written.lower() in self.defined and _NAME.fullmatch(written)
        ):
            return
        raise QueryError(no_table(written, self.tables))


def _name(node: exp.Func) -> str:
    return node.name.lower() if isinstance(node, exp.Anonymous) else node.sql_name().lower()


def _said(node: exp.Expr) -> str:
    """The beginning of what a part of a query says."""
    text = " ".join(node.sql("spark").split())
    return text if len(text) <= 60 else text[:59] + "…"


@cache
def functions() -> frozenset[str]:
    """Names of the functions that a query may call: those of Spark that look at nothing but their arguments.

    Left out are those that read files or the machine's settings, that call Java or Python, or that say who runs them.
    """
    return _listed("functions.txt")


@cache
def constructs() -> frozenset[str]:
    """What sqlglot calls the parts that a query may consist of, and what it makes of these functions."""
    return _listed("constructs.txt") | _listed("function_nodes.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(files("pipelines.queries").joinpath(name).read_text(encoding="utf-8").split())
