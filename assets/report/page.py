"""The report: pages made from gold and the tables' own histories, each one HTML file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assets.report import payments, quality
from assets.report.document import Page
from assets.report.facts import read_facts
from pipelines.audit import audit

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def write_report(lake: Lakehouse, path: Path, now: datetime) -> Path:
    """Write the report of a lakehouse.

    Args:
        lake: where the tables are.
        path: the HTML file about payments; its folder is made, and the other pages are written beside it.
        now: what ages are measured against, with a timezone.
    """
    pages = (Page(payments.TITLE, path.name),)
    page = payments.render(
        read_facts(lake),
        quality.table_states(lake),
        quality.quarantined(lake),
        audit(lake, lake.sources),
        now,
        quality.drifts(lake),
        pages,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path
