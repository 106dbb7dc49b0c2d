"""What may be meant by a word of a query that is not understood, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from pipelines.errors import QueryError

KEYWORDS = re.findall(
    r"\w+",
    """select from where group by having order limit offset join left right inner outer full cross on using as and or
    not in is null like between case when then else end union all distinct with over partition window asc desc intersect
    except lateral exists""",
)

NEAREST = 3
"""Names that are proposed."""

WIDTH = 160
"""Characters of a line that are shown."""


def fault(said: str, query: str, place: int) -> QueryError:
    """An error about a place in a query, which it shows."""
    return QueryError(f"{said}{shown(query, place)}")


def no_table(written: str, tables: Collection[str]) -> str:
    """That there is no such table, and which may be meant."""
    near = get_close_matches(written, tables, NEAREST, 0.6)
    of_name = {table.split(".")[1]: table for table in tables}
    short = written.rpartition(".")[2]
    near += [of_name[name] for name in get_close_matches(short, of_name, NEAREST, 0.7)]
    proposed = (
        f" Nearest: {listed(list(dict.fromkeys(near))[:NEAREST])}."
        if near
        else " 'vermeil tables' lists them."
    )
    return f"no table {written}.{proposed}"


def no_function(written: str, known: Collection[str]) -> str:
    """That there is no such function, and which may be meant."""
    near = get_close_matches(written.lower(), known, NEAREST, 0.7)
    return f"no function {written}.{f' Nearest: {listed(near)}.' if near else ''}"


def unreadable(query: str, place: int, said: str = "") -> str:
    """That a query cannot be read from a place on; a misspelt keyword is only missed at the word after it."""
    for word in [*re.finditer(r"\w+", query[place:])][:1] + [*re.finditer(r"\w+", query[:place])][-1:]:
        near = get_close_matches(word[0].lower(), KEYWORDS, 1, 0.75)
        if near and near[0] != word[0].lower():
            said = f" Is {word[0]} meant to be {near[0]}?"
            place = word.start() + (place if word.string != query[:place] else 0)
            break
    return f"the query cannot be read from here on.{said}{shown(query, place)}"


def shown(query: str, place: int) -> str:
    """The line of a place, with a sign below it."""
    place = min(place, len(query.rstrip()))
    begin = query.rfind("\n", 0, place) + 1
    line = query[begin:].split("\n", 1)[0]
    first = max(place - begin - WIDTH // 2, 0)
    return f"\n  {line[first : first + WIDTH].expandtabs(1)}\n  {' ' * (place - begin - first)}^"


def listed(names: Iterable[str]) -> str:
    """Names with commas between them."""
    return ", ".join(names)
