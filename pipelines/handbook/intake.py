"""The handbook's days through bronze to silver.charges, in a lakehouse of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import LakehouseError, SourceError
from pipelines.flow import refresh as flow
from pipelines.flow.ingest import RECORDS
from pipelines.silver.quarantine import TABLE as QUARANTINE
from pipelines.sources.mapping import example

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.flow.steps import Sweep
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse

SOURCE = "handbook"
CHARGES = "silver.charges"
MAPPING = example(SOURCE)
TABLES = (RECORDS, QUARANTINE.name, CHARGES)
DAYS = "*.csv*"

WHERE_FROM = (
    "The days, one CSV file each such as 2018-04-01.csv.gz, are the simulated transactions of "
    "fraud-detection-handbook.github.io (chapter 3), exported with their column names"
)


def days(data: Path) -> list[Path]:
    """The files of a folder of days.

    Raises:
        SourceError: there is no such folder, or no day in it.
    """
    found = sorted(data.glob(DAYS)) if data.is_dir() else []
    if not found:
        what = "holds no CSV file" if data.is_dir() else "is not a folder"
        raise SourceError(f"--data {data}: {what}. {WHERE_FROM}")
    return found


def charges(
    lake: Lakehouse,
    data: Path,
    validate: Validate,
    sweep: Sweep,
    starting: Callable[[str], None] = lambda _: None,
) -> DataFrame:
    """The payments of the handbook: taken in where they are not yet, each file once.

    Args:
        lake: a lakehouse that holds nothing else, opened with :data:`MAPPING`; its home keeps a copy of the files.
        data: folder of the days.
        validate: audits each batch before it is published.
        sweep: erases what new records ask for.
        starting: told the name of each table before its turn.

    Raises:
        SourceError: the folder cannot be used.
        LakehouseError: a batch was refused.
    """
    raw = Path(lake.settings.raw_dir)
    _copy(days(data), raw / SOURCE)
    with lake.writing("vermeil benchmark handbook"):
        run = flow.Run(raw, validate, sweep, only=TABLES, starting=starting)
        for outcome in flow.refresh(lake, run):
            if outcome.failed or outcome.status in ("refused", "skipped"):
                why = "; ".join(r.description for r in outcome.verdict.refusals) or ", ".join(outcome.notices)
                raise LakehouseError(f"{outcome.table} was not published: {why}. Look at the files of {data}")
    return lake.table(CHARGES).filter(f"source = '{SOURCE}'")


def _copy(files: list[Path], folder: Path) -> None:
    """A copy of the files that are not there: a source's files lie in a folder of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        if not (folder / file.name).exists():
            shutil.copy2(file, folder / file.name)
