"""Queries that people write in SQL: what may be asked, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Collection


def checked(query: str, tables: Collection[str]) -> str:
    """The text to hand to an engine, once it is known that it only reads; see :func:`pipelines.queries.guard.checked`.

    Raises:
        QueryError: it does something else, or cannot be read.
    """
    # Its parser takes a quarter of a second to import.
    from pipelines.queries.guard import checked as by_guard

    return by_guard(query, tables)
