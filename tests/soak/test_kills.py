"""The long form of "killed anywhere": at every change of the disk, within calls, and at random times."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.simulate import Simulation, simulate
from tests.kills.choosing import Moments
from tests.kills.harness import OWN_ENGINE, Ended, Json, Server, faults, serving
from tests.soak.figures import Figures, seed_of, size_of

pytestmark = [pytest.mark.soak, OWN_ENGINE]

ARCHIVE = Simulation(days=4, payments_per_day=6, accounts=2)
CHAIN = 12
"""Kills, at most, before a run may come to its end and what it left is looked at."""


@dataclass
class Ground:
    """What the runs of one test are killed on, and compared with.

    Attributes:
        base: holds the homes.
        server: forks the runs.
        run: what one run does.
        moments: at which runs are killed; those of an undisturbed run, once there was one.
    """

    base: Path
    server: Server
    run: Json
    moments: Moments = field(init=False)

    @property
    def whole(self) -> Path:
        """Home of the undisturbed run."""
        return self.base / "whole"

    @property
    def raw(self) -> Path:
        return self.whole / "raw"

    def prepare(self) -> None:
        """Write the archive, run undisturbed over half of it and over all of it, and note the moments."""
        simulate(ARCHIVE, self.raw, self.base / "truth")
        half = self.base / "half"
        shutil.copytree(self.raw, half / "raw")
        files = sorted(path for path in (half / "raw").rglob("*") if path.is_file())
        for file in files[1::2]:
            file.unlink()
        self.server.whole(half, self.run)
        self.moments = Moments.of(self.server.whole(self.whole, self.run, watch=True))

    def start(self, kind: str, home: Path) -> Json:
        """A home to kill runs in, and what these do."""
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        if kind != "empty":
            shutil.copytree((self.base / kind) / "lakehouse", home / "lakehouse")
        return {**self.run, "full": ["silver.charges", "silver.payouts"]} if kind == "whole" else self.run

    def kill(self, home: Path, run: Json, chance: random.Random) -> Ended:
        """One run, killed at a moment that was not met yet, or at any time."""
        how = self.moments.next(chance, share=0.7)
        ended = self.server.do(home, run, raw=self.raw, **how)
        self.moments.count(how, ended)
        return ended


@pytest.fixture(params=["without checks", "with checks"])
def ground(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ground]:
    checked = request.param == "with checks"
    with serving(*(["--checks"] if checked else [])) as server:
        found = Ground(tmp_path, server, {"do": "checked run" if checked else "run"})
        found.prepare()
        yield found


def test_killed_at_any_moment_and_run_again(ground: Ground, figures: Figures) -> None:
    checked = ground.run["do"] == "checked run"
    kills = size_of("kills", 250) // (10 if checked else 1)
    seed = seed_of(7)
    chance = random.Random(seed)
    what = f"the pipeline{' and its checks' if checked else ''} killed, and run again"
    kinds = ("half",) if checked else ("empty", "half", "whole")
    with figures.measured(1, what, seed) as figure:
        chain = 0
        while figure.tried < kills:
            kind = kinds[chain % len(kinds)]
            chain += 1
            found = _chain(ground, kind, chance, min(CHAIN, kills - figure.tried))
            figure.tried += found.kills
            figure.survived += 0 if found.faults else found.kills
            print(
                f"chain {chain}, {kind}: {found.kills} kills, last at {found.last}", *found.faults, sep="\n  "
            )
        print(ground.moments, flush=True)


@dataclass(frozen=True)
class Chain:
    """Kills one after another on one lakehouse, and what was wrong with it after the run that followed."""

    kills: int
    last: str | None
    faults: list[str]


def _chain(ground: Ground, kind: str, chance: random.Random, longest: int) -> Chain:
    home = ground.base / "killed"
    run = ground.start(kind, home)
    kills, last = 0, None
    while kills < longest:
        ended = ground.kill(home, run, chance)
        if not ended.killed:
            break
        kills, last = kills + 1, ended.at or "a random time"
    ended = ground.server.do(home, ground.run, {"do": "audit"}, raw=ground.raw)
    if ended.code or not ended.balanced:
        return Chain(kills, last, [ended.error or "the audit does not balance"])
    return Chain(kills, last, faults(home, ground.whole))
