"""A command written into Dagster's storage as one run that has ended: its materializations, its checks, its log."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetKey,
    AssetMaterialization,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    EventLogEntry,
    GraphDefinition,
    JobDefinition,
    MaterializeResult,
    OpDefinition,
)
from dagster import _check as check
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.events import DagsterEvent, JobFailureData, RunFailureReason, StepMaterializationData
from dagster._core.execution.api import create_execution_plan
from dagster._core.execution.plan.objects import StepFailureData, StepSuccessData
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.snap import snapshot_from_execution_plan
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._utils.error import serializable_error_info_from_exc_info

from assets.record.deeds import Deed, deeds
from assets.record.storage import at_once
from assets.runs.instance import prepare_instance
from assets.tables import events
from assets.tables.spec import COMMAND

if TYPE_CHECKING:
    from dagster_shared.error import SerializableErrorInfo

    from assets.record.done import Done
    from pipelines.lakehouse import Lakehouse

LOCATION = "vermeil"
"""Name of the code location in ``workspace.yaml``."""

RUN_EVENTS = {DagsterEventType.RUN_START, DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE}
"""Events of the run as a whole; the others are of its step."""

FAILURES = {DagsterEventType.RUN_FAILURE, DagsterEventType.STEP_FAILURE}


def record(lake: Lakehouse, done: Done) -> None:
    """Write down what a command did as a run of the home's Dagster that has ended."""
    with DagsterInstance.from_config(str(prepare_instance(lake.settings))) as instance:
        found, failures = deeds(instance, lake, done)
        keys = {deed.asset_key for deed in found if deed.asset_key}
        created = _created(instance, done, keys)
        try:
            with at_once(instance):
                run = _Run(instance, created, done)
                run.begin()
                for deed in found:
                    run.tell(deed)
                run.end(failures)
        except Exception:
            with suppress(Exception):  # what was wrong is told; this would only follow from it
                instance.delete_run(created.run_id)
            raise


def _created(instance: DagsterInstance, done: Done, keys: Iterable[AssetKey]) -> DagsterRun:
    """A run of Dagster's job of that name, with the command as its one step."""
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="assets.definitions"), LOCATION
    )
    plan = _one_step(done)
    job_snapshot = plan.get_job_snapshot()
    return instance.create_run(
        job_name=done.job,
        run_id=None,
        run_config=None,
        status=DagsterRunStatus.NOT_STARTED,
        tags={COMMAND: done.command},
        root_run_id=None,
        parent_run_id=None,
        step_keys_to_execute=None,
        execution_plan_snapshot=snapshot_from_execution_plan(
            create_execution_plan(plan), plan.get_job_snapshot_id()
        ),
        job_snapshot=job_snapshot,
        parent_job_snapshot=None,
        asset_selection=frozenset(keys) or None,
        asset_check_selection=None,
        resolved_op_selection=None,
        op_selection=None,
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), done.job),
        job_code_origin=None,
        asset_graph=plan.asset_layer.asset_graph,
    )


def _one_step(done: Done) -> JobDefinition:
    """What Dagster draws of the run: loading all assets to draw them would take longer than to record it."""
    step = OpDefinition(compute_fn=_nothing, name=_step(done), outs={})
    return GraphDefinition(name=done.job, node_defs=[step]).to_job()


def _nothing() -> None:
    """It was done already."""


def _step(done: Done) -> str:
    return done.command.replace(" ", "_")


class _Run:
    """A run on its way into Dagster's storage."""

    def __init__(self, instance: DagsterInstance, run: DagsterRun, done: Done) -> None:
        self.instance = instance
        self.run = run
        self.done = done
        self.started = done.started.timestamp()
        self.now = datetime.now(UTC).timestamp()
        self.milliseconds = 1000 * (self.now - self.started)

    def begin(self) -> None:
        """When the command began, and what its batches came to."""
        self._event(DagsterEventType.RUN_START, None, f"{self.done.command} began.", self.started)
        self._event(DagsterEventType.STEP_START, None, "", self.started)
        for outcome in self.done.outcomes:
            for level, line in events.lines(outcome):
                self._line(level, line)
        for line in self.done.lines:
            self._line(logging.INFO, line)

    def tell(self, deed: Deed) -> None:
        """What happened to an asset."""
        if isinstance(deed, AssetCheckResult):
            self._event(DagsterEventType.ASSET_CHECK_EVALUATION, _evaluation(deed), "", self.now)
            return
        made = StepMaterializationData(_materialization(deed))
        self._event(DagsterEventType.ASSET_MATERIALIZATION, made, "", self.now)

    def end(self, failures: list[str]) -> None:
        """How it ended."""
        for failure in failures:
            self._line(logging.ERROR, failure)
        skipped = [one.table for one in self.done.outcomes if one.status == "skipped"]
        if skipped:
            self._line(logging.WARNING, f"Skipped, being made from what was refused: {', '.join(skipped)}.")
        if self.done.error or failures:
            self._failed(_as_dagster_has_it(self.done.error))
        else:
            succeeded = StepSuccessData(self.milliseconds)  # type: ignore[no-untyped-call]
            self._event(DagsterEventType.STEP_SUCCESS, succeeded, "", self.now)
            self._event(DagsterEventType.RUN_SUCCESS, None, f"{self.done.command} ended well.", self.now)

    def _failed(self, error: SerializableErrorInfo | None) -> None:
        step = StepFailureData(error, None)  # type: ignore[no-untyped-call]
        self._event(DagsterEventType.STEP_FAILURE, step, "", self.now)
        run = JobFailureData(error, RunFailureReason.STEP_FAILURE)
        self._event(DagsterEventType.RUN_FAILURE, run, f"{self.done.command} failed.", self.now)

    def _event(self, kind: DagsterEventType, data: Any, message: str, at: float) -> None:
        step = None if kind in RUN_EVENTS else _step(self.done)
        event = DagsterEvent(
            kind.value, self.run.job_name, step_key=step, message=message, event_specific_data=data
        )
        level = logging.ERROR if kind in FAILURES else logging.INFO
        self.instance.report_dagster_event(event, self.run.run_id, level, timestamp=at)

    def _line(self, level: int, text: str) -> None:
        entry = EventLogEntry(  # type: ignore[no-untyped-call]
            error_info=None,
            level=level,
            user_message=text,
            run_id=self.run.run_id,
            timestamp=self.now,
            job_name=self.run.job_name,
            step_key=_step(self.done),
        )
        self.instance.handle_new_event(entry)


def _evaluation(result: AssetCheckResult) -> AssetCheckEvaluation:
    return AssetCheckEvaluation(
        asset_key=check.not_none(result.asset_key),
        check_name=check.not_none(result.check_name),
        passed=result.passed,
        metadata=result.metadata,
        severity=result.severity,
        description=result.description,
        blocking=result.severity == AssetCheckSeverity.ERROR,
    )


def _materialization(deed: AssetMaterialization | MaterializeResult[None]) -> AssetMaterialization:
    if isinstance(deed, AssetMaterialization):
        return deed
    version = deed.data_version
    return AssetMaterialization(
        check.not_none(deed.asset_key),
        metadata=deed.metadata,
        tags={DATA_VERSION_TAG: version.value} if version else None,
    )


def _as_dagster_has_it(error: Exception | None) -> SerializableErrorInfo | None:
    if error is None or error.__traceback__ is None:
        return None
    return serializable_error_info_from_exc_info((type(error), error, error.__traceback__))
