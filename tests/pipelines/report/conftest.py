"""A small lakehouse to read, and its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.report import report_files, write_report
from pipelines.settings import load_settings
from tests.pipelines.report.html import NOW, Page
from tests.small_lakehouse import home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["home"]


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        yield lakehouse


@pytest.fixture(scope="module")
def written(lake: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(lake, tmp_path_factory.mktemp("report") / "new" / "index.html", NOW)


@pytest.fixture(scope="module")
def pages(written: Path) -> Mapping[str, Page]:
    return {file.stem: Page(file.read_text(encoding="utf-8")) for file in report_files(written)}
