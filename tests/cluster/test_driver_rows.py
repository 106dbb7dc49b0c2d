"""What only the driver can do is bounded: what a run fetches does not grow with the rows of its tables."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OURS = tuple(str(ROOT / name) for name in ("pipelines", "expectations"))

BY_FILE = {
    "pipelines/flow/ingest.py:_counted": "a row a file of the batch: what was read from it",
    "pipelines/bronze/reading/digest.py:file_digests": "a row a file of the batch: its digest",
    "pipelines/flow/ingest.py:plan": "a row a file of the lakehouse: which files are known",
}
"""What grows with the number of files."""


@dataclass(frozen=True)
class Fetched:
    """What a run had given to it by an engine, or by delta-rs, by the function of ours that asked."""

    records: int
    files: int
    rows: Counter[str]


@contextmanager
def counted(spark: SparkSession, rows: Counter[str]) -> Iterator[None]:
    """Count the rows that are fetched."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (type(spark.range(1)), "collect"),
            (type(spark.range(1)), "toArrow"),
            (type(spark.range(1)), "toPandas"),
            (Lakehouse, "arrow"),
        ):
            patch.setattr(owner, name, _counting(getattr(owner, name), rows))
        yield


def _counting(call: Any, rows: Counter[str]) -> Any:
    def counting(*args: Any, **named: Any) -> Any:
        found = call(*args, **named)
        rows[_caller()] += len(found)
        return found

    return counting


def _caller() -> str:
    """The innermost function of ours, by its module."""
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(OURS):
            return f"{Path(path).relative_to(ROOT)}:{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "elsewhere"


def fetched(home: Path, spark: SparkSession, payments_per_day: int) -> Fetched:
    """What the first run of an archive of four days fetches."""
    archive = Simulation(days=4, payments_per_day=payments_per_day, accounts=2)
    written = simulate(archive, home / "raw", home / "truth")
    rows: Counter[str] = Counter()
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake, counted(spark, rows):
        for outcome in flow.refresh(lake, flow.Run(home / "raw", validate, sweep)):
            assert not outcome.failed
    return Fetched(written.events + written.objects, written.files, rows)


def test_what_a_run_fetches_does_not_grow_with_rows(spark: SparkSession, tmp_path: Path) -> None:
    few, many = (fetched(tmp_path / str(count), spark, count) for count in (10, 50))
    assert many.records > 3 * few.records
    print({name: (few.rows[name], count) for name, count in many.rows.most_common()})
    print(few.records, many.records, few.files, many.files, sum(few.rows.values()), sum(many.rows.values()))
    grown = {
        name: (few.rows[name], count)
        for name, count in many.rows.items()
        if count > 1.5 * few.rows[name] + 10 and name not in BY_FILE
    }
    assert grown == {}
    assert sum(many.rows.values()) < many.records / 2
