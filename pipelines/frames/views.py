"""Queries that name tables in full, put to a session that knows them under the names of views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.errors import noted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


ASKED = "as the engine was asked: "
"""How a note on an error begins that holds the query as the engine was given it."""

VIEW = r"\b(bronze|silver|gold)__(\w+?)__(?:\d+|empty|as_of_\d+)\b"
"""The name of a table's view, with its layer and its short name."""


def answer(spark: SparkSession, query: str, views: Mapping[str, str]) -> DataFrame:
    """The answer to a query that names tables in full; a note on an error says what the engine was asked."""
    asked = with_views(query, views)
    with noted(ASKED + asked):
        return spark.sql(asked)


def with_views(query: str, views: Mapping[str, str]) -> str:
    """The query with the names of tables as those of their views; what is quoted stays as it is.

    Views belong to a session and say where they read from. Tables of a catalog would outlive the lakehouse.
    """
    tables = "|".join(re.escape(name) for name in views)
    quoted = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
    pattern = rf"{quoted}|\b({tables})\b" if views else quoted
    return re.sub(pattern, lambda m: views[m[1]] if views and m[1] else m[0], query)


def completed(rows: DataFrame, missing: Mapping[str, str]) -> DataFrame:
    """Rows with columns that they lack, by name and type, which are null."""
    return rows.selectExpr("*", *(f"cast(null as {kind}) as {name}" for name, kind in missing.items()))
