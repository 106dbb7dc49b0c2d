"""One story with real processes: a run that is watched, a restore that is killed, and a run that catches up."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines import flow, releases, restoring
from pipelines.audit import audit
from pipelines.bronze import ingest
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.verdict import accept_all

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ARCHIVE = Simulation(seed=11, days=6, payments_per_day=12, accounts=3)
BOOKKEEPING = {"ingest_id", "first_ingest_id"}

RUN = """
import sys
from pipelines import flow
from pipelines.lakehouse import Lakehouse
from pipelines.verdict import accept_all
with Lakehouse.open(sys.argv[1]) as lake, lake.writing("vermeil run") as draft:
    draft.complete = True
    assert not any(o.failed for o in flow.refresh(lake, lake.settings.raw_dir, lake.sources, accept_all))
"""

KILLED_RESTORE = """
import os, signal, sys
from datetime import UTC, datetime
from pipelines import restoring
from pipelines.lakehouse import Lakehouse

whole, done = Lakehouse.restore, []

def some(lake, *args, **more):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(whole(lake, *args, **more))

Lakehouse.restore = some
with Lakehouse.open(sys.argv[1]) as lake, lake.writing("vermeil restore"):
    first = [found for found in restoring.points(lake, 9)][-1].release
    restoring.restore(lake, first, datetime.now(UTC))
"""

TOGETHER = """
select
  (select sum(attempts_count) from gold.payments_daily),
  (select count(*) from silver.charges where coalesce(livemode, true)),
  (select max(ingest_id) from bronze.records),
  (select max(ingest_id) from bronze.files),
  (select count(*) from silver.disputes where coalesce(livemode, true)),
  (select sum(chargebacks_count + inquiries_count) from gold.disputes_daily)
"""


def process(code: str, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        env={**os.environ, "VERMEIL_BATCH_BYTES": "200000"},
        stdout=subprocess.DEVNULL,
    )


def contents(lake: Lakehouse) -> dict[str, list[str]]:
    """What the tables say, apart from which batch it came with."""
    found = {}
    for name in lake.tables:
        rows = lake.table(name)
        kept = [column for column in rows.columns if column not in BOOKKEEPING]
        found[name] = sorted(str(row) for row in rows.select(*kept).toArrow().to_pylist())
    return found


@dataclass
class Story:
    """What was seen."""

    home: Path
    first: Mapping[str, list[str]] = field(default_factory=dict)
    watched: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    last: Mapping[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Story:
    home = tmp_path_factory.mktemp("story")
    simulate(ARCHIVE, home / "all", home / "truth")
    files = sorted(path for path in (home / "all").rglob("*") if path.is_file())
    told = Story(home)
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        put(files[: len(files) // 2], home)
        assert process(RUN, home).wait() == 0
        told.first = contents(lake)
        put(files, home)
        running = process(RUN, home)
        while running.poll() is None:
            told.watched.append(look(lake))
        assert running.returncode == 0
        told.watched.append(look(lake))
        told.last = contents(lake)
    return told


@pytest.fixture
def lake(story: Story, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": story.home}), all_tables(), spark)


def put(files: list[Path], home: Path) -> None:
    for file in files:
        target = home / "raw" / file.relative_to(home / "all")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)


def look(lake: Lakehouse) -> tuple[int, tuple[int, ...]]:
    reader = lake.released()
    assert reader.release
    return reader.release.number, tuple(reader.sql(TOGETHER).collect()[0])


def test_readers_of_a_run_see_one_moment_or_the_next_and_nothing_between(story: Story) -> None:
    assert len(story.watched) > 3, "the reader came too late to see anything"
    assert len({number for number, _ in story.watched}) == 2
    assert len(set(story.watched)) == 2, "one release, two answers"
    for _, (attempts, charges, recorded, listed, disputes, disputed) in story.watched:
        assert attempts == charges
        assert recorded == listed
        assert disputes == disputed
    assert story.watched[0] != story.watched[-1]


def test_a_restore_that_is_killed_is_not_seen_is_completed_and_caught_up_with(
    story: Story, lake: Lakehouse
) -> None:
    before = look(lake)
    assert process(KILLED_RESTORE, story.home).wait() == -signal.SIGKILL
    moment = restoring.pending(lake.uri)
    assert moment is not None
    half = contents(lake)
    assert half not in (story.first, story.last)
    assert look(lake) == before

    with lake.writing("vermeil status"):
        pass  # whoever writes next completes it
    assert restoring.pending(lake.uri) is None
    assert contents(lake) == story.first
    assert contents(lake.released()) == story.first
    assert audit(lake, lake.sources).balanced
    assert int(lake.note(ingest.RECORDS)["ingest_id"]) == int(lake.note(ingest.FILES)["ingest_id"])

    with lake.writing("vermeil run") as draft:
        draft.complete = True
        outcomes = list(flow.refresh(lake, lake.settings.raw_dir, lake.sources, accept_all))
    assert not any(outcome.failed for outcome in outcomes)
    assert contents(lake) == story.last
    assert contents(lake.released()) == story.last
    assert audit(lake, lake.sources).balanced
    assert [found.made_by.split()[1] for found in releases.newest_first(lake.uri)] == [
        "run",
        "restore",
        "run",
        "run",
    ]
