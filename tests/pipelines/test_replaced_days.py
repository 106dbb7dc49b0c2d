"""Which days a gold table replaced since a version is read from its commits since then, and not from all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import CommitProperties, write_deltalake

from pipelines.delta.log import FOLDER, dump_note
from pipelines.flow.changes import DAYS, EDITION, _replaced_days
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

DAILY = Table(
    name="gold.things_daily",
    doc="Things.",
    key=("date",),
    columns=(Column("date", "date", "Day.", required=True),),
)


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """Each version replaced one day of its own, but for the third, which repeats the note before."""
    lake = Lakehouse(load_settings({"home": tmp_path}), {DAILY.name: DAILY})
    for version in range(6):
        commit(lake, {EDITION: version - (version == 3), DAYS: [[day(version), day(version)]]})
    return lake


def commit(lake: Lakehouse, note: dict[str, Any]) -> None:
    told = CommitProperties(custom_metadata={"userMetadata": dump_note(note)})
    rows = pa.table({"date": pa.array([0], pa.date32())})
    write_deltalake(lake.table_uri(DAILY.name), rows, mode="append", commit_properties=told)


def day(version: int) -> str:
    return f"2026-03-{version + 1:02d}"


@pytest.mark.parametrize("since", range(6))
def test_the_days_of_all_versions_after_one_are_told(lake: Lakehouse, since: int) -> None:
    assert _replaced_days(lake, DAILY.name, since) == [day(v) for v in range(since + 1, 6) if v != 3]


def test_days_may_be_any_where_it_is_not_known_since_when(lake: Lakehouse) -> None:
    assert _replaced_days(lake, DAILY.name, None) is None


def test_days_may_be_any_where_the_log_does_not_reach_back(lake: Lakehouse) -> None:
    lake.log.checkpoint(lake.table_uri(DAILY.name))
    log = Path(lake.table_uri(DAILY.name)) / FOLDER
    for version in range(4):
        (log / f"{version:020d}.json").unlink()
    assert _replaced_days(lake, DAILY.name, 4) == [day(5)]
    assert _replaced_days(lake, DAILY.name, 2) is None
