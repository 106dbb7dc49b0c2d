"""What the commands do, as functions that return what is then printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.catalog import tables_of
from pipelines.erasure import forget as erasure
from pipelines.erasure.forget import Erasure
from pipelines.errors import QueryError, SettingsError
from pipelines.flow import held_back
from pipelines.flow import refresh as flow
from pipelines.flow.held_back import HeldBack
from pipelines.flow.steps import Outcome
from pipelines.gold.shared.recipe import ByDay, Whole, recipe
from pipelines.silver.quarantine import TABLE as QUARANTINE
from pipelines.silver.quarantine import Choice, grouped
from pipelines.upkeep.replay import Replay
from pipelines.upkeep.replay import replay as run_replay
from pipelines.upkeep.verify import Verified
from pipelines.upkeep.verify import verify as verify_tables

if TYPE_CHECKING:
    import pyarrow as pa

    from assets.record.done import Done
    from pipelines.bronze.reading.preview import Preview
    from pipelines.lakehouse import Lakehouse
    from pipelines.settings import Settings
    from pipelines.simulate import Summary


SAMPLE = {"days": 240, "payments_per_day": 50}
"""The demo's archive: thin, and so long that a model can be trained on labels that have matured."""


def simulate(settings: Settings, out: Path, options: Mapping[str, Any], *, dirt: bool) -> Summary:
    """Write an archive; options that are None keep the simulator's defaults."""
    from pipelines.simulate import Simulation
    from pipelines.simulate import simulate as write_archive

    given = {name: value for name, value in options.items() if value is not None}
    try:
        chosen = Simulation(**given, dirt=dirt)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return write_archive(chosen, out, settings.home / "truth")


def local_raw(settings: Settings) -> Path:
    """The folder of raw files, to write to.

    Raises:
        SettingsError: it is in an object store, whose files are only read.
    """
    if isinstance(settings.raw_dir, str):
        raise SettingsError(
            f"a sample is written to a folder, and VERMEIL_RAW is {settings.raw_dir}: write it elsewhere with "
            "vermeil simulate --out FOLDER, and copy it there"
        )
    return settings.raw_dir


def sample_archive(settings: Settings, today: date) -> Summary | None:
    """Write a sample archive that ends yesterday, unless there are raw files already."""
    raw = local_raw(settings)
    if raw.is_dir() and any(raw.iterdir()):
        return None
    start = today - timedelta(days=SAMPLE["days"])
    return simulate(settings, raw, {**SAMPLE, "start": start}, dirt=True)


def refresh(
    lake: Lakehouse,
    only: Sequence[str],
    full: Sequence[str],
    starting: Callable[[str], None],
    wait: float | None = None,
    done: Done | None = None,
) -> Iterator[Outcome]:
    """Bring the tables up to date, one writer at a time. What was refused keeps the run from being released.

    What comes of it is put into ``done``, too.
    """
    from assets.record.done import collected
    from expectations import preload, validate
    from pipelines.bronze.reading.waiting import waiting
    from pipelines.erasure.redactions import sweep

    for name in (*only, *full):
        lake.declaration(name)
    # A file of rules that cannot be used is told before any other file is read.
    for how in (recipe(table.name) for table in tables_of("gold")):
        if isinstance(how, ByDay | Whole):
            how.context(lake)
    with lake.writing("vermeil run", wait, waiting=starting) as draft:
        draft.complete = not only
        if new := waiting(lake.settings.raw_dir, lake.settings, lake.log):
            preload()
        if done is not None:
            done.arrived += new
        at_once = lake.settings.tables_at_once
        run = flow.Run(lake.settings.raw_dir, validate, sweep, only, full, starting, at_once)
        for outcome in collected(flow.refresh(lake, run), done):
            draft.held_back |= outcome.status in ("refused", "skipped")
            yield outcome


def sources(settings: Settings) -> list[Preview]:
    """Every source, with what its mapping makes of the first of its files."""
    from pipelines.bronze.files import is_folder, list_files
    from pipelines.bronze.reading.preview import preview
    from pipelines.sources.mapping import load_sources

    loaded = load_sources(settings.source_files)
    files = list_files(settings.raw_dir, loaded).files if is_folder(settings.raw_dir) else ()
    return [preview(one, [f for f in files if f.source == one.source], settings) for one in loaded]


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 where all went well, 1 where a critical check or a part failed."""
    return int(any(outcome.failed or outcome.status in ("refused", "skipped") for outcome in outcomes))


def verify(lake: Lakehouse, starting: Callable[[str], None]) -> Verified:
    """Every table against what it should be made of."""
    with lake.writing():
        return verify_tables(lake, starting=starting)


def sql(
    lake: Lakehouse, query: str, at: datetime | None = None, *, now: bool = False, unsafe: bool = False
) -> pa.Table:
    """The answer to a query, by the latest release, as of what was known at some time, or by the tables as they are.

    Raises:
        QueryError: the query is wrong; the message says where, and what may be meant.
    """
    from pyspark.errors import PySparkException

    from pipelines.delta.engine_errors import is_of_query
    from pipelines.flow.as_of import as_of
    from pipelines.queries.faults import explained

    try:
        answer = as_of(lake, at).sql(query, unsafe=unsafe) if at else lake.sql(query, now=now, unsafe=unsafe)
        return answer.toArrow()
    except PySparkException as error:
        if not is_of_query(error, lake.settings):
            raise
        raise QueryError(explained(query, error, lake.tables)) from error


def quarantine(
    lake: Lakehouse, table: str | None, reason: str | None, file: str | None, limit: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Refused records: counted by table and reason, and the latest ones listed without their payload."""
    if table:
        lake.declaration(table)
    rows = Choice(table, reason, file).of(lake.table(QUARANTINE.name))
    listed = (
        rows.drop("payload").orderBy("ingest_id", "file", "line", ascending=[False, True, True]).limit(limit)
    )
    return grouped(rows).toArrow().to_pylist(), listed.toArrow().to_pylist()


def held(
    lake: Lakehouse, table: str | None, reason: str | None, file: str | None, limit: int
) -> list[HeldBack]:
    """Batches that were refused as a whole, with the first of their faulty records."""
    return held_back.listed(held_back.held_back(lake), Choice(table, reason, file), limit)


def payload(lake: Lakehouse, record: str) -> str:
    """What one refused record holds, with signs that a terminal would obey written out.

    Raises:
        SettingsError: no such record is in quarantine or in a refused batch.
    """
    from pipelines.flow import rereading

    rows = Choice(records=(record,)).of(lake.table(QUARANTINE.name)).select("payload").take(1)
    found = str(rows[0][0]) if rows else rereading.payload(lake, record)
    if found is None:
        raise SettingsError(f"no record {record!r} is in quarantine: 'vermeil quarantine' lists them")
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in found)


def replay(
    lake: Lakehouse,
    table: str | None,
    reason: str | None,
    file: str | None,
    records: Sequence[str],
    *,
    dry_run: bool,
    starting: Callable[[str], None],
) -> Replay:
    """Take quarantined records in again."""
    from expectations import validate

    if table:
        lake.declaration(table)
    choice = Choice(table, reason, file, tuple(records))
    if dry_run:
        return run_replay(lake, validate, choice, dry_run=True, starting=starting)
    with lake.writing() as draft:
        found = run_replay(lake, validate, choice, draft=draft, starting=starting)
        draft.held_back |= found.failed
    return found


def forget(lake: Lakehouse, customer: str, account: str | None) -> Erasure:
    """Forget a customer, one writer at a time."""
    with lake.writing():
        return erasure.forget(lake, customer, account)


def report(lake: Lakehouse, out: Path | None, done: Done | None = None) -> Path:
    """Write the report of the latest release; where it was written."""
    from pipelines.report import write_report

    path = write_report(lake.released(), out or _report_path(lake), datetime.now(UTC))
    if done is not None:
        done.report = path
    return path


def fresh_report(lake: Lakehouse, outcomes: Iterable[Outcome], done: Done) -> Path:
    """The report, written again only where a run changed something."""
    path = _report_path(lake)
    unchanged = all(outcome.status == "unchanged" for outcome in outcomes)
    return path if unchanged and path.exists() else report(lake, None, done)


def ui(settings: Settings, port: int) -> None:
    """Replace this process by Dagster's web server and daemon."""
    from assets.runs.instance import prepare_instance

    home = prepare_instance(settings)
    os.environ |= {"DAGSTER_HOME": str(home), "VERMEIL_HOME": str(settings.home.resolve())}
    # A checkout has a workspace file; an installed wheel has none.
    workspace = Path("workspace.yaml")
    code = ["-w", str(workspace)] if workspace.exists() else ["-m", "assets.definitions"]
    command = [sys.executable, "-W", "ignore", "-m", "dagster", "dev", *code, "-p", str(port)]
    os.execv(sys.executable, command)


def _report_path(lake: Lakehouse) -> Path:
    return lake.settings.reports_dir / "index.html"
