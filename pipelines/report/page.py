"""The report: a folder of pages made from gold and the tables' own histories, and the library of charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pipelines.report.pages
from pipelines.report import models
from pipelines.report.document import LIBRARY, Page, library
from pipelines.report.figures import Link
from pipelines.tasks import all_tasks

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def pages() -> tuple[Page[Any], ...]:
    """All pages of the report, as they are linked: each module of its own, and one for the models of each task."""
    return tuple(sorted((*_declared(), *map(models.page, all_tasks().values())), key=lambda page: page.rank))


def _declared() -> Iterator[Page[Any]]:
    package = pipelines.report.pages
    for info in iter_modules(package.__path__, f"{package.__name__}."):
        yield import_module(info.name).PAGE


def write_report(lake: Lakehouse, path: Path, now: datetime) -> Path:
    """Write the report of a lakehouse.

    Args:
        lake: where the tables are.
        path: the file of the page to open first; its folder is made, and all other pages are written beside it.
        now: what ages are measured against, with a timezone.
    """
    shown = _placed(path)
    links = [Link(page.title, page.file) for page in shown]
    written = {path.with_name(page.file): page.render(page.read(lake), now, links) for page in shown}
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, content in (written | {path.with_name(LIBRARY): library()}).items():
        file.write_text(content, encoding="utf-8")
    return path


def report_files(path: Path) -> tuple[Path, ...]:
    """The pages of a report, given the one to open first."""
    return tuple(path.with_name(page.file) for page in _placed(path))


def _placed(path: Path) -> tuple[Page[Any], ...]:
    """All pages; the first has the name of the path, unless that is another's own."""
    first, *others = pages()
    is_taken = path.name in {page.file for page in others}
    return (first if is_taken else replace(first, file=path.name), *others)
