"""The job that trains, for real and in this process: without enough history, with it, and when it fails later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterInstance, ExecuteInProcessResult

from assets.definitions import defs
from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests import trained_payments

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dagster")]

MODEL = AssetKey(["models", "fraud"])
SCORES = AssetKey(["gold", "payment_scores"])


@dataclass(frozen=True)
class Site:
    """A home whose gold was made up, and the Dagster that trains on it."""

    home: Path
    instance: DagsterInstance

    def fill(self, **how: int) -> None:
        with Lakehouse(load_settings({"home": self.home}), all_tables()) as lake:
            trained_payments.publish(lake, **how)

    def train(self) -> ExecuteInProcessResult:
        return defs.resolve_job_def("train").execute_in_process(
            instance=self.instance,
            run_config={"resources": {"lakehouse": {"config": {"home": str(self.home)}}}},
            asset_selection=[MODEL, SCORES],
            raise_on_error=False,
        )

    def figures(self, asset: AssetKey) -> dict[str, Any]:
        """What the latest materialization of an asset says; empty where there is none."""
        entry = self.instance.get_latest_materialization_event(asset)
        found = entry.asset_materialization if entry else None
        return {name: value.value for name, value in found.metadata.items()} if found else {}


def said(result: ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    """What the checks of the model say."""
    of_model = [one for one in result.get_asset_check_evaluations() if one.asset_key == MODEL]
    return {one.check_name: (one.passed, one.description or "") for one in of_model}


def test_the_job_waits_for_history_then_trains_and_scores_and_fails_if_it_loses_its_history(
    tmp_path: Path,
) -> None:
    with DagsterInstance.ephemeral() as instance:
        site = Site(tmp_path, instance)

        site.fill(days=150, payments_per_day=1)
        early = site.train()
        assert early.success
        assert said(early)["trained"][0] is False
        assert "61 whole days of payments with matured labels" in said(early)["trained"][1]
        assert said(early)["serving"] == (False, "No version was trained yet.")
        assert site.figures(MODEL) == site.figures(SCORES) == {}

        site.fill(days=230, payments_per_day=8)
        trained = site.train()
        assert trained.success
        figures = site.figures(MODEL)
        assert said(trained) == {
            "trained": (True, "A version was trained."),
            "serving": (True, f"{figures['version']} serves."),
        }
        assert figures["promoted"] is True
        assert figures["roc_auc"] > 0.8
        assert figures["frauds"] < figures["payments"]
        assert figures["model_card"].startswith("# ")
        scored = site.figures(SCORES)["dagster/row_count"]
        assert scored > figures["payments"]

        site.fill(days=150, payments_per_day=1)
        lost = site.train()
        assert not lost.success
        assert said(lost)["trained"][0] is False
        assert said(lost)["serving"] == (True, "The version that served goes on.")
        assert site.figures(SCORES)["dagster/row_count"] == scored
