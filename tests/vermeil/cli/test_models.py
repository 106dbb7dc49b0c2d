"""The commands that train, score and list, from an empty home to a second model in the shadow of the first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.models.registry import Registry
from pipelines.report.models import read_facts, render, versions
from pipelines.settings import load_settings
from pipelines.tasks.fraud import TASK as FRAUD
from tests import trained_payments
from tests.vermeil.cli.running import as_json, vermeil

MADE_FROM_SCORES = (
    "gold.model_drift_daily",
    "gold.model_performance_daily",
    "gold.payment_decisions",
    "gold.rule_performance",
    "gold.threshold_tradeoffs",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with more than half a year of payments, of which most have matured."""
    folder = tmp_path_factory.mktemp("home")
    with Lakehouse(load_settings({"home": folder}), all_tables()) as lake:
        trained_payments.publish(lake, days=230)
    return folder


@pytest.fixture(scope="module")
def first(home: Path) -> dict[str, Any]:
    """What the training of the first model printed."""
    found: dict[str, Any] = as_json("train", "--home", home, "--family", "logistic")
    return found


def test_the_first_model_serves_if_it_is_better_than_chance(first: dict[str, Any]) -> None:
    assert first["promoted"] is True
    assert first["decision"].startswith("the first model: average precision")
    assert first["test_payments"] > first["test_frauds"] >= 10
    assert first["families"]["logistic"]["test"]["roc_auc"] > 0.8
    assert first["tables"] == dict.fromkeys(sorted(trained_payments.TABLES), 1)


def test_the_serving_model_scores_what_it_has_not_learnt_from_once(home: Path, first: dict[str, Any]) -> None:
    done = as_json("score", "--home", home)
    assert done["failed"] == []
    # Side by side, in the order in which they are done.
    assert sorted(row["table"] for row in done["published"]) == sorted(
        ["gold.payment_scores", *MADE_FROM_SCORES]
    )
    published = {row["table"]: row["rows"] for row in done["published"]}
    query = "select model_version, count(*) as scored, min(created_at) as since from gold.payment_scores group by 1"
    (scored,) = json.loads(vermeil("sql", query, "--home", home, "--format", "json").stdout)
    assert scored["model_version"] == first["version"]
    assert scored["scored"] == published["gold.payment_scores"] > first["test_payments"]
    assert "Nothing new" in vermeil("score", "--home", home).stdout


def test_a_model_that_is_no_better_shadows_the_one_that_serves(home: Path, first: dict[str, Any]) -> None:
    second = as_json("train", "--home", home, "--family", "logistic")
    assert second["promoted"] is False
    assert "needed margin 0.01" in second["decision"]
    newest, oldest = as_json("models", "--home", home)
    assert (newest["version"], newest["roles"]) == (second["version"], ["shadow"])
    assert (oldest["version"], oldest["roles"]) == (first["version"], ["serving"])
    shown = vermeil("models", "--home", home).stdout
    assert f"{first['version']} promoted: the first model" in shown
    assert f"{second['version']} not promoted: " in shown


def test_both_versions_score_and_the_page_about_models_has_the_figures_of_both(home: Path) -> None:
    assert as_json("score", "--home", home)["failed"] == []
    with Lakehouse(load_settings({"home": home}), all_tables()) as lake:
        shown = versions(Registry(lake.settings), FRAUD.name)
        found = read_facts(lake.released(), FRAUD, shown)
    names = {version.name for version in shown}
    assert [version.role for version in shown] == ["serving", "shadow"]
    for frame in (found.performance, found.spread, found.drift, found.moves):
        assert set(frame["model_version"]) == names
    assert found.drift.groupby("model_version")["date"].nunique().eq(1).all()
    assert "drift-columns" in render(found, datetime(2026, 11, 25, tzinfo=UTC))


def test_what_cannot_be_trained_says_why(home: Path, tmp_path: Path) -> None:
    with Lakehouse(load_settings({"home": tmp_path}), all_tables()) as lake:
        trained_payments.publish(lake, days=150, payments_per_day=2)
    short = vermeil("train", "--home", tmp_path)
    assert short.exit_code == 1
    assert (
        "60 whole days of payments with matured labels, 2026-01-01 to 2026-03-02; training needs 126"
        in short.stderr
    )
    unknown = vermeil("train", "--home", home, "--family", "forrest")
    assert (unknown.exit_code, unknown.stderr.split(":")[1].strip()) == (2, "--family forrest")
    assert "logistic" in unknown.stderr
    other = vermeil("models", "--home", home, "--task", "churn")
    assert other.exit_code == 2
    assert "'churn' is no task; there are: fraud" in other.stderr


@pytest.mark.parametrize(
    ("command", "todo"), [("train", "'vermeil run' fills it"), ("score", "'vermeil train' trains one")]
)
def test_an_empty_home_says_what_comes_first(tmp_path: Path, command: str, todo: str) -> None:
    result = vermeil(command, "--home", tmp_path)
    assert result.exit_code == 1
    assert todo in result.stderr
    assert vermeil("models", "--home", tmp_path).stdout.startswith("No model was trained yet")
