"""How the lakehouse is: who writes to it, whether its tables can be read, and what was left undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.catalog import all_tables
from pipelines.delta import intent, marker, releases, remote, storage
from pipelines.delta.lease import lease_of
from pipelines.delta.lock import Holder, holder
from pipelines.delta.log import DeltaLog
from pipelines.delta.staging import FOLDER as STAGING
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from vermeil.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.table import Table


def lock(settings: Settings) -> Iterator[Finding]:
    """Who writes now."""
    held = _held(settings)
    if held is None:
        yield ok("lock", "nobody writes")
    else:
        yield warn("lock", f"held by {held}", "Let it end, or stop that process: its lock goes with it.")


def _held(settings: Settings) -> Holder | str | None:
    try:
        here = holder(_open(settings).lock_folder)
        if here or storage.is_local(settings.lakehouse_uri):
            return here
        found = lease_of(settings.lakehouse_uri)
        return None if found is None or found.is_over else found.holder
    except LakehouseError as error:
        return str(error)


def format_of(settings: Settings) -> Iterator[Finding]:
    """Whether this Vermeil can open it."""
    if storage.read_text(storage.join(settings.lakehouse_uri, marker.FILE)) is None:
        yield ok("format", f"there is no lakehouse at {settings.lakehouse_uri} yet")
        return
    try:
        _open(settings)
    except (ValueError, KeyError, TypeError):
        file = storage.join(settings.lakehouse_uri, marker.FILE)
        yield fail("format", f"{file} is damaged", "Delete that file: the next run writes it anew.")
        return
    yield ok("format", "this version can open it")


def tables(settings: Settings) -> Iterator[Finding]:
    """Whether every table can be read and is as it is declared."""
    log = DeltaLog(remote.options(settings))
    seen, wrong = 0, False
    for table in all_tables().values():
        uri = storage.join(settings.lakehouse_uri, *table.name.split("."))
        if _is_there(uri):
            seen += 1
            for finding in _table(log, table, uri):
                wrong = True
                yield finding
    if not wrong:
        yield ok("tables", f"{seen:,} tables can be read and are as declared" if seen else "none yet")


def _is_there(uri: str) -> bool:
    return bool(storage.children(storage.join(uri, "_delta_log")))


def _table(log: DeltaLog, table: Table, uri: str) -> Iterator[Finding]:
    subject = table.name
    again = (
        "Go back to a moment when it was whole (vermeil restore --list), or delete the folder and rebuild it: "
        f"vermeil run --full-refresh {table.name}"
        if table.layer != "bronze"
        else "Restore the lakehouse from a backup, or delete it as a whole and run again: all is made anew from raw."
    )
    try:
        present = log.columns(uri)
        version = log.version(uri)
        whole = version is not None and log.readable(uri, version)
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        yield fail(subject, f"its log cannot be read: {said}", again)
        return
    if not whole:
        yield fail(subject, "files that its log names are gone", again)
    if extra := [name for name in present if name not in table.column_names]:
        yield fail(
            subject,
            f"it has columns that are not declared: {', '.join(extra)}",
            f"vermeil run --full-refresh {table.name}",
        )
    elif missing := [name for name in table.column_names if name not in present]:
        todo = (
            f"The next run adds them; to fill them for what is there: vermeil run --full-refresh {table.name}"
        )
        yield warn(subject, f"it lacks columns that were declared since: {', '.join(missing)}", todo)


def releases_of(settings: Settings) -> Iterator[Finding]:
    """What readers see, and whether it is behind."""
    if begun := intent.pending(settings.lakehouse_uri):
        todo = "Whoever writes next completes it, such as: vermeil run"
        yield warn("releases", f"a restore to {begun.at} was cut", todo)
        return
    last = releases.latest(settings.lakehouse_uri)
    if last is None:
        yield ok("releases", "none yet: readers see the tables as they are")
        return
    lake = _open(settings)
    behind = [name for name, version in lake.versions().items() if last.versions.get(name) != version]
    shown = f"readers see {_moment(last.at)} ({last.made_by})"
    if not behind or _held(settings):
        yield ok("releases", shown)
    else:
        todo = "The last run was refused or died. Look at what it printed and run again."
        yield warn("releases", f"{shown}; {len(behind)} tables are newer, such as {behind[0]}", todo)


def staging(settings: Settings) -> Iterator[Finding]:
    """Whether a run that died has left something."""
    left = storage.children(storage.join(_open(settings).staged_in, STAGING))
    if left and not _held(settings):
        yield warn(
            "staging", f"a run that died has left batches of {', '.join(left)}", "The next run deletes them."
        )
    else:
        yield ok("staging", "nothing was left behind" if not left else "a run is at work")


def _open(settings: Settings) -> Lakehouse:
    return Lakehouse(settings, all_tables())


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
