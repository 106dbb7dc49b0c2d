"""What is kept of a training, what serves and what shadows, from a first model to its successor."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import ModelError
from pipelines.models.drift.reference import PROBABILITY
from pipelines.models.families.arrays import Floats
from pipelines.models.registry import Registry
from pipelines.models.training.examples import Examples
from pipelines.models.training.promotion import Decision
from pipelines.models.training.provenance import Provenance, provenance
from pipelines.models.training.renewal import Renewal, renew
from pipelines.models.training.training import train
from pipelines.settings import load_settings
from tests.pipelines.models.history import TASK, history
from tests.pipelines.models.payments import NAMES

MADE = Provenance(
    {"gold.training_fraud": 7, "silver.charges": 12}, "0.1.0", "abc", datetime(2026, 5, 1, tzinfo=UTC)
)
PAST = history()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def first(home: Path) -> Renewal:
    """The first model, which serves."""
    return renew(TASK, PAST, Registry(load_settings({"home": home})), MADE)


@pytest.fixture
def registry(first: Renewal, home: Path, tmp_path: Path) -> Registry:
    """A registry that holds the first model, in a home that was moved since."""
    shutil.copytree(home / "models", tmp_path / "models")
    return Registry(load_settings({"home": tmp_path}))


def rows() -> Floats:
    return PAST.x[:200]


def test_a_home_without_models_has_none_and_starts_nothing(tmp_path: Path) -> None:
    empty = Registry(load_settings({"home": tmp_path}))
    assert (empty.serving("fraud"), empty.shadow("fraud"), empty.versions("fraud")) == (None, None, ())
    assert list(tmp_path.iterdir()) == []


def test_the_first_model_serves_if_it_is_better_than_chance(first: Renewal) -> None:
    assert first.decision.is_promoted
    assert first.version.aliases == ("serving",)
    assert first.version.decision == first.decision
    assert first.version.name == f"fraud-1-{first.version.digest[:8]}"


def test_what_serves_predicts_as_it_did_when_it_was_trained(first: Renewal, registry: Registry) -> None:
    serving = registry.serving("fraud")
    assert serving is not None
    assert serving.model.feature_names == NAMES
    assert np.array_equal(serving.model.predict(rows()), first.trained[0].model.predict(rows()))
    assert set(serving.references) == {*NAMES, PROBABILITY}


def test_a_version_says_what_it_was_made_from(first: Renewal) -> None:
    version = first.version
    assert version.tables == MADE.tables
    kept = {name: version.tags[name] for name in ("code_version", "git_commit", "seed", "family")}
    assert kept == {"code_version": "0.1.0", "git_commit": "abc", "seed": "0", "family": "logistic"}
    assert "| `gold.training_fraud` | version 7 |" in version.card
    assert "## Limits" in version.card


def test_the_run_holds_parameters_figures_and_plots(first: Renewal, home: Path) -> None:
    with closing(sqlite3.connect(home / "models" / "mlflow.db")) as store:
        params = dict(store.execute("select key, value from params").fetchall())
        figures = dict(store.execute("select key, value from latest_metrics").fetchall())
    assert params["C"] == str(first.trained[0].params["C"])
    assert figures["test.average_precision"] == first.trained[0].figures()["average_precision"]
    assert "validation.roc_auc" in figures
    page = (first.version.folder.parent / "plots.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert "plotly" in page


def test_a_version_has_its_test_figures_with_the_counts_behind_them(
    first: Renewal, registry: Registry
) -> None:
    figures, last = registry.figures(first.version), first.trained[0].results[-1]
    assert (figures["payments"], figures["frauds"]) == (last.judged_count, last.judged_fraud_count)
    assert figures["roc_auc"] == pytest.approx(last.figures["roc_auc"])


def test_no_file_of_a_version_can_carry_code(first: Renewal) -> None:
    names = {path.suffix for path in first.version.folder.rglob("*") if path.is_file()}
    assert names <= {".json", ".md", ".skops", ".safetensors"}


def test_a_model_that_is_no_better_shadows_the_one_that_serves(first: Renewal, registry: Registry) -> None:
    again = renew(TASK, PAST, registry, MADE)
    assert not again.decision.is_promoted
    assert "not better by the margin" in again.decision.reason
    serving, shadow = registry.serving("fraud"), registry.shadow("fraud")
    assert serving is not None
    assert shadow is not None
    assert (serving.number, shadow.number) == (1, 2)
    assert [version.number for version in registry.versions("fraud")] == [1, 2]
    assert shadow.decision == again.decision


def test_a_model_that_is_better_by_the_margin_serves_and_its_predecessor_stays(
    registry: Registry,
) -> None:
    # The second one is allowed to see what the first one was not: the hour, the declines.
    blind = replace(PAST, feature_names=NAMES[3:], x=PAST.x[:, 3:])
    weak = registry.decided(registry.record(train(TASK, blind), MADE), _yes())
    assert weak.aliases == ("serving",)
    better = renew(TASK, PAST, registry, MADE)
    assert better.decision.is_promoted
    assert better.decision.serving is not None
    assert (better.decision.challenger or 0) > better.decision.serving + TASK.promotion.margin
    assert registry.version("fraud", weak.number).aliases == ()
    assert registry.shadow("fraud") is None


def test_a_serving_model_whose_features_are_gone_is_followed_by_one_that_can_be_used(
    registry: Registry,
) -> None:
    fewer = replace(PAST, feature_names=NAMES[:3], x=PAST.x[:, :3])
    found = renew(TASK, fewer, registry, MADE)
    assert found.decision.is_promoted
    assert "cannot be used: model: the training table has no days_since_first, noise" in found.decision.reason


def test_a_serving_model_that_has_learnt_from_the_days_that_judge_is_not_beaten_by_them(
    registry: Registry,
) -> None:
    # Of a history that is shorter than the one before, the last days were learnt from.
    shorter = PAST.where(PAST.days < PAST.days[0] + 100)
    cut = replace(shorter, is_settled=shorter.y | (shorter.days < shorter.days[0] + 85))
    found = renew(TASK, cut, registry, MADE)
    assert not found.decision.is_promoted
    assert "not comparable" in found.decision.reason


def test_files_that_were_changed_are_not_loaded(registry: Registry) -> None:
    version = registry.version("fraud", 1)
    file = version.folder / "calibration.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "intercept": 9.0}))
    with pytest.raises(ModelError, match=r"fraud-1-\w+: the files in .* are not those that were registered"):
        _ = version.model


def test_a_version_that_is_not_there_is_named_with_those_that_are(registry: Registry) -> None:
    with pytest.raises(ModelError, match=r"fraud: no version 9 .*there are: 1"):
        registry.version("fraud", 9)


def test_nothing_is_kept_of_a_training_that_fails(registry: Registry) -> None:
    short: Examples = PAST.where(PAST.days < PAST.days[0] + 30)
    with pytest.raises(ModelError, match="whole days of payments with matured labels"):
        renew(TASK, short, registry, MADE)
    assert len(registry.versions("fraud")) == 1


def test_it_is_quiet(registry: Registry, capfd: pytest.CaptureFixture[str]) -> None:
    assert registry.serving("fraud") is not None
    assert logging.getLogger("mlflow").level == logging.WARNING
    assert capfd.readouterr() == ("", "")


def test_mlflow_and_the_families_are_imported_when_they_are_needed() -> None:
    heavy = ("mlflow", "sklearn", "xgboost", "torch", "skops", "shap")
    program = (
        "import sys, pipelines.models.training.renewal, pipelines.tasks.fraud;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_code_names_itself() -> None:
    made = provenance({"gold.training_fraud": 1}, MADE.trained_at)
    assert made.code_version
    assert made.git_commit is None or len(made.git_commit) == 40


def _yes() -> Decision:
    return Decision(True, "for the test", "average_precision", 0.01, "", 0, None, None)
