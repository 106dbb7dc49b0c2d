"""Names and texts as the languages of readers have them."""

from __future__ import annotations


def double(name: str) -> str:
    """A name in Trino and DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text in standard SQL: Trino, DuckDB."""
    return "'" + value.replace("'", "''") + "'"


def comment(line: str) -> str:
    """A line that is no statement, whatever is in it."""
    return "-- " + " ".join(line.split())
