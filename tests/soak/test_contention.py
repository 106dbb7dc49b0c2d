"""The long form of "two writers, many readers" and of going back: runs contend and are killed, readers look on."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.delta import releases
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from pipelines.upkeep import restoring
from tests.contention import KILLED_RESTORE, RUN, Look, agree, contents, look, process, put
from tests.kills.harness import OWN_ENGINE
from tests.soak.figures import Figures, seed_of, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.soak, OWN_ENGINE]

ROUNDS = size_of("contentions", 20)
RESTORES = size_of("restores", 10)
SEED = seed_of(7)
WRITERS = 3
ARCHIVE = Simulation(seed=11, days=6, payments_per_day=12, accounts=3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    simulate(ARCHIVE, tmp_path / "all", tmp_path / "truth")
    return tmp_path


@pytest.fixture
def lake(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home, "wait": 600}), all_tables(), spark)


def files(home: Path) -> list[Path]:
    return sorted(path for path in (home / "all").rglob("*") if path.is_file())


def bring_up_to_date(lake: Lakehouse) -> None:
    with lake.writing("vermeil run") as draft:
        draft.complete = True
        done = flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep))
        assert not any(outcome.failed for outcome in done)


def test_readers_see_one_moment_while_runs_contend_and_die(
    home: Path,
    lake: Lakehouse,
    tmp_path: Path,
    spark: SparkSession,
    figures: Figures,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERMEIL_WAIT", "600")
    chance, everything = Random(SEED), files(home)
    share = max(1, len(everything) // (ROUNDS + 1))
    put(everything[:share], home)
    bring_up_to_date(lake)
    answers: dict[int, Look] = {}
    with figures.measured(8, "a look at six tables while runs contend and one is killed", SEED) as figure:
        for number in range(1, ROUNDS + 1):
            put(everything[: share * (number + 1)], home)
            writers = [process(RUN, home) for _ in range(WRITERS)]
            victim, moment = chance.choice(writers), time.monotonic() + chance.uniform(1, 15)
            while any(writer.poll() is None for writer in writers):
                if time.monotonic() > moment:
                    victim.kill()
                seen = look(lake)
                figure.tried += 1
                figure.survived += agree(seen) and answers.setdefault(seen[0], seen) == seen
            assert all(writer.returncode == 0 for writer in writers if writer is not victim)
        put(everything, home)
        bring_up_to_date(lake)
        assert contents(lake) == contents(undisturbed(everything, home, tmp_path / "undisturbed", spark))


def undisturbed(everything: list[Path], home: Path, other: Path, spark: SparkSession) -> Lakehouse:
    (other / "all").parent.mkdir()
    (other / "all").symlink_to(home / "all")
    put([other / "all" / file.relative_to(home / "all") for file in everything], other)
    lake = Lakehouse(load_settings({"home": other}), all_tables(), spark)
    bring_up_to_date(lake)
    return lake


def test_a_restore_that_is_killed_anywhere_is_completed_and_caught_up_with(
    home: Path, lake: Lakehouse, figures: Figures
) -> None:
    chance, everything = Random(SEED), files(home)
    put(everything[: len(everything) // 2], home)
    bring_up_to_date(lake)
    first = contents(lake)
    put(everything, home)
    bring_up_to_date(lake)
    last = contents(lake)
    with figures.measured(
        13, "a restore killed between two tables, completed, and caught up with", SEED
    ) as figure:
        for _ in range(RESTORES):
            before = look(lake)
            changing = sum(
                step.changes for step in restoring.steps(lake, list(releases.newest_first(lake.uri))[-1])
            )
            process(KILLED_RESTORE, home, str(chance.randrange(changing))).wait()
            unseen = look(lake) == before
            with lake.writing("vermeil status"):
                pass
            back = contents(lake) == first and contents(lake.released()) == first
            bring_up_to_date(lake)
            figure.tried += 1
            figure.survived += unseen and back and contents(lake) == last
