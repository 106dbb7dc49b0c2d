"""What Dagster sees when it loads the module: a table is an asset, an expectation is a check."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster import AssetCheckKey, AssetKey, AssetSpec, DefaultScheduleStatus

from assets.definitions import defs
from assets.tables.spec import asset_key, model_key, models_of
from expectations import suites
from pipelines.catalog import all_tables, declared, gates, inputs
from pipelines.tasks import all_tasks

REPOSITORY = Path(__file__).parents[2]
SPECS: dict[AssetKey, AssetSpec] = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
GRAPH = defs.resolve_asset_graph()
DEEP_AUDIT = "every_record_accounted_for"


@pytest.mark.parametrize("name", all_tables())
def test_a_table_is_an_asset_of_its_layer(name: str) -> None:
    table = all_tables()[name]
    spec = SPECS[asset_key(name)]
    assert spec.key.path == [table.layer, table.short_name]
    assert spec.group_name == declared()[name].group
    assert (spec.group_name == table.layer) == (table.layer != "gold")
    assert spec.owners == ["team:payments-data"]
    assert {"delta", "greatexpectations"} < spec.kinds
    assert table.doc in (spec.description or "")


@pytest.mark.parametrize("name", all_tables())
def test_an_asset_shows_the_declared_columns(name: str) -> None:
    schema = SPECS[asset_key(name)].metadata["dagster/column_schema"]
    shown = [(column.name, column.type, column.description) for column in schema.columns]
    assert shown == [(column.name, column.type, column.doc) for column in all_tables()[name].columns]


@pytest.mark.parametrize("name", [name for name, table in all_tables().items() if table.layer != "bronze"])
def test_an_asset_depends_on_what_its_table_is_made_from(name: str) -> None:
    made_from = {dep.asset_key for dep in SPECS[asset_key(name)].deps}
    table = all_tables()[name]
    models = {model_key(task) for task in models_of(table)}
    assert made_from == {asset_key(source) for source in (*inputs(table), *gates(table))} | models


@pytest.mark.parametrize("name", all_tables())
def test_an_expectation_is_a_check_that_blocks_where_it_is_critical(name: str) -> None:
    for check in suites()[name].checks:
        node = GRAPH.get(AssetCheckKey(asset_key(name), check.name))
        assert node.description == check.description
        assert node.blocking == (check.severity == "critical")


def test_nothing_is_a_check_but_expectations_the_audit_and_what_training_says() -> None:
    expected = {
        AssetCheckKey(asset_key(name), c.name) for name, suite in suites().items() for c in suite.checks
    }
    audit = AssetCheckKey(asset_key("gold.audit"), DEEP_AUDIT)
    training = {
        AssetCheckKey(model_key(task), name) for task in all_tasks() for name in ("trained", "serving")
    }
    assert set(GRAPH.asset_check_keys) == expected | {audit} | training


def test_the_graph_goes_from_raw_files_to_the_report() -> None:
    assert AssetKey(["raw", "files"]) in {dep.asset_key for dep in SPECS[asset_key("bronze.records")].deps}
    gold = {asset_key(name) for name, table in all_tables().items() if table.layer == "gold"}
    report = {dep.asset_key for dep in SPECS[AssetKey(["report", "payments"])].deps}
    assert report == gold | {asset_key("silver.quarantine")}


def test_gold_has_a_freshness_policy() -> None:
    fresh = {key for key, spec in SPECS.items() if spec.freshness_policy}
    assert fresh == {asset_key(name) for name, table in all_tables().items() if table.layer == "gold"}


def test_refresh_takes_everything_and_audit_only_the_audit() -> None:
    refresh = defs.resolve_job_def("refresh").asset_layer.asset_graph
    audit = defs.resolve_job_def("audit").asset_layer.asset_graph
    models = {model_key(task) for task in all_tasks()}
    assert refresh.materializable_asset_keys == GRAPH.materializable_asset_keys - models
    assert audit.materializable_asset_keys == {asset_key("gold.audit")}
    of_table = {check.name for check in suites()["gold.audit"].checks}
    assert {key.name for key in audit.asset_check_keys} == {DEEP_AUDIT, *of_table}


def test_no_run_but_that_of_the_audit_holds_every_row_against_what_it_is_made_from() -> None:
    """Neither a job, nor tables that someone selects: of an archive of years that takes hours."""
    by_hand = defs.resolve_implicit_global_asset_job_def()
    jobs = [
        job for job in defs.get_repository_def().get_all_jobs() if job.name not in ("audit", by_hand.name)
    ]
    assert {"refresh", "rebuild", "train"} <= {job.name for job in jobs}
    selected = {asset_key(name) for name in all_tables() if name != "gold.audit"}
    for job in (*jobs, by_hand.get_subset(asset_selection=selected)):
        assert DEEP_AUDIT not in {key.name for key in job.asset_layer.asset_graph.asset_check_keys}


def test_training_is_scheduled_every_week_and_scores_follow_it() -> None:
    weekly = defs.resolve_schedule_def("weekly_training")
    assert (weekly.cron_schedule, weekly.job_name) == ("0 4 * * 1", "train")
    made = defs.resolve_job_def("train").asset_layer.asset_graph.materializable_asset_keys
    assert {model_key("fraud"), asset_key("gold.payment_scores"), AssetKey(["report", "payments"])} <= made
    assert asset_key("gold.training_fraud") not in made


def test_a_refresh_is_scheduled_every_hour_once_someone_switches_it_on() -> None:
    hourly = defs.resolve_schedule_def("hourly")
    assert hourly.cron_schedule == "0 * * * *"
    assert hourly.job_name == "refresh"
    assert hourly.default_status == DefaultScheduleStatus.STOPPED


def test_runs_use_one_process_and_so_one_engine() -> None:
    assert defs.resolve_job_def("refresh").executor_def.name == "in_process"


def test_workspace_names_the_module_from_its_own_folder() -> None:
    workspace = yaml.safe_load((REPOSITORY / "workspace.yaml").read_text(encoding="utf-8"))
    module = workspace["load_from"][0]["python_module"]
    assert (module["module_name"], module["attribute"]) == ("assets.definitions", "defs")


def test_loading_imports_no_great_expectations_and_starts_no_engine() -> None:
    code = (
        "import sys, assets.definitions; "
        "print([name for name in ('great_expectations', 'pysail', 'plotly') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
