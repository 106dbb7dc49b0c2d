"""The long form of "killed anywhere" for what is not a run: a maintenance and a replay, each done again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from deltalake import DeltaTable

from pipelines.delta import releases
from pipelines.simulate import Simulation, simulate
from tests.kills.choosing import Moments
from tests.kills.harness import OWN_ENGINE, Json, Server, faults, serving
from tests.same_rows import differing, tables_at
from tests.soak.figures import Figures, seed_of, size_of

pytestmark = [pytest.mark.soak, OWN_ENGINE]

ARCHIVE = Simulation(days=4, payments_per_day=6, accounts=2)
KILLS = size_of("upkeep_kills", 40)
SEED = seed_of(7)
RUN: Json = {"do": "run"}
AUDIT: Json = {"do": "audit"}


@dataclass(frozen=True)
class Ground:
    """A lakehouse that something is killed on.

    Attributes:
        server: forks what is killed.
        base: holds the homes.
        start: home with what it starts from.
        step: what is killed.
        moments: at which it may be killed.
    """

    server: Server
    base: Path
    start: Path
    step: Json
    moments: Sequence[str]

    @property
    def raw(self) -> Path:
        return self.base / "raw"

    def killed(self, moments: Sequence[str], chance: Random) -> Iterator[Path]:
        """Copies of the home in which it was killed at these moments, as far as it lived to see them."""
        for moment in moments:
            home = copied(self.start, self.base / "killed")
            ended = self.server.do(
                home, self.step, raw=self.raw, watch=True, wanted=[moment], seed=chance.getrandbits(32)
            )
            assert ended.killed or ended.code == 0, ended.error
            if ended.killed:
                print(f"killed {moment}", flush=True)
                yield home

    def again(self, home: Path, *more: Json) -> bool:
        """Do it again, to its end, and then more; whether the audit balances."""
        return bool(self.server.whole(home, self.step, *more, AUDIT, raw=self.raw).balanced)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    simulate(ARCHIVE, tmp_path / "raw", tmp_path / "truth")
    return tmp_path / "raw"


def copied(home: Path, other: Path) -> Path:
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(home / "lakehouse", other / "lakehouse")
    return other


def ground(server: Server, base: Path, start: Path, step: Json) -> Ground:
    """The moments that an undisturbed one goes through, and the calls between them."""
    ended = server.whole(copied(start, base / "undisturbed"), step, raw=base / "raw", watch=True)
    return Ground(server, base, start, step, list(Moments.of(ended).met))


def test_a_maintenance_killed_and_done_again(
    raw: Path, server: Server, tmp_path: Path, figures: Figures
) -> None:
    start, chance = tmp_path / "start", Random(SEED)
    files = sorted(path for path in raw.rglob("*") if path.is_file())
    for number in range(1, 4):
        for file in files[: len(files) * number // 3]:
            (target := start / "raw" / file.relative_to(raw)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
        server.whole(start, RUN)
    found = ground(server, tmp_path, start, {"do": "maintenance"})
    moments = chance.sample(found.moments, min(KILLS, len(found.moments)))
    with figures.measured(13, "a maintenance killed, done again, and a run after it", SEED) as figure:
        for home in found.killed(moments, chance):
            figure.tried += 1
            wrong = differing(home / "lakehouse", start / "lakehouse")
            server.whole(home, found.step, raw=raw)
            if not server.whole(home, RUN, AUDIT, raw=start / "raw").balanced:
                wrong.append("the audit does not balance")
            wrong += faults(home, start)
            figure.survived += not wrong
            print(*wrong, sep="\n", flush=True)


def test_a_replay_killed_and_done_again(raw: Path, server: Server, tmp_path: Path, figures: Figures) -> None:
    right, start, chance = tmp_path / "right", tmp_path / "start", Random(SEED)
    server.whole(right, RUN, raw=raw)
    server.whole(start, RUN, raw=raw, broken=True)
    found = ground(server, tmp_path, start, {"do": "replay"})
    assert differing(tmp_path / "undisturbed" / "lakehouse", right / "lakehouse") == []
    moments = chance.sample(found.moments, min(KILLS, len(found.moments)))
    with figures.measured(4, "a replay killed, asked for again, and a run after it", SEED) as figure:
        for home in found.killed(moments, chance):
            figure.tried += 1
            wrong = [] if found.again(home) else ["the audit does not balance"]
            wrong += differing(home / "lakehouse", right / "lakehouse")
            wrong += torn(home)
            server.whole(home, RUN, raw=raw)
            wrong += faults(home, right)
            figure.survived += not wrong
            print(*wrong, sep="\n", flush=True)


def torn(home: Path) -> list[str]:
    """Tables that readers see as they were, where they see others as they are."""
    last = releases.latest(str(home / "lakehouse"))
    assert last
    now = {name: DeltaTable(folder).version() for name, folder in tables_at(home / "lakehouse").items()}
    old = [name for name, version in now.items() if last.versions.get(name) != version]
    return [
        f"{name} is seen as it was, beside others as they are"
        for name in old
        if last.made_by == "vermeil replay"
    ]
