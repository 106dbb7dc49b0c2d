"""The long form of "killed anywhere" on an object store: two hundred kills of runs, at any moment."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.simulate import Simulation
from tests.kills.harness import OWN_ENGINE, Json, serving
from tests.object_store.conftest import store as store
from tests.object_store.killing import Ground
from tests.object_store.server import Store
from tests.soak.figures import Figures, seed_of, size_of

pytestmark = [pytest.mark.soak, OWN_ENGINE]

ARCHIVE = Simulation(days=2, payments_per_day=6, accounts=2)
RUN: Json = {
    "do": "run",
    "only": [
        "bronze.records", "silver.quarantine", "silver.charges", "silver.charge_history", "silver.refunds",
        "silver.disputes", "silver.balance_transactions", "gold.payments_daily", "gold.audit",
    ],
}  # fmt: skip
CHAIN = 12
"""Kills, at most, before a run may come to its end and what it left is looked at."""


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Iterator[Ground]:
    with serving() as server:
        found = Ground(tmp_path, store, server, RUN)
        found.prepare(ARCHIVE)
        yield found


def test_killed_at_any_moment_on_an_object_store_and_run_again(ground: Ground, figures: Figures) -> None:
    kills, seed = size_of("store_kills", 200), seed_of(17)
    chance = random.Random(seed)
    with figures.measured(1, "the pipeline on an object store killed, and run again", seed) as figure:
        chain = 0
        while figure.tried < kills:
            chain += 1
            name, met = f"killed-{chain}", 0
            while met < min(CHAIN, kills - figure.tried) and ground.kill(name, chance).killed:
                met += 1
            wrong = ground.faults(name)
            figure.tried += met
            figure.survived += 0 if wrong else met
            print(f"chain {chain}: {met} kills", *wrong, sep="\n  ", flush=True)
        print(ground.moments, flush=True)
