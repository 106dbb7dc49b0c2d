"""Killed anywhere and run again, a lakehouse in an object store is that of an undisturbed run.

The long form is in tests/soak.
"""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.settings import load_settings
from pipelines.simulate import Simulation
from tests.kills.harness import OWN_ENGINE, Json, serving
from tests.object_store.killing import Ground
from tests.object_store.server import Store

pytestmark = [
    pytest.mark.slow,
    OWN_ENGINE,
    pytest.mark.skipif(
        load_settings().engine != "embedded", reason="one engine's commits are made by delta-rs"
    ),
]

KILLS = 8
RUN: Json = {
    "do": "run",
    "only": ["bronze.records", "silver.quarantine", "silver.charges", "silver.refunds", "gold.audit"],
}


def test_killed_at_some_moments_and_run_again(store: Store, tmp_path: Path) -> None:
    chance = random.Random(11)
    with serving() as server:
        ground = Ground(tmp_path, store, server, RUN)
        ground.prepare(Simulation(days=1, payments_per_day=6, accounts=2))
        killed = 0
        for number in range(KILLS):
            killed += ground.kill("killed", chance).killed
            if number % 4 == 3:
                assert ground.faults("killed") == []
        assert killed >= KILLS / 2
        tokens = writers_of(store, "killed")
        assert tokens
        assert all(later >= earlier for one in tokens.values() for earlier, later in pairwise(one))


def writers_of(store: Store, name: str) -> dict[str, list[int]]:
    """The fencing tokens of each table's commits, oldest first."""
    found: dict[str, list[int]] = {}
    for entry in sorted((store.folder / name).glob("*/*/_delta_log/*.json")):
        for line in entry.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("commitInfo", {}).get("userMetadata")
            if text and "writer" in json.loads(text)["vermeil"]:
                found.setdefault(entry.parent.parent.name, []).append(json.loads(text)["vermeil"]["writer"])
    return found
