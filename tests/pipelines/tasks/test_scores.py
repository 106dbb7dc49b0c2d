"""gold.payment_scores: each version scores a payment once, if it came after training, and nothing is overwritten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.delta.commits import Replace
from pipelines.flow.gold import edition, refresh_gold
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.models.drift.reference import PROBABILITY
from pipelines.models.registry import Registry, Version
from pipelines.models.training.provenance import provenance
from pipelines.models.training.renewal import renew
from pipelines.settings import Settings, load_settings
from pipelines.table import Column, Table
from tests.pipelines.gold.silver_rows import frame
from tests.pipelines.models.history import TASK, day, history
from tests.pipelines.models.payments import NAMES, payments
from tests.pipelines.tasks.score_rows import label

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FEATURES, LABELS = TASK.features_table, TASK.labels_table
SCORES = all_tables()[TASK.table("scores")]
PERFORMANCE = all_tables()[TASK.table("performance_daily")]
DRIFT = all_tables()[TASK.table("drift_daily")]
KEPT = tuple(SCORES.column(name) for name in (
    "account", "charge_id", "date", "created_at", "currency", "amount_minor", "card_fingerprint", "customer_id",
))  # fmt: skip
TABLE = Table(
    name=FEATURES,
    doc="Features of payments, as the made-up history has them.",
    key=("account", "charge_id"),
    columns=(*KEPT, *(Column(name, "double", "A feature.") for name in NAMES)),
)
COUNT = 200
X, _ = payments(COUNT, seed=9)
FIRST, LAST = 70, 89
"""Days on which payments were made; the model was trained for one between them."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose registry has a version that serves."""
    home = tmp_path_factory.mktemp("trained")
    made = provenance({}, day(120))
    renew(TASK, history(), Registry(load_settings({"home": home})), made)
    return home


@pytest.fixture
def lake(settings: Settings, trained: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse with features and a model."""
    shutil.copytree(trained / "models", settings.home / "models")
    with Lakehouse(settings, {**all_tables(), FEATURES: TABLE}, spark) as lakehouse:
        yield lakehouse


def give(lake: Lakehouse, count: int = COUNT, x: np.ndarray = X) -> None:
    """Publish the features of so many payments."""
    moments = [day(FIRST + n % (LAST - FIRST + 1)) + timedelta(hours=12) for n in range(count)]
    columns: dict[str, Any] = {
        "account": ["acct_a"] * count,
        "charge_id": [f"ch_{n}" for n in range(count)],
        "date": [moment.date() for moment in moments],
        "created_at": pa.array(moments, pa.timestamp("us", "UTC")),
        "currency": ["USD"] * count,
        "amount_minor": list(range(count)),
        "card_fingerprint": [f"card_{n}" for n in range(count)],
        "customer_id": pa.nulls(count, pa.string()),
    }
    columns |= {name: pa.array(x[:count, place], from_pandas=True) for place, name in enumerate(NAMES)}
    lake.create(FEATURES)
    staged = lake.staging.write(FEATURES, "1", lake.spark.createDataFrame(pa.table(columns)))
    lake.publish(FEATURES, staged, Replace(), {})


def judge(lake: Lakehouse) -> None:
    """Publish labels of the payments that were scored, and how their scores have turned out."""
    labels = [label(charge, str(row["date"])) for (_, charge), row in scores(lake).items()]
    lake.create(LABELS)
    staged = lake.staging.write(LABELS, "1", frame(lake.spark, LABELS, labels))
    lake.publish(LABELS, staged, Replace(), dict(edition(lake, LABELS, None)))
    assert refresh_gold(lake, PERFORMANCE, accept_all).status == "published"


def refresh(lake: Lakehouse) -> Outcome:
    return refresh_gold(lake, SCORES, accept_all)


def scores(lake: Lakehouse) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = lake.table(SCORES.name).collect()
    return {(row["model_version"], row["charge_id"]): row.asDict() for row in rows}


def serving(lake: Lakehouse) -> Version:
    found = Registry(lake.settings).serving("fraud")
    assert found is not None
    return found


def test_payments_since_training_are_scored_as_the_model_scores_them(lake: Lakehouse) -> None:
    give(lake)
    assert refresh(lake).status == "published"
    version = serving(lake)
    since = version.tags["learnt_until"]
    young = [n for n in range(COUNT) if (day(FIRST + n % 20) + timedelta(hours=12)).isoformat() >= since]
    assert 0 < len(young) < COUNT
    found = scores(lake)
    assert set(found) == {(version.name, f"ch_{n}") for n in young}
    expected = version.model.predict(X)
    for n in young:
        row = found[version.name, f"ch_{n}"]
        assert row["probability"] == pytest.approx(expected[n], abs=1e-12)
        assert (row["role"], row["task"], row["amount_minor"]) == ("serving", "fraud", n)
        assert json.loads(row["input_versions"]) == {FEATURES: lake.version(FEATURES)}


def test_scoring_again_changes_nothing_and_later_payments_are_added(lake: Lakehouse) -> None:
    give(lake, COUNT - 20)
    refresh(lake)
    first = scores(lake)
    version = lake.version(SCORES.name)
    assert refresh(lake).status == "unchanged"
    assert lake.version(SCORES.name) == version
    give(lake, COUNT, X[::-1])  # other features of the same payments: what was said stays said
    assert refresh(lake).rows == sum(
        key[1] not in {f"ch_{n}" for n in range(COUNT - 20)} for key in scores(lake)
    )
    assert {key: row for key, row in scores(lake).items() if key in first} == first


def test_a_second_version_adds_its_scores_and_leaves_those_of_the_first(lake: Lakehouse) -> None:
    give(lake)
    refresh(lake)
    first = scores(lake)
    judge(lake)
    renewed = renew(replace(TASK, seed=1), history(seed=5), Registry(lake.settings), provenance({}, day(121)))
    assert renewed.version.name != serving(lake).name or renewed.decision.is_promoted
    outcome = refresh(lake)
    both = scores(lake)
    assert {key: row for key, row in both.items() if key in first} == first
    new = {key: row for key, row in both.items() if key not in first}
    assert len(new) == outcome.rows > 0
    assert {key[0] for key in new} == {renewed.version.name}
    assert {row["role"] for row in new.values()} == {"serving" if renewed.decision.is_promoted else "shadow"}
    assert refresh_gold(lake, PERFORMANCE, validate).status == "published"
    judged = lake.table(PERFORMANCE.name).select("model_version").distinct().collect()
    assert {row[0] for row in judged} == {key[0] for key in both}


def test_without_a_model_nothing_is_scored(settings: Settings, spark: SparkSession) -> None:
    with Lakehouse(settings, {**all_tables(), FEATURES: TABLE}, spark) as lake:
        give(lake, 3)
        assert refresh(lake).status == "unchanged"
        assert not lake.exists(SCORES.name)


def test_the_registry_keeps_how_probabilities_were_spread(lake: Lakehouse) -> None:
    assert set(serving(lake).references) == {*NAMES, PROBABILITY}


def test_a_batch_that_is_unlike_what_was_learnt_from_is_published_with_a_warning(lake: Lakehouse) -> None:
    x, _ = payments(1200, seed=9)
    x[:, 0] *= 9
    give(lake, len(x), x)
    outcome = refresh_gold(lake, SCORES, validate)
    assert outcome.status == "published"
    warned = {result.name: result.observed for result in outcome.verdict.warnings}
    assert "amount" in warned["features_as_learnt"]
    assert "noise" not in warned["features_as_learnt"]
    drift = refresh_gold(lake, DRIFT, validate)
    [warning] = [result for result in drift.verdict.warnings if result.name == "features_as_learnt"]
    assert "amount" in warning.observed
    assert refresh_gold(lake, DRIFT, validate).status == "unchanged"
