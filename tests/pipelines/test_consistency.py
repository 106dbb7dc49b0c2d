"""One story with real processes: a run that is watched, a restore that is killed, and a run that catches up."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.delta import intent, releases
from pipelines.erasure.redactions import sweep
from pipelines.flow import ingest
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.contention import KILLED_RESTORE, RUN, Look, agree, contents, look, process, put

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.engine, pytest.mark.slow]

LOOKED_AT = (
    "bronze.records", "silver.charges", "silver.disputes", "silver.quarantine", "gold.audit", "gold.payments_daily",
    "gold.disputes_daily",
)  # fmt: skip
ONLY = LOOKED_AT if load_settings().engine == "spark" else ()
"""All tables, but on Apache Spark those that the test looks at: each commit takes a second there."""

ARCHIVE = Simulation(seed=11, days=3, payments_per_day=8, accounts=2)


@dataclass
class Story:
    """What was seen."""

    home: Path
    first: Mapping[str, list[str]] = field(default_factory=dict)
    watched: list[Look] = field(default_factory=list)
    last: Mapping[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Story:
    home = tmp_path_factory.mktemp("story")
    simulate(ARCHIVE, home / "all", home / "truth")
    files = sorted(path for path in (home / "all").rglob("*") if path.is_file())
    told = Story(home)
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        put(files[: len(files) // 2], home)
        assert process(RUN, home, *ONLY).wait() == 0
        told.first = contents(lake)
        put(files, home)
        running = process(RUN, home, *ONLY)
        while running.poll() is None:
            told.watched.append(look(lake))
            time.sleep(0.2)  # a reader that never rests only slows the run that it watches
        assert running.returncode == 0
        told.watched.append(look(lake))
        told.last = contents(lake)
    return told


@pytest.fixture
def lake(story: Story, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": story.home}), all_tables(), spark)


def test_readers_of_a_run_see_one_moment_or_the_next_and_nothing_between(story: Story) -> None:
    assert len(story.watched) > 3, "the reader came too late to see anything"
    assert len({number for number, _ in story.watched}) == 2
    assert len(set(story.watched)) == 2, "one release, two answers"
    assert all(agree(seen) for seen in story.watched)
    assert story.watched[0] != story.watched[-1]


def test_a_restore_that_is_killed_is_not_seen_is_completed_and_caught_up_with(
    story: Story, lake: Lakehouse
) -> None:
    before = look(lake)
    assert process(KILLED_RESTORE, story.home, "2").wait() == -signal.SIGKILL
    assert intent.pending(lake.uri) is not None
    half = contents(lake)
    assert half not in (story.first, story.last)
    assert look(lake) == before

    with lake.writing("vermeil status"):
        pass  # whoever writes next completes it
    assert intent.pending(lake.uri) is None
    assert contents(lake) == story.first
    assert contents(lake.released()) == story.first
    assert audit(lake).balanced
    assert int(lake.note(ingest.RECORDS)["ingest_id"]) == int(lake.note(ingest.FILES)["ingest_id"])

    with lake.writing("vermeil run") as draft:
        draft.complete = True
        outcomes = list(flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=ONLY)))
    assert not any(outcome.failed for outcome in outcomes)
    assert contents(lake) == story.last
    assert contents(lake.released()) == story.last
    assert audit(lake).balanced
    assert [found.made_by.split()[1] for found in releases.newest_first(lake.uri)] == [
        "run",
        "restore",
        "run",
        "run",
    ]
