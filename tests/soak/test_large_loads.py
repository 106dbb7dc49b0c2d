"""First loads of more records than other tests have: what is staged of them has many pages, in any order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.simulate import Simulation, simulate
from tests.engine_runs import done
from tests.soak.figures import Figures, size_of

pytestmark = pytest.mark.soak

ARCHIVE = Simulation(days=60, payments_per_day=500)
LOADS = 3
"""Of the loads that failed on such an archive, not every one did: threads write what is staged."""


def test_large_first_loads_balance(tmp_path: Path, figures: Figures) -> None:
    simulate(ARCHIVE, tmp_path / "raw", tmp_path / "truth")
    with figures.measured(3, "a first load of 30,000 payments, whose audit balances") as figure:
        for number in range(size_of("large_loads", LOADS)):
            home = tmp_path / str(number)
            figure.tried += 1
            done("embedded", home, "run", "--raw", str(tmp_path / "raw"))
            done("embedded", home, "audit")
            figure.survived += 1
            shutil.rmtree(home)
