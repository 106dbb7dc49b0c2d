"""Queries that name tables in full, put to a session that knows them under the names of views."""

from __future__ import annotations

import re
from collections.abc import Mapping


def with_views(query: str, views: Mapping[str, str]) -> str:
    """The query with the names of tables as those of their views; what is quoted stays as it is.

    Views belong to a session and say where they read from. Tables of a catalog would outlive the lakehouse.
    """
    tables = "|".join(re.escape(name) for name in views)
    quoted = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
    pattern = rf"{quoted}|\b({tables})\b" if views else quoted
    return re.sub(pattern, lambda m: views[m[1]] if views and m[1] else m[0], query)
