"""The page of definitions: what each metric and each table of gold means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.catalog import tables_of
from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.metric import Metric
from pipelines.report.document import Head, Page, document
from pipelines.report.figures import Link
from pipelines.silver import quarantine
from pipelines.table import Table

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

Groups = Sequence[tuple[Table, Sequence[Metric]]]
_LEAD = "What each metric and each table of gold means. 'vermeil metric NAME --query' gives a metric's SQL."


def read(lake: Lakehouse) -> Groups:
    """The tables of a lakehouse, each with its metrics."""
    shown = [table for table in (*tables_of("gold"), quarantine.TABLE) if table.name in lake.tables]
    return [(table, [one for one in declared().values() if one.table == table.name]) for table in shown]


def render(groups: Groups, now: datetime, pages: Sequence[Link] = ()) -> str:
    """The page as HTML."""
    return document("definitions.html.j2", Head("Definitions", _LEAD, "", now, pages), [], groups=groups)


PAGE = Page("Definitions", "definitions.html", read, render, rank=90)
