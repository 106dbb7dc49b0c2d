"""What is wrong with a query, said to the person who wrote it: in the words of the query, not of an engine.

Engines are given views in place of tables (``silver__charges__7``) and count places in that text; here both are led
back to what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from pipelines.frames.views import ASKED, VIEW
from pipelines.queries.near import KEYWORDS, NEAREST, listed, no_function, no_table, shown, unreadable
from pipelines.table import Table


def explained(query: str, error: BaseException, tables: Mapping[str, Table]) -> str:
    """A query's fault in a sentence, and where its text is at fault, the place below it.

    Args:
        query: as it was written.
        error: as the engine raised it.
        tables: those there are.
    """
    said = str(error).strip()
    for explain in (_comma, _syntax, _column, _table, _function, _ambiguous, _ungrouped):
        if found := explain(query, said, error, tables):
            return found
    return _in_words(said)


def named(query: str, tables: Iterable[str]) -> dict[str, str]:
    """The tables of a query by the names that it gives them: their aliases, else their own."""
    found = {}
    for table in tables:
        for match in re.finditer(rf"\b{re.escape(table)}\b(?:\s+(?:as\s+)?(\w+))?", query, re.IGNORECASE):
            alias = match[1]
            found[alias if alias and alias.lower() not in KEYWORDS else table] = table
    return found


def _comma(query: str, said: str, _: BaseException, __: Mapping[str, Table]) -> str | None:
    found = re.search(r",(?=\s*from\b)", query, re.IGNORECASE)
    if not found or not re.search(
        "missing from the schema|TRAILING_COMMA|Syntax error|found .* expected", said
    ):
        return None
    return f"a comma stands before from: take it out.{shown(query, found.start())}"


def _syntax(query: str, said: str, error: BaseException, _: Mapping[str, Table]) -> str | None:
    if "expected one statement" in said or "PARSE_EMPTY_STATEMENT" in said:
        return "there is no query, or more than one: give one, such as select * from gold.payments_daily limit 20"
    asked = _asked(query, error)
    if found := re.search(r"found (.+?) at (\d+):\d+ expected", said):
        at = int(found[2])
    elif re.search("found end of input", said):
        at = len(asked)
    elif found := re.search(r"Syntax error at or near .*\(line (\d+), pos (\d+)\)", said, re.DOTALL):
        at = sum(len(line) + 1 for line in asked.split("\n")[: int(found[1]) - 1]) + int(found[2])
    else:
        return None
    place = len(_with_tables(asked[:at]))
    quotes = [match.start() for match in re.finditer("'", query)]
    if len(quotes) % 2:
        return f"a text that begins with ' does not end with one.{shown(query, quotes[-1])}"
    missing = re.search(r"expected '(\w+)'$", said)
    return unreadable(query, place, f" {missing[1]} is missing." if missing else "")


def _asked(query: str, error: BaseException) -> str:
    notes: Sequence[str] = getattr(error, "__notes__", ())
    return next((note.removeprefix(ASKED) for note in notes if note.startswith(ASKED)), query)


def _column(query: str, said: str, _: BaseException, tables: Mapping[str, Table]) -> str | None:
    path = _path(
        r"attribute ObjectName\(\[(.*?)\]\) is missing", r"with name (`.*?`) cannot be resolved", said
    )
    if not path:
        return None
    there = named(query, tables)
    known = {name.lower(): table for name, table in there.items()}
    first, *rest = path
    if rest and first.lower() in known:
        there, column = {first: known[first.lower()]}, rest[0]
    elif rest and not any(first in tables[table].column_names for table in there.values()):
        return f"the query has no table or alias {first}. It has {listed(there)}."
    else:
        column = first
    if owners := [table for table in there.values() if column in tables[table].column_names]:
        return f"{column} of {owners[0]} has no fields: {tables[owners[0]].column(column).type}."
    within = listed(dict.fromkeys(there.values())) or "the query"
    return f"no column {column} in {within}.{_near(column, there, tables)}"


def _near(column: str, there: Mapping[str, str], tables: Mapping[str, Table]) -> str:
    """The nearest columns, each after what the query calls its table where there is more than one."""
    names: dict[str, str] = {}
    for alias, table in there.items():
        for name in tables[table].column_names:
            names.setdefault(name, f"{alias}.{name}" if len(there) > 1 else name)
    near = get_close_matches(column.lower(), names, NEAREST, 0.6)
    if near:
        return f" Nearest: {listed(names[name] for name in near)}."
    return " 'vermeil dictionary' lists the columns of all tables."


def _table(query: str, said: str, _: BaseException, tables: Mapping[str, Table]) -> str | None:
    path = _path(
        r"not found: (?:\[\w+\] Table or view not found: )?([\w.]+)", r"table or view (`.*?`) cannot", said
    )
    if not path or not re.search(r"(?i)table (or view )?(not found|`)", said):
        return None
    short = path[-1]
    whole = re.search(rf"(?:\w+\.)*{re.escape(short)}\b", query)
    written = whole[0] if whole else ".".join(path)
    if written in tables:
        return f"{written} can only be read: give a query that begins with select or with."
    return no_table(written, tables)


def _function(_: str, said: str, __: BaseException, ___: Mapping[str, Table]) -> str | None:
    path = _path(r"unknown function: (\w+)", r"Cannot resolve routine (`.*?`)", said)
    if not path:
        return None
    from pyspark.sql import functions

    known = [name for name in dir(functions) if name.islower() and not name.startswith("_")]
    return no_function(path[-1], known)


def _ambiguous(query: str, said: str, _: BaseException, tables: Mapping[str, Table]) -> str | None:
    path = _path(r"ambiguous attribute: ObjectName\(\[(.*?)\]\)", r"Reference (`.*?`) is ambiguous", said)
    if not path:
        return None
    column = path[-1]
    owners = [name for name, table in named(query, tables).items() if column in tables[table].column_names]
    of = f" It is in {listed(owners)}: write {owners[0]}.{column}." if owners else ""
    return f"{column} may be more than one column.{of}"


def _ungrouped(_: str, said: str, __: BaseException, ___: Mapping[str, Table]) -> str | None:
    if found := re.search(r'non-aggregating expression "(.*?)"', said):
        what = found[1]
    elif re.search(r'No field named .*"#\d+"', said):
        what = "a column"
    else:
        return None
    return f"{what} is neither grouped by nor aggregated: add it to group by, or take its max or any_value."


def _path(of_sail: str, of_spark: str, said: str) -> list[str]:
    """The parts of a name that an engine quotes; none where it speaks of something else."""
    found = re.search(of_sail, said) or re.search(of_spark, said)
    if not found:
        return []
    quoted = re.findall(r'Identifier\("(.*?)"\)|`([^`]*)`', found[1])
    parts = [one or other for one, other in quoted] or found[1].split(".")
    return _with_tables(".".join(parts)).split(".") if len(parts) == 1 else parts


def _in_words(said: str) -> str:
    """The first line of what an engine says, without what only its makers know."""
    line = next(iter(said.splitlines()), "the query failed")
    line = re.sub(
        r"ObjectName\(\[(.*?)\]\)", lambda m: ".".join(re.findall(r'Identifier\("(.*?)"\)', m[1])), line
    )
    line = re.sub(r"^\[[A-Z_.]+\] | SQLSTATE: \w+.*$", "", line)
    return _with_tables(line).rstrip(". ") + "."


def _with_tables(text: str) -> str:
    return re.sub(VIEW, r"\1.\2", text)
