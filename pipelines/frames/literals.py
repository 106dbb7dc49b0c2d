"""Names and texts as Spark SQL has them."""

from __future__ import annotations


def backtick(name: str) -> str:
    """A name in Spark SQL."""
    return "`" + name.replace("`", "``") + "`"


def spark_text(value: str) -> str:
    """A text in Spark SQL, where a backslash means something."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
