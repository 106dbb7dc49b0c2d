"""A task is one module: that of the how-to has its tables, checks, assets, commands and page by itself alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetCheckKey

import pipelines.tasks
from assets.definitions import definitions
from assets.tables.spec import asset_key, model_key
from expectations import suites, validate
from pipelines import catalog
from pipelines.catalog import all_tables, declared
from pipelines.errors import ModelError
from pipelines.flow.gold import refresh_gold
from pipelines.lakehouse import Lakehouse
from pipelines.models.registry import Registry
from pipelines.settings import load_settings
from pipelines.tasks import all_tasks, fraud, task
from pipelines.tasks.shared.performance import performance
from tests import trained_payments
from tests.test_docs import HOW_TO, blocks
from tests.vermeil.cli.running import as_json, vermeil

TABLES = (
    "gold.refund_labels",
    "gold.training_refund",
    "gold.refund_scores",
    "gold.refund_drift_daily",
    "gold.refund_performance_daily",
)
SAID = {"fraud": "refund", "legitimate": "kept", "unknown": "unknown"}


def forget_what_is_declared() -> None:
    for found in (catalog.declared, catalog.all_tables, all_tasks, suites):
        found.cache_clear()


def put_beside(folder: Path, name: str, text: str, patch: pytest.MonkeyPatch) -> None:
    """Write a module of a task, and let it be found."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    patch.setattr(pipelines.tasks, "__path__", [*pipelines.tasks.__path__, str(folder)])
    forget_what_is_declared()


@pytest.fixture(scope="module", autouse=True)
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The module that the how-to writes, in a folder of its own."""
    text = next(one.text for one in blocks(HOW_TO, "python") if "TASK = Task(" in one.text)
    with pytest.MonkeyPatch.context() as patch:
        put_beside(tmp_path_factory.mktemp("tasks"), "refund", text, patch)
        yield
    sys.modules.pop("pipelines.tasks.refund")
    forget_what_is_declared()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with half a year of payments, of which most have matured, and of what was given back."""
    folder = tmp_path_factory.mktemp("home")
    rows = trained_payments.payments(200, 12)
    with Lakehouse(load_settings({"home": folder}), all_tables()) as lake, lake.writing("a test"):
        trained_payments.put(lake, "gold.features_payments", rows)
        trained_payments.put(
            lake, "gold.refund_labels", [row | {"label": SAID[row["label"]]} for row in rows]
        )
        lake.staging.clear()
        assert refresh_gold(lake, all_tables()["gold.training_refund"], validate).rows == len(rows)
    return folder


@pytest.fixture(scope="module")
def trained(home: Path) -> dict[str, Any]:
    """What the training printed."""
    found: dict[str, Any] = as_json("train", "--task", "refund", "--family", "logistic", "--home", home)
    return found


@pytest.fixture(scope="module")
def scored(home: Path, trained: dict[str, Any]) -> dict[str, int]:
    """Rows that scoring published, by table."""
    done = as_json("score", "--home", home)
    assert done["failed"] == []
    return {row["table"]: row["rows"] for row in done["published"]}


def test_it_has_tables_in_its_words_each_with_checks() -> None:
    assert set(TABLES) <= set(all_tables())
    assert list(all_tables()).index("gold.refund_labels") < list(all_tables()).index("gold.training_refund")
    assert {"payments_count", "refund_count", "expected_refund_count"} < set(
        all_tables()["gold.refund_performance_daily"].column_names
    )
    names = {name: {check.name for check in suites()[name].checks} for name in TABLES}
    assert "known_after_payment" in names["gold.training_refund"]
    assert "high_scores_few" in names["gold.refund_scores"]
    assert "features_as_learnt" in names["gold.refund_drift_daily"]
    assert "better_than_chance" in names["gold.refund_performance_daily"]


def test_it_has_assets_with_checks_and_its_model_is_trained_by_the_job(tmp_path: Path) -> None:
    defs = definitions(load_settings({"home": tmp_path}))
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    assert set(map(asset_key, TABLES)) | {model_key("refund")} <= specs.keys()
    assert specs[model_key("refund")].metadata["declared_in"] == "pipelines/tasks/refund.py"
    assert model_key("refund") in {dep.asset_key for dep in specs[asset_key("gold.refund_scores")].deps}
    checked = defs.resolve_asset_graph().asset_check_keys
    expected = {AssetCheckKey(asset_key(name), one.name) for name in TABLES for one in suites()[name].checks}
    assert expected | {AssetCheckKey(model_key("refund"), "serving")} <= checked
    made = {
        job: defs.resolve_job_def(job).asset_layer.asset_graph.materializable_asset_keys
        for job in ("refresh", "train")
    }
    assert {model_key("refund"), asset_key("gold.refund_scores")} <= made["train"]
    assert set(map(asset_key, TABLES)) <= made["refresh"]
    assert model_key("refund") not in made["refresh"]


@pytest.mark.slow
def test_it_is_trained_and_scores_by_the_commands(
    home: Path, trained: dict[str, Any], scored: dict[str, int]
) -> None:
    assert trained["promoted"] is True
    assert trained["families"]["logistic"]["test"]["roc_auc"] > 0.8
    assert trained["tables"] == dict.fromkeys(("gold.features_payments", *TABLES[:2]), 1)
    assert all(scored[name] > 0 for name in TABLES[2:])
    assert [one["roles"] for one in as_json("models", "--task", "refund", "--home", home)] == [["serving"]]
    assert "refunds" in vermeil("models", "--task", "refund", "--home", home).stdout
    assert as_json("models", "--home", home) == []


@pytest.mark.slow
def test_its_tables_are_of_its_model(home: Path, trained: dict[str, Any], scored: dict[str, int]) -> None:
    with Lakehouse(load_settings({"home": home}), all_tables()) as lake:
        for name in TABLES[2:]:
            assert {row[0] for row in lake.table(name).select("model_version").distinct().collect()} == {
                trained["version"]
            }
        months = lake.table("gold.refund_performance_daily").filter(
            "segment = 'all' and window_days = 28 and label_maturity = 'known'"
        )
        assert months.agg({"refund_count": "max"}).first()[0] > 0
        assert not lake.exists("gold.payment_scores")
        assert Registry(lake.settings).versions("fraud") == ()


@pytest.mark.slow
def test_it_has_a_page_in_its_words(home: Path, trained: dict[str, Any], scored: dict[str, int]) -> None:
    assert vermeil("report", "--home", home).exit_code == 0
    page = (home / "reports" / "models-refund.html").read_text(encoding="utf-8")
    assert "<h1>Refund models</h1>" in page
    assert trained["version"] in page
    assert "Refund expected and found" in page
    assert '<a href="models.html">Fraud models</a>' in page
    assert "Fraud expected" not in page
    assert "Where to block" not in page  # it has no trade-offs
    assert "Rules and decisions" not in page


def test_what_is_counted_is_called_after_what_a_task_is_about() -> None:
    churn = replace(
        fraud.TASK, name="churn", entity="customer", positive="churn", unit="customer_id", names={}
    )
    assert churn.column("caught_fraud_count") == "caught_churn_count"
    table = performance(churn).table
    assert table.name == "gold.churn_performance_daily"
    assert {"customers_count", "churn_count", "customer_precision_100_rate"} < set(table.column_names)
    assert not any("fraud" in f"{one.name} {one.doc}" for one in table.columns)


def test_two_that_declare_one_table_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_beside(tmp_path, "twin", "from pipelines.tasks.fraud import RECIPES, TASK\n", monkeypatch)
    with pytest.raises(
        ValueError, match=r"gold\.\w+ is declared by pipelines\.tasks\.fraud and pipelines\.tasks\.twin"
    ):
        declared()
    monkeypatch.undo()
    forget_what_is_declared()
    assert declared()


def test_another_is_none() -> None:
    assert task("refund").positive == "refund"
    with pytest.raises(ModelError, match="there are: fraud, refund"):
        task("churn")
