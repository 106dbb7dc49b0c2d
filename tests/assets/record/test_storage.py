"""Files of Dagster's events that are kept open are for everybody else as they always are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetKey,
    DagsterEventType,
    DagsterInstance,
    MaterializeResult,
    asset,
    asset_check,
    define_asset_job,
)
from dagster import Definitions as Site
from dagster._core.utils import make_new_run_id

from assets.record.storage import at_once, kept_open

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dagster")]

KEY = AssetKey("rows")


@asset(name="rows")
def rows() -> MaterializeResult[None]:
    return MaterializeResult(metadata={"count": 3})


@asset_check(asset=rows)
def some() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


JOB = Site(assets=[rows], asset_checks=[some], jobs=[define_asset_job("all")]).resolve_job_def("all")


@pytest.fixture
def instances(tmp_path: Path) -> Iterator[tuple[DagsterInstance, DagsterInstance]]:
    """One that writes, and one of another process, as it were, that reads the same files."""
    with DagsterInstance.local_temp(str(tmp_path)) as one, DagsterInstance.local_temp(str(tmp_path)) as other:
        yield one, other


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_others_see_each_event_at_once(instances: tuple[DagsterInstance, DagsterInstance]) -> None:
    writer, reader = instances
    with kept_open(writer):
        run = JOB.execute_in_process(instance=writer)
        assert run.success
        told = [one.dagster_event_type for one in reader.all_logs(run.run_id) if one.dagster_event_type]
        planned = (
            DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
            DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        )
        done = [one for one in told if one not in planned]
        assert done == [one.event_type for one in run.all_events]
        assert reader.get_latest_materialization_event(KEY)
        check = reader.event_log_storage.get_latest_asset_check_execution_by_key([AssetCheckKey(KEY, "some")])
        assert [one.status.value for one in check.values()] == ["SUCCEEDED"]
    assert not {"_connect", "has_table"} & vars(writer.event_log_storage).keys()
    assert JOB.execute_in_process(instance=writer).success


def test_who_follows_a_run_is_told_of_its_end(instances: tuple[DagsterInstance, DagsterInstance]) -> None:
    writer, reader = instances
    seen: list[DagsterEventType | None] = []
    with kept_open(writer):
        run_id = make_new_run_id()
        reader.event_log_storage.watch(
            run_id,
            None,
            lambda entry, cursor: seen.append(entry.dagster_event and entry.dagster_event.event_type),
        )
        assert JOB.execute_in_process(instance=writer, run_id=run_id).success
        until(lambda: DagsterEventType.RUN_SUCCESS in seen)
    reader.event_log_storage.dispose()


@pytest.mark.parametrize("how", [kept_open, at_once])
def test_elsewhere_events_are_written_as_dagster_does(how: Callable[..., object]) -> None:
    with DagsterInstance.ephemeral() as instance, how(instance):  # type: ignore[attr-defined]
        assert JOB.execute_in_process(instance=instance).success
