"""Record in Dagster what a command did, once it is done. Importing this is cheap: Dagster is not imported."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assets.record.done import Done
from assets.runs.instance import instance_home
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.lakehouse import Lakehouse
    from pipelines.settings import Settings

QUIET = 3600.0
"""Seconds for which a record of tables that stay as they are is good: gold counts as late after three hours."""

STAMP = "recorded"
"""File in Dagster's home whose time is that of the last record of every table."""


@contextmanager
def recorded(
    lake: Lakehouse, job: str, command: str, tell: Callable[[str], None], *, unless: bool = False
) -> Iterator[Done]:
    """Record in Dagster what a command does, when it has come to its end or an error has ended it.

    Args:
        lake: what the command works on.
        job: Dagster's job that does the same.
        command: as people call it.
        tell: told, in words, where it could not be recorded: that is no reason for the command to fail.
        unless: record nothing, as of a dry run.
    """
    done = Done(job, command, datetime.now(UTC))
    if unless:
        yield done
        return
    try:
        yield done
    except SettingsError:
        raise  # nothing was begun
    except Exception as error:
        done.error = error
        _record(lake, done, tell)
        raise
    _record(lake, done, tell)


def _record(lake: Lakehouse, done: Done, tell: Callable[[str], None]) -> None:
    from pipelines.bronze import files

    settings = lake.settings
    seen = {outcome.table for outcome in done.outcomes}
    done.is_whole = seen >= set(lake.tables) - {files.TABLE.name} and _is_long_ago(settings)
    if not settings.record or not (done.is_news or done.is_whole):
        return
    try:
        from assets.record.run import record

        record(lake, done)
        if done.is_whole:
            _stamp(settings).touch()
    except Exception as error:  # whatever is wrong with Dagster's storage, the tables are as they should be
        what = (str(error).strip().splitlines() or [type(error).__name__])[0]
        tell(
            f"not recorded in Dagster ({_stamp(settings).parent}): {what}. The tables are not concerned; the next run "
            "records them as they are then. VERMEIL_RECORD=no leaves Dagster out"
        )


def _is_long_ago(settings: Settings) -> bool:
    stamp = _stamp(settings)
    return not stamp.exists() or time.time() - stamp.stat().st_mtime > QUIET


def _stamp(settings: Settings) -> Path:
    return instance_home(settings) / STAMP
