"""Runs that start because something happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable

from dagster import RunRequest, SensorEvaluationContext, SensorResult, SkipReason, sensor

from assets.runs.jobs import REFRESH
from pipelines.bronze.files import RawFile, is_folder
from pipelines.bronze.reading.waiting import waiting
from pipelines.settings import load_settings


@sensor(
    name="new_raw_files",
    job=REFRESH,
    minimum_interval_seconds=60,
    description="Starts a refresh when the raw folder has files that bronze does not have.",
)
def new_raw_files(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    """One refresh for each set of new files.

    The cursor names the files that a run was already asked for: one that is taken in only after an hour, or never,
    does not ask again. What a failed run left behind is taken up by the schedule.
    """
    settings = load_settings()
    raw = settings.raw_dir
    if not is_folder(raw):
        return SkipReason(f"There is no raw folder at {raw} yet.")
    found = fingerprints(waiting(raw, settings))
    new = found - set(json.loads(context.cursor or "[]"))
    cursor = json.dumps(sorted(found))
    if not new:
        return SensorResult(skip_reason=f"No new file in {raw}.", cursor=cursor)
    request = RunRequest(run_key=_digest(sorted(new)), tags={"new_files": str(len(new))})
    return SensorResult(run_requests=[request], cursor=cursor)


def fingerprints(files: Iterable[RawFile]) -> set[str]:
    """A short name for each file as it lies there now: path, size and time of writing."""
    return {_digest((file.file, str(file.size_bytes), file.modified_at.isoformat()))[:12] for file in files}


def _digest(parts: Collection[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


SENSORS = (new_raw_files,)
