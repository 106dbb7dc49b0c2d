"""Runs on an object store that are killed, run again, and held against one that was not."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.delta import releases
from pipelines.simulate import Simulation, simulate
from tests.kills.choosing import Moments
from tests.kills.harness import Ended, Json, Server
from tests.object_store.server import Store
from tests.object_store.uploads import upload
from tests.same_rows import differing, tables_at

BOOKKEEPING = frozenset({"ingest_id", "digest"})


@dataclass
class Ground:
    """What runs are killed on: lakehouses and raw files in one object store.

    Attributes:
        base: holds the homes.
        store: the object store.
        server: forks the runs.
        run: what one run does.
        moments: at which runs are killed; those of an undisturbed run, once there was one.
    """

    base: Path
    store: Store
    server: Server
    run: Json
    moments: Moments = field(init=False)

    def prepare(self, archive: Simulation) -> None:
        """Bring the archive in, run undisturbed over it, and note the moments."""
        simulate(archive, self.base / "raw", self.base / "truth")
        upload(self.base / "raw", self.store.url("raw"))
        ended = self.done("whole", self.run, watch=True)
        assert ended.code == 0, ended.error
        self.moments = Moments.of(ended)

    def done(self, name: str, *steps: Json, home: str | None = None, **how: object) -> Ended:
        """Steps on one lakehouse, with a home of its own or another's."""
        environment = {
            **self.store.environment,
            "VERMEIL_LAKEHOUSE": self.store.url(name),
            "VERMEIL_WAIT": "30",
        }
        return self.server.do(
            self.base / (home or name),
            *steps,
            raw=self.store.url("raw"),
            environment=environment,
            watched=str(self.store.folder / name),
            **how,
        )

    def kill(self, name: str, chance: random.Random) -> Ended:
        """One run, killed at a moment that was not met yet, or at any time."""
        how = self.moments.next(chance, share=0.85)
        ended = self.done(name, self.run, **how)
        self.moments.count(how, ended)
        return ended

    def faults(self, name: str) -> list[str]:
        """What is wrong with a lakehouse after a run to the end; empty for a sound one."""
        ended = self.done(name, self.run, {"do": "audit"})
        if ended.code or not ended.balanced:
            return [ended.error or "the audit does not balance"]
        folder = self.store.folder / name
        found = [f"{table} differs" for table in differing(folder, self.store.folder / "whole", BOOKKEEPING)]
        last = releases.latest(self.store.url(name))
        if last is None or set(last.versions) != set(tables_at(folder)):
            found.append("what was written is not released")
        left = list((self.base / name / "staging").rglob("*.parquet"))
        return found + [f"{path} is left" for path in left]
