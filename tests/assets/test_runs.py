"""Jobs run for real, in this process, on a small archive: publish, find nothing new, refuse, recover."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetCheckKey,
    AssetCheckSeverity,
    AssetKey,
    DagsterInstance,
    ExecuteInProcessResult,
    RunRequest,
)

from assets.definitions import defs
from assets.runs.jobs import REFRESH, request
from assets.tables.checks import specs
from expectations import Suite, suite
from expectations.run import audit
from pipelines.catalog import all_tables
from pipelines.delta import releases
from pipelines.delta.lock import writer_lock
from pipelines.flow.batches import batches, concerning
from pipelines.flow.verdict import Batch, Verdict
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dagster")]

SMALL = Simulation(start=date(2026, 3, 1), days=2, payments_per_day=15, accounts=2)
SOME = ["bronze/records", "bronze/files", "silver/charges", "silver/refunds", "silver/quarantine"]


@dataclass(frozen=True)
class Site:
    """A home with raw files, and the Dagster that runs on it."""

    home: Path
    instance: DagsterInstance

    def run(self, job: str = "refresh", assets: list[str] | None = None) -> ExecuteInProcessResult:
        return defs.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            run_config=self._config(),
            asset_selection=[AssetKey(name.split("/")) for name in assets] if assets else None,
            raise_on_error=False,
        )

    def part(self, assets: Collection[AssetKey], checks: Collection[AssetCheckKey]) -> ExecuteInProcessResult:
        """Run of the refresh these assets and checks alone."""
        job = defs.resolve_job_def("refresh").get_subset(
            asset_selection=set(assets), asset_check_selection=set(checks)
        )
        return job.execute_in_process(instance=self.instance, run_config=self._config())

    def _config(self) -> dict[str, Any]:
        return {"resources": {"lakehouse": {"config": {"home": str(self.home)}}}}

    def lake(self) -> Lakehouse:
        return Lakehouse(load_settings({"home": self.home}), all_tables())

    def released(self) -> dict[str, int]:
        found = releases.latest(str(self.home / "lakehouse"))
        return dict(found.versions) if found else {}

    def versions(self) -> dict[str, int]:
        with self.lake() as lake:
            return {name: commits[0].version for name in lake.tables if (commits := lake.history(name, 1))}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that was refreshed once."""
    home = tmp_path_factory.mktemp("site")
    simulate(SMALL, home / "raw", home / "truth")
    with DagsterInstance.ephemeral() as instance:
        found = Site(home, instance)
        assert found.run().success
        yield found


def requested(site: Site) -> RunRequest:
    """What the hourly schedule asks for."""
    keys = REFRESH.selection.resolve(defs.get_repository_def().asset_graph)
    return request(site.instance, load_settings({"home": site.home}), keys)


def test_an_hour_with_nothing_new_asks_for_every_table_and_no_check(site: Site) -> None:
    asked = requested(site)
    assert asked.asset_check_keys == []
    tables = {name for name in all_tables() if name.split(".")[0] in ("bronze", "silver", "gold")}
    assert {".".join(key.path) for key in asked.asset_selection or ()} >= tables
    before = site.versions()
    done = site.part(asked.asset_selection or (), asked.asset_check_keys or ())
    assert done.success
    assert site.versions() == before
    told = {event.asset_key for event in done.get_asset_materialization_events()}
    assert told >= {AssetKey(name.split(".")) for name in tables}
    assert not done.get_asset_check_evaluations()


def test_checks_that_a_quiet_hour_left_out_are_told_by_the_next_one(site: Site) -> None:
    asked = requested(site)
    # They come in between the question and the run; customers alone, so that few tables have anything new.
    customers = site.home / "raw" / "objects" / "customer"
    shutil.copytree(customers, site.home / "raw" / "again" / "objects" / "customer")
    assert site.part(asked.asset_selection or (), asked.asset_check_keys or ()).success
    assert requested(site).asset_check_keys is None
    told = site.run(assets=["bronze/records", "silver/customers"])
    assert told.success
    names = {found.check_name for found in told.get_asset_check_evaluations()}
    assert names >= {check.name for check in suite("silver.customers").checks}


def test_checks_asked_for_alone_are_told_as_they_stand(site: Site) -> None:
    before = site.versions()
    own = [spec.key for spec in specs(all_tables()["silver.charges"])]
    done = site.part((), own)
    assert {found.check_name for found in done.get_asset_check_evaluations()} == {key.name for key in own}
    assert not done.get_asset_materialization_events()
    assert site.versions() == before


def strict(batch: Batch) -> Verdict:
    """The real audit, with a check of silver.charges that no batch can pass."""
    expected = suite(batch.table.name)
    if batch.table.name != "silver.charges":
        return audit(expected, batch)
    checks = tuple(
        replace(check, sql="amount_minor < 0") if check.name == "captured_within_amount" else check
        for check in expected.checks
    )
    return audit(Suite(batch.table, checks), batch)


def test_a_refresh_publishes_every_table_and_the_report(site: Site) -> None:
    with site.lake() as lake:
        empty = {name for name in lake.tables if not lake.exists(name)}
        held = batches(lake)
        concerned = {
            name
            for name, table in lake.tables.items()
            if (table.object_type or table.history_of) and concerning(held, table, lake.sources)
        }
    of_models = {"gold.payment_scores", "gold.model_drift_daily"}  # none was trained that could score
    assert not empty & concerned
    assert {name for name in empty if not name.startswith("silver.")} <= of_models
    assert {"silver.charges", "silver.charge_history"} <= concerned
    assert (site.home / "reports" / "index.html").exists()
    assert (site.home / "reports" / "payments.html").exists()
    for key in defs.resolve_job_def("refresh").asset_layer.asset_graph.materializable_asset_keys:
        assert site.instance.get_latest_materialization_event(key), key


def test_a_refresh_is_released_as_a_whole(site: Site) -> None:
    assert site.released() == site.versions()
    latest = releases.latest(str(site.home / "lakehouse"))
    assert latest is not None
    assert latest.made_by.startswith("dagster refresh")


def test_an_asset_carries_its_figures(site: Site) -> None:
    entry = site.instance.get_latest_materialization_event(AssetKey(["silver", "charges"]))
    assert entry
    assert entry.asset_materialization
    figures = {name: value.value for name, value in entry.asset_materialization.metadata.items()}
    with site.lake() as lake:
        assert figures["dagster/row_count"] == lake.table("silver.charges").count() > 0
    assert figures["delta_version"] == site.versions()["silver.charges"]
    assert figures["path"] == str(site.home / "lakehouse" / "silver" / "charges")
    assert figures["dagster/column_lineage"].deps_by_column["charge_id"]


def test_every_check_says_how_it_stands_and_a_second_run_publishes_nothing(site: Site) -> None:
    before = site.versions()
    again = site.run(assets=SOME)
    assert again.success
    assert site.versions() == before
    said = {evaluation.check_name: evaluation for evaluation in again.get_asset_check_evaluations()
            if evaluation.asset_key == AssetKey(["silver", "charges"])}  # fmt: skip
    assert set(said) == {check.name for check in suite("silver.charges").checks}
    assert all((e.description or "").startswith("Nothing new") for e in said.values())


def test_a_second_writer_is_refused_with_a_clear_message(site: Site) -> None:
    with writer_lock(site.home / "lakehouse"):
        refused = site.run(assets=SOME)
    assert not refused.success
    said = [str(event.event_specific_data) for event in refused.all_events if event.is_failure]
    assert any("another pipeline is writing" in text for text in said)


def test_the_audit_job_proves_that_nothing_was_lost(site: Site) -> None:
    done = site.run("audit")
    evaluations = {e.check_name: e for e in done.get_asset_check_evaluations()}
    evaluation = evaluations["every_record_accounted_for"]
    assert evaluation.passed, evaluation.metadata["rows_not_as_they_should_be"]
    assert evaluations["nothing_missing"].passed
    assert evaluation.metadata["missing"].value == 0


def test_a_critical_failure_blocks_what_comes_after_and_publishes_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(replace(SMALL, days=3), tmp_path / "raw", tmp_path / "truth")
    shutil.copytree(tmp_path / "raw", site.home / "raw", dirs_exist_ok=True)
    before = site.versions()
    monkeypatch.setattr("assets.runs.resources.validate", strict)
    selected = [
        "bronze/records",
        "bronze/files",
        "silver/charges",
        "silver/quarantine",
        "gold/authorizations_daily",
    ]
    refused = site.run(assets=selected)
    after = site.versions()

    assert not refused.success
    assert site.released() == before, "readers keep what they have"
    assert after["bronze.records"] > before["bronze.records"]
    assert (after["silver.charges"], after["gold.authorizations_daily"]) == (
        before["silver.charges"],
        before["gold.authorizations_daily"],
    )
    failed = {e.check_name: e for e in refused.get_asset_check_evaluations() if not e.passed}
    assert failed["captured_within_amount"].severity == AssetCheckSeverity.ERROR
    assert failed["captured_within_amount"].metadata["rows_not_as_expected"]
    failure = refused.failure_data_for_node("silver__charges")
    assert failure
    assert "nothing was published" in str(failure.user_failure_data)
    assert "captured_within_amount" in str(failure.user_failure_data)
    assert not refused.asset_materializations_for_node("silver__charges")
    assert refused.asset_materializations_for_node("silver__quarantine")

    monkeypatch.undo()
    assert site.run(assets=selected).success
    assert site.versions()["silver.charges"] > before["silver.charges"]
    assert site.released()["silver.charges"] == site.versions()["silver.charges"]


def test_the_maintain_job_keeps_house_and_says_what_it_did(site: Site) -> None:
    done = site.run("maintain")
    assert done.success
    (output,) = [event.step_output_data for event in done.all_events if event.is_successful_output]
    assert output
    assert output.metadata["files_after"].value <= output.metadata["files_before"].value
