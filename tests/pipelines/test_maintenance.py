"""Housekeeping: fewer and fewer files, the same rows, the same watermarks, and nothing that is still wanted is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.delta import log as delta_log
from pipelines.delta import releases
from pipelines.delta.commits import Append
from pipelines.delta.policies import POLICIES, Policy, check_policies, policy_of
from pipelines.errors import SettingsError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table
from pipelines.upkeep.maintenance import Maintained, maintain, totals

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

THINGS = Table(
    name="silver.things",
    doc="Things.",
    key=("account", "thing_id"),
    columns=(
        Column("account", "string", "Account.", required=True),
        Column("thing_id", "string", "Identity.", required=True),
        Column("ingest_id", "bigint", "Batch."),
    ),
)
OTHERS = Table(name="gold.others_daily", doc="Others.", key=("account",), columns=THINGS.columns)

NOTHING_KEPT = Policy(keep_hours=0, log_hours=0)


@pytest.fixture
def lake(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": tmp_path}), {t.name: t for t in (THINGS, OTHERS)}, spark)


def add(lake: Lakehouse, table: Table, batch: int, **draft: Any) -> None:
    with lake.writing() as writing:
        lake.create(table.name)
        rows = lake.spark.sql(
            f"select 'a' as account, 't{batch}' as thing_id, cast({batch} as bigint) as ingest_id"
        )
        staged = lake.staging.write(table.name, str(batch), rows)
        lake.publish(table.name, staged, Append(), {"watermark": batch, "ingest_id": batch})
        lake.staging.clear()
        for name, value in draft.items():
            setattr(writing, name, value)


def keep_house(
    lake: Lakehouse, policy: Policy | None = None, now: datetime | None = None
) -> dict[str, Maintained]:
    chosen = (lambda _: policy) if policy else None
    with lake.writing() as draft:
        done = list(maintain(lake, draft, now or datetime.now(UTC) + timedelta(seconds=1), policies=chosen))
    return {one.table: one for one in done}


def things(lake: Lakehouse) -> list[int]:
    return sorted(row["ingest_id"] for row in lake.table(THINGS.name).collect())


def log_files(lake: Lakehouse) -> int:
    return len(list((Path(lake.table_uri(THINGS.name)) / delta_log.FOLDER).glob("*.json")))


def test_small_files_become_one_and_what_nobody_needs_goes(lake: Lakehouse) -> None:
    for batch in range(1, 5):
        add(lake, THINGS, batch)
    done = keep_house(lake, NOTHING_KEPT)[THINGS.name]
    assert (done.files_before, done.files_after, done.deleted_files) == (4, 1, 4)
    assert done.freed_bytes > 0
    assert things(lake) == things(lake.released()) == [1, 2, 3, 4]
    assert len(list(Path(lake.table_uri(THINGS.name)).glob("*.parquet"))) == 1
    assert totals([done, done])["deleted_files"] == 8


def test_watermarks_survive_though_the_log_goes(lake: Lakehouse) -> None:
    for batch in range(1, 5):
        add(lake, THINGS, batch)
    before = lake.note(THINGS.name)
    # Rounds a week apart: the checkpoint of one is what the next can begin the log with.
    rounds = [keep_house(lake, NOTHING_KEPT, datetime.now(UTC) + timedelta(seconds=2)) for _ in range(3)]
    assert sum(found[THINGS.name].deleted_log_files for found in rounds) > 4
    assert lake.note(THINGS.name) == before
    assert things(lake) == [1, 2, 3, 4]
    assert len(lake.history(THINGS.name)) < 5
    add(lake, THINGS, 5)
    assert things(lake.released()) == [1, 2, 3, 4, 5]


def test_a_second_round_finds_all_in_order(lake: Lakehouse) -> None:
    for batch in range(1, 4):
        add(lake, THINGS, batch)
    for _ in range(2):
        keep_house(lake, NOTHING_KEPT)
    version = lake.version(THINGS.name)
    done = keep_house(lake, NOTHING_KEPT)[THINGS.name]
    assert done.files_before == done.files_after == 1
    assert done.deleted_files == 0
    assert lake.version(THINGS.name) == version


def test_what_is_younger_than_the_policy_can_still_be_read(lake: Lakehouse) -> None:
    for batch in range(1, 5):
        add(lake, THINGS, batch)
    held = log_files(lake)
    reader = next(found for found in releases.newest_first(lake.uri) if found.number == 2)
    keep_house(lake)
    old = Lakehouse(lake.settings, lake.tables, lake.spark, reader)
    assert things(old) == [1, 2]
    assert things(lake) == [1, 2, 3, 4]
    assert log_files(lake) >= held
    assert [found.number for found in releases.newest_first(lake.uri)] == [5, 4, 3, 2, 1]


def test_records_of_releases_go_with_what_they_name(lake: Lakehouse) -> None:
    for batch in range(1, 4):
        add(lake, THINGS, batch)
    keep_house(lake, NOTHING_KEPT)
    # What this round has itself released is the newest; the one before it was the newest when it began.
    assert len(list(releases.newest_first(lake.uri))) == 2


def test_readers_keep_an_old_release_while_what_came_after_is_refused(lake: Lakehouse) -> None:
    add(lake, THINGS, 1)
    add(lake, THINGS, 2, held_back=True)
    for _ in range(3):
        keep_house(lake, NOTHING_KEPT)
    assert things(lake.released()) == [1]
    assert things(lake) == [1, 2]
    with lake.writing() as draft:
        draft.complete = True
    assert things(lake.released()) == [1, 2]


def test_what_a_dead_run_has_staged_goes(lake: Lakehouse) -> None:
    add(lake, THINGS, 1)
    lake.staging.write(THINGS.name, "dead", lake.table(THINGS.name))
    keep_house(lake)
    assert not list((Path(lake.uri) / "_staging").rglob("*.parquet"))


def test_a_policy_is_the_layers_and_then_the_tables_own() -> None:
    given = {"silver": {"keep_hours": 48}, "silver.things": {"target_mebibytes": 64}}
    assert policy_of(THINGS, given) == Policy(target_mebibytes=64, keep_hours=48, log_hours=720)
    assert policy_of(THINGS, {"silver": {"keep_hours": 1000}}).log_hours == 1000
    assert policy_of(OTHERS, given) == POLICIES["gold"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"golden": {"keep_hours": 1}}, "bronze, silver, gold, silver.things"),
        ({"gold": {"keep_days": 1}}, "target_mebibytes, keep_hours, log_hours"),
        ({"gold": {"keep_hours": 0}}, "whole numbers from 1"),
    ],
    ids=["unknown layer", "unknown key", "too little"],
)
def test_a_policy_that_cannot_be_used_is_explained(given: dict[str, dict[str, int]], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check_policies(given, {THINGS.name: THINGS})


def test_policies_are_a_setting() -> None:
    found = load_settings({"maintenance": '{"silver.things": {"keep_hours": 24}}'})
    assert found.maintenance == {"silver.things": {"keep_hours": 24}}
    with pytest.raises(SettingsError, match="VERMEIL_MAINTENANCE"):
        load_settings({"maintenance": '{"silver.things": {"keep_hours": "soon"}}'})
