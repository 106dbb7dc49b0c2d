"""Alerts in Dagster: a run that failed, and a watch over checks, freshness and the quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from dagster import (
    AssetCheckKey,
    AssetCheckSeverity,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    RunFailureSensorContext,
    RunStatusSensorContext,
    SensorEvaluationContext,
    SkipReason,
    run_failure_sensor,
    run_status_sensor,
    sensor,
)

from assets.alerts import causes
from assets.alerts.alert import Alert
from assets.alerts.delivery import channels
from assets.alerts.ledger import report, utc_now
from assets.tables.spec import COMMAND, asset_key
from pipelines.catalog import tables_of
from pipelines.settings import Settings, load_settings

NO_CHANNEL = "Nowhere to send alerts: set VERMEIL_ALERT_WEBHOOK or VERMEIL_ALERT_EMAIL."

OF_A_COMMAND = "A command recorded this run, and sends its alerts itself."


@run_failure_sensor(
    name="alert_failed_runs", description="Tells of a run that failed, once until one of its job succeeds."
)
def alert_failed_runs(context: RunFailureSensorContext) -> SkipReason | None:
    """One alert for each job whose runs fail."""
    settings = load_settings()
    if COMMAND in context.dagster_run.tags:
        return SkipReason(OF_A_COMMAND)
    if not channels(settings):
        return SkipReason(NO_CHANNEL)
    job = context.dagster_run.job_name
    alert = causes.failed_run(
        settings,
        f"dagster {job}",
        _why(context),
        utc_now(),
        todo=f"Open run {context.dagster_run.run_id} in Dagster: the failed step says what happened. Mend the cause "
        "and start the job again: it goes on where it stopped. Readers keep the last release.",
    )
    return _said(report(settings, alert.cause, [alert], utc_now()))


@run_status_sensor(
    name="alert_recovered_runs",
    run_status=DagsterRunStatus.SUCCESS,
    description="Tells that a job which had failed runs again.",
)
def alert_recovered_runs(context: RunStatusSensorContext) -> SkipReason | None:
    """The end of an alert."""
    settings = load_settings()
    if COMMAND in context.dagster_run.tags:
        return SkipReason(OF_A_COMMAND)
    cause = f"{causes.RUN}:dagster {context.dagster_run.job_name}"
    return _said(report(settings, cause, [], utc_now()))


@sensor(
    name="alert_on_tables",
    minimum_interval_seconds=300,
    description="Tells of critical checks that fail, of gold that is stale, and of a quarantine that grows.",
)
def alert_on_tables(context: SensorEvaluationContext) -> SkipReason:
    """Looks at the last results; starts nothing."""
    settings, now = load_settings(), utc_now()
    if not channels(settings):
        return SkipReason(NO_CHANNEL)
    graph = context.repository_def.asset_graph if context.repository_def else None
    specs = (
        {key: graph.get_check_spec(key).description or key.name for key in graph.asset_check_keys}
        if graph
        else {}
    )
    stale = list(causes.stale_tables(settings, last_looked_at(context.instance), now))
    said = [
        *report(settings, causes.CHECK, failing(settings, context.instance, specs), now),
        *report(settings, causes.STALE, stale, now),
        *report(settings, causes.QUARANTINE, causes.growing_quarantine(settings, now), now),
    ]
    return _said(said) or SkipReason("Looked at checks, freshness and the quarantine.")


def failing(settings: Settings, instance: DagsterInstance, specs: dict[AssetCheckKey, str]) -> list[Alert]:
    """The critical checks whose last result is a failure, given what each expects."""
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(specs))
    alerts = []
    for key, record in found.items():
        event = record.event.dagster_event if record.event else None
        if event is None or event.event_type != DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        evaluation = event.asset_check_evaluation_data
        if not evaluation.passed and evaluation.severity == AssetCheckSeverity.ERROR:
            since = datetime.fromtimestamp(record.create_timestamp, UTC)
            table = ".".join(key.asset_key.path)
            alerts.append(causes.check_alert(settings, table, key.name, specs[key], since))
    return alerts


def last_looked_at(instance: DagsterInstance) -> dict[str, datetime | None]:
    """When each gold table was last brought up to date, whether or not there was anything new."""
    return {table.name: _last(instance, table.name) for table in tables_of("gold")}


def _last(instance: DagsterInstance, table: str) -> datetime | None:
    entry = instance.get_latest_materialization_event(asset_key(table))
    return datetime.fromtimestamp(entry.timestamp, UTC) if entry else None


def _why(context: RunFailureSensorContext) -> str:
    """Which steps failed, and with what kind of error; its text stays in Dagster, since it may quote a record."""
    steps = [event.step_key for event in context.get_step_failure_events() if event.step_key]
    return f"{', '.join(steps)} failed." if steps else "it did not start, or lost its process."


def _said(failures: Iterable[str]) -> SkipReason | None:
    text = "; ".join(failures)
    return SkipReason(text) if text else None


ALERTS = (alert_failed_runs, alert_recovered_runs, alert_on_tables)
