"""The data dictionary: every table and column, as Markdown, from their declarations."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.catalog import all_tables
from pipelines.table import Column, Table


def as_markdown() -> str:
    """The whole dictionary."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Generated from the declarations in `pipelines/` by `make docs`. Times are UTC; amounts are integers in the"
    yield "minor unit of their currency."
    for table in all_tables().values():
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"## {table.name}"
    yield ""
    yield table.doc
    yield ""
    yield f"Key: {', '.join(f'`{name}`' for name in table.key)}." + (
        f" Ordered by `{table.cluster_by}`." if table.cluster_by else ""
    )
    yield ""
    yield "| column | type | meaning | from |"
    yield "|---|---|---|---|"
    yield from (_row(column) for column in table.columns)
    if table.rules:
        yield ""
        yield "A row goes to quarantine where:"
        yield ""
        yield from (f"- {rule.doc}." for rule in table.rules)


def _row(column: Column) -> str:
    required = "" if not column.required else ", required"
    known = f" One of: {', '.join(f'`{value}`' for value in column.known)}." if column.known else ""
    personal = f" {column.kept.capitalize()}." if column.kept else ""
    origin = ", ".join(
        [
            *(f"`{path}`" for path in column.paths),
            *([f"`{' '.join(column.sql.split())}`"] if column.sql else []),
        ]
    )
    cells = (f"`{column.name}`", f"{column.type}{required}", column.doc + known + personal, origin)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
