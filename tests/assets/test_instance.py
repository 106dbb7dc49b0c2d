"""Dagster's own home is made ready below the lakehouse's, and left alone once it is there."""

from __future__ import annotations

from pathlib import Path

import yaml
from dagster import DagsterInstance

from assets.runs.instance import prepare_instance
from pipelines.settings import load_settings


def test_dagster_can_use_the_home_and_runs_one_thing_at_a_time(tmp_path: Path) -> None:
    home = prepare_instance(load_settings({"home": tmp_path}))
    assert home == tmp_path / "dagster"
    with DagsterInstance.from_config(str(home)) as instance:
        assert not instance.telemetry_enabled
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1  # type: ignore[union-attr]


def test_what_a_person_changed_stays(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path})
    config = prepare_instance(settings) / "dagster.yaml"
    config.write_text("telemetry:\n  enabled: true\n", encoding="utf-8")
    prepare_instance(settings)
    assert yaml.safe_load(config.read_text(encoding="utf-8")) == {"telemetry": {"enabled": True}}
