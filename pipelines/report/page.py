"""The report: pages made from gold and the tables' own histories, each one HTML file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.report import models, payments
from pipelines.report.document import Link, Page
from pipelines.tasks import all_tasks

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

PAGES: tuple[Page[Any], ...] = (payments.PAGE,)
"""The pages, but those about the models of tasks: each task has one."""


def pages() -> tuple[Page[Any], ...]:
    """All pages of the report, as they are linked."""
    return (*PAGES, *map(models.page, all_tasks().values()))


def write_report(lake: Lakehouse, path: Path, now: datetime) -> Path:
    """Write the report of a lakehouse.

    Args:
        lake: where the tables are.
        path: the HTML file about payments; its folder is made, and the other pages are written beside it.
        now: what ages are measured against, with a timezone.
    """
    first, *others = pages()
    shown = (replace(first, file=path.name), *others)
    links = [Link(page.title, page.file) for page in shown]
    written = {path.with_name(page.file): page.render(page.read(lake), now, links) for page in shown}
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, content in written.items():
        file.write_text(content, encoding="utf-8")
    return path


def report_files(path: Path) -> tuple[Path, ...]:
    """The files of a report, given that of the page about payments."""
    return path, *(path.with_name(page.file) for page in pages()[1:])
