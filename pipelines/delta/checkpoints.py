"""Checkpoints of a table's log: which there are, which one is named, and what they make needless.

Delta keeps log entries for days after a checkpoint made them needless, and they hold statistics of rows that are gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime

import pyarrow.parquet as pq

from pipelines.delta import storage
from pipelines.delta.held_logs import FOLDER
from pipelines.errors import LakehouseError

LAST_CHECKPOINT = "_last_checkpoint"
"""Name of the file that names the newest checkpoint. The protocol makes it optional, and Trino needs it."""

_VERSION = re.compile(r"^\.?(\d{20})\.")

_CHECKPOINT = re.compile(r"^(\d{20})\.checkpoint\..*parquet$")


def newest(names: Iterable[str]) -> int:
    """The version of the newest checkpoint among the files of a log; -1 where there is none."""
    return max((int(found[1]) for name in names if (found := _CHECKPOINT.match(name))), default=-1)


def named(uri: str) -> int | None:
    """The version that `_last_checkpoint` names; None where there is no such file, or half of one."""
    try:
        return int(json.loads(storage.read_text(storage.join(uri, FOLDER, LAST_CHECKPOINT)) or "")["version"])
    except (ValueError, KeyError, TypeError):
        return None


def lack_a_name(names: Iterable[str]) -> bool:
    """Whether there are checkpoints among the files of a log, and no file that names one."""
    found = list(names)
    return LAST_CHECKPOINT not in found and any(map(_CHECKPOINT.match, found))


def is_unnamed(uri: str) -> bool:
    """Whether there are checkpoints, and no `_last_checkpoint` that names one of them."""
    names = storage.children(storage.join(uri, FOLDER))
    versions = {int(found[1]) for name in names if (found := _CHECKPOINT.match(name))}
    return bool(versions) and named(uri) not in versions


def exists(uri: str, version: int) -> bool:
    """Whether there is a checkpoint of a version."""
    return any(_is_checkpoint(name, version) for name in storage.children(storage.join(uri, FOLDER)))


def name(uri: str, version: int) -> None:
    """Write the `_last_checkpoint` that names a checkpoint of one file."""
    log = storage.join(uri, FOLDER)
    with storage.opened(storage.join(log, f"{version:020d}.checkpoint.parquet")) as checkpoint:
        size = pq.read_metadata(checkpoint).num_rows
    storage.replace_text(storage.join(log, LAST_CHECKPOINT), json.dumps({"version": version, "size": size}))


def drop_before(uri: str, version: int) -> None:
    """Delete the log entries and checkpoints of all versions before one that has a checkpoint.

    Raises:
        LakehouseError: there is no checkpoint of that version: without it the table could not be read any more.
    """
    files = storage.files(storage.join(uri, FOLDER))
    if not any(_is_checkpoint(file.name, version) for file in files):
        raise LakehouseError(f"{uri} has no checkpoint of version {version}: its older log cannot be deleted")
    storage.delete_files(
        [file.uri for file in files if (found := _VERSION.match(file.name)) and int(found[1]) < version]
    )


def expire(uri: str, before: datetime, keep: int) -> int:
    """Delete the log of versions that a later checkpoint has made needless, all of them older than some time.

    Args:
        uri: the table.
        before: log entries written since then are kept.
        keep: a version that stays readable, with all later ones.

    Returns:
        How many files were deleted.
    """
    files = storage.files(storage.join(uri, FOLDER))
    checkpoints = [
        int(found[1])
        for file in files
        if (found := _CHECKPOINT.match(file.name)) and file.modified_at < before and int(found[1]) <= keep
    ]
    if not checkpoints:
        return 0
    drop_before(uri, max(checkpoints))
    return len(files) - len(storage.files(storage.join(uri, FOLDER)))


def _is_checkpoint(name: str, version: int) -> bool:
    return name.startswith(f"{version:020d}.checkpoint") and name.endswith(".parquet")
