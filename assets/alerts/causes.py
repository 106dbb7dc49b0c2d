"""What is wrong: told from a run's outcomes, from an error, and from the tables themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import DeltaTable

from assets.alerts.alert import Alert
from pipelines.delta import remote, storage
from pipelines.errors import CriticalCheckError, VermeilError
from pipelines.silver import quarantine

if TYPE_CHECKING:
    from pipelines.flow.steps import Outcome
    from pipelines.flow.verdict import CheckResult
    from pipelines.settings import Settings

RUN = "run"
CHECK = "check"
STALE = "stale"
QUARANTINE = "quarantine"


def failed_run(settings: Settings, name: str, why: str, now: datetime, todo: str = "") -> Alert:
    """A run that did not end well; ``why`` is a sentence without values of records."""
    return Alert(
        cause=f"{RUN}:{name}",
        kind="failed_run",
        what=f"{name} failed: {why}",
        where=settings.lakehouse_uri,
        since=now,
        todo=todo
        or "Look at what it printed, mend the cause and run it again: it goes on where it stopped. "
        "Readers keep the last release. `vermeil doctor` looks at the surroundings.",
    )


def why(error: BaseException) -> str:
    """An error in a sentence. The text of one that is not Vermeil's own may quote records: it is left out."""
    if isinstance(error, VermeilError) and not isinstance(error, CriticalCheckError):
        return str(error)
    return f"{type(error).__name__}."


def failed_checks(settings: Settings, outcome: Outcome, now: datetime) -> list[Alert]:
    """The critical checks that kept a batch of a table from being published."""
    return [failed_check(settings, outcome.table, result, now) for result in outcome.verdict.refusals]


def failed_check(settings: Settings, table: str, result: CheckResult, now: datetime) -> Alert:
    """A critical check that failed, without what was found: it may quote a record."""
    rows = "" if result.unexpected_count is None else f", in {result.unexpected_count:,} rows"
    return check_alert(settings, table, result.name, f"{result.description}{rows}", now)


def check_alert(settings: Settings, table: str, check: str, expected: str, since: datetime) -> Alert:
    """A critical check that failed; ``expected`` says what should hold."""
    return Alert(
        cause=f"{CHECK}:{table}:{check}",
        kind="failed_check",
        what=f"{table}: the critical check {check} does not hold. Expected: {expected}",
        where=f"{table} in {settings.lakehouse_uri}",
        since=since,
        todo="Nothing of the batch was published, and nothing that is made from it. See the check in Dagster or "
        f"`vermeil run`, and `vermeil quarantine --table {table}`; mend the source, the mapping or the check, and run "
        "again.",
    )


def stale_tables(
    settings: Settings, looked_at: Mapping[str, datetime | None], now: datetime
) -> Iterator[Alert]:
    """Tables that were not brought up to date for too long, given when each was last; None where it never was."""
    limit = timedelta(hours=settings.alert_stale_hours)
    for table, last in looked_at.items():
        if last is not None and now - last > limit:
            yield Alert(
                cause=f"{STALE}:{table}",
                kind="stale_table",
                what=f"{table} was not brought up to date for more than {settings.alert_stale_hours:g} hours",
                where=f"{table} in {settings.lakehouse_uri}",
                since=last,
                todo="See that the schedule is on and the daemon runs, and that the last run did not fail. "
                "`vermeil run` brings it up to date by hand.",
            )


def growing_quarantine(settings: Settings, now: datetime) -> list[Alert]:
    """The quarantine, where more went into it within a day than is usual."""
    grown = _grown(settings, now - timedelta(days=1))
    if grown < settings.alert_quarantine:
        return []
    return [
        Alert(
            cause=QUARANTINE,
            kind="growing_quarantine",
            what=f"{grown:,} records went to quarantine within a day",
            where=f"{quarantine.TABLE.name} in {settings.lakehouse_uri}",
            since=now,
            todo="`vermeil quarantine` groups them by table and reason. Nothing is lost: mend the source or the "
            "mapping, and take them in again.",
        )
    ]


def _grown(settings: Settings, since: datetime) -> int:
    """How many more records are in quarantine than were then; 0 where that cannot be told."""
    table = quarantine.TABLE
    uri = storage.join(settings.lakehouse_uri, table.layer, table.short_name)
    options = remote.options(settings) or None
    if not DeltaTable.is_deltatable(uri, options):
        return 0
    now = DeltaTable(uri, storage_options=options)
    then = _version_at(now, since)
    if then is None:
        return 0
    return _rows(now) - _rows(DeltaTable(uri, version=then, storage_options=options))


def _version_at(table: DeltaTable, moment: datetime) -> int | None:
    """The version that was current then, or the first: what came into a new table came today."""
    oldest = None
    for commit in table.history():
        oldest = int(commit["version"])
        if commit["timestamp"] <= moment.timestamp() * 1000:
            return oldest
    return oldest


def _rows(table: DeltaTable) -> int:
    counts = pa.table(table.get_add_actions()).column("num_records").to_pylist()
    return sum(count or 0 for count in counts)


def outcome_groups(outcomes: Iterable[Outcome]) -> dict[str, Outcome]:
    """The last outcome of each table that was audited in a run: what is not named was not looked at."""
    return {o.table: o for o in outcomes if o.status in ("published", "refused")}


def refused_tables(outcomes: Sequence[Outcome]) -> list[str]:
    """Tables that were refused, and those that had to be skipped for it."""
    return list(dict.fromkeys(o.table for o in outcomes if o.status in ("refused", "skipped")))
