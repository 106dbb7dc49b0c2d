"""The long form of "killed anywhere" where a model serves: no payment is scored twice, and none is left out."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import simulate
from tests import trained_payments
from tests.kills.harness import OWN_ENGINE, Server, serving, unreleased
from tests.same_rows import BOOKKEEPING, differing, rows_at
from tests.soak.figures import Figures, seed_of, size_of
from tests.soak.test_killed_upkeep import ARCHIVE, AUDIT, RUN, ground
from vermeil.cli import model_commands

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.soak, OWN_ENGINE]

KILLS = size_of("scoring_kills", 40)
SEED = seed_of(7)
WHEN = {"scored_at", "input_versions"}
"""When a score was given, and from which versions: a run that was killed gave some of them earlier."""


@pytest.fixture
def models(
    tmp_path_factory: pytest.TempPathFactory, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A registry with a version that serves, trained on the year before the archive."""
    home = tmp_path_factory.mktemp("trained")
    monkeypatch.setattr(trained_payments, "BEGIN", dt.date(2025, 3, 1))
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        trained_payments.publish(lake, days=230)
        assert model_commands.train(lake, "fraud", families=["logistic"]).decision.is_promoted
    return home / "models"


@pytest.fixture
def server(models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("VERMEIL_MODELS", str(models))
    with serving() as found:
        yield found


def test_a_run_that_scores_killed_and_done_again(server: Server, tmp_path: Path, figures: Figures) -> None:
    raw, start, expected = tmp_path / "raw", tmp_path / "start", tmp_path / "undisturbed"
    simulate(ARCHIVE, raw, tmp_path / "truth")
    for file in sorted(path for path in raw.rglob("*") if path.is_file())[::2]:
        (target := start / "raw" / file.relative_to(raw)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    server.whole(start, RUN)
    found, chance = ground(server, tmp_path, start, RUN), Random(SEED)
    given = [rows_at(home / "lakehouse" / "gold" / "payment_scores").total() for home in (start, expected)]
    assert 0 < given[0] < given[1]
    late = [moment for moment in found.moments if " gold." in moment]
    moments = chance.sample(late, min(KILLS, len(late)))
    with figures.measured(1, "a run that scores payments killed, and run again", SEED) as figure:
        for home in found.killed(moments, chance):
            figure.tried += 1
            wrong = [] if server.whole(home, RUN, AUDIT, raw=raw).balanced else ["the audit does not balance"]
            wrong += differing(home / "lakehouse", expected / "lakehouse", {*BOOKKEEPING, *WHEN})
            wrong += unreleased(home / "lakehouse")
            figure.survived += not wrong
            print(*wrong, sep="\n", flush=True)
