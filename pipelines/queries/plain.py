"""A query's text in a form that every parser reads alike.

What a query may ask is judged by one parser, and it is answered by another. Text that they could take apart at
different places, such as a quote behind a backslash, could hold one query for the first and another for the second; so
it is refused.
"""

from __future__ import annotations

import re

from pipelines.errors import QueryError
from pipelines.queries.near import fault

MOST_CHARACTERS = 100_000

_PIECE = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*(?:(?!/\*|\*/).)*\*/)
    |(?P<text>'(?:[^'\\\0]|\\[^'"\0])*'|"(?:[^"\\\0]|\\[^'"\0])*")
    |(?P<name>`[^`\\\x00-\x1f]*`)
    |(?P<other>(?:(?!--|/\*|\*/)[^'"`\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f])+)
    """,
    re.VERBOSE | re.DOTALL,
)

_SUBSTITUTED = re.compile(r"\$\{")
"""Spark puts settings and variables of the environment in such a place, also within quotes."""


def plain(query: str) -> str:
    """The query, its comments as blanks, so that every place in it stays where it was.

    Raises:
        QueryError: it is too long, or is written in a way that parsers may read differently.
    """
    if len(query) > MOST_CHARACTERS:
        raise QueryError(f"a query of more than {MOST_CHARACTERS:,} characters is not read")
    if found := _SUBSTITUTED.search(query):
        raise fault(
            "${…} is put in by Spark before a query is read, and is not used here.", query, found.start()
        )
    pieces, at = [], 0
    while at < len(query):
        found = _PIECE.match(query, at)
        if found is None:
            raise fault(_why_not(query, at), query, at)
        pieces.append(_blank(found[0]) if found["comment"] else found[0].replace("\r", " "))
        at = found.end()
    return re.sub(r";[\s;]*$", lambda ending: " " * len(ending[0]), "".join(pieces))


def _blank(comment: str) -> str:
    return re.sub(r"[^\n]", " ", comment)


def _why_not(query: str, at: int) -> str:
    here = query[at]
    if here in "'\"`":
        rest = query[at + 1 :]
        if "\\" in rest and here in rest:
            return "a backslash before a quote is not used here: put the text in quotes of the other kind."
        return f"a text that begins with {here} does not end with one."
    if query.startswith(("/*", "*/"), at):
        return "a comment within a comment, or one without an end, is not used here."
    return f"the character {here!r} is not used here."
