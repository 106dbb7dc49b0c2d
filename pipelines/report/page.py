"""The report: pages made from gold and the tables' own histories, each one HTML file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.flow.conservation import audit
from pipelines.flow.status import statuses
from pipelines.models.registry import Registry
from pipelines.models.tasks import FRAUD
from pipelines.report import models, payments, quality
from pipelines.report.document import Page
from pipelines.report.facts import read_facts

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def write_report(lake: Lakehouse, path: Path, now: datetime) -> Path:
    """Write the report of a lakehouse.

    Args:
        lake: where the tables are.
        path: the HTML file about payments; its folder is made, and the other pages are written beside it.
        now: what ages are measured against, with a timezone.
    """
    pages = (Page(payments.TITLE, path.name), Page(models.TITLE, models.FILE))
    page = payments.render(
        read_facts(lake),
        statuses(lake),
        quality.quarantined(lake),
        audit(lake),
        now,
        quality.drifts(lake),
        pages,
    )
    found = models.versions(Registry(lake.settings), FRAUD.name)
    about_models = models.render(models.read_facts(lake, found), now, pages)
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, content in zip(report_files(path), (page, about_models), strict=True):
        file.write_text(content, encoding="utf-8")
    return path


def report_files(path: Path) -> tuple[Path, ...]:
    """The files of a report, given that of the page about payments."""
    return path, path.with_name(models.FILE)
