"""The log of a Delta table as files: what neither engine deletes by itself before its retention is over.

Delta keeps log entries for days after a checkpoint made them needless. They hold statistics of rows that are gone.
"""

from __future__ import annotations

import re
from datetime import datetime

import pyarrow.fs as fs

from pipelines import storage
from pipelines.errors import LakehouseError

FOLDER = "_delta_log"

_VERSION = re.compile(r"^\.?(\d{20})\.")

_COMMIT = re.compile(r"^(\d{20})\.(json|checkpoint\..*parquet)$")

_CHECKPOINT = re.compile(r"^(\d{20})\.checkpoint\..*parquet$")


def drop_before(uri: str, version: int) -> None:
    """Delete the log entries and checkpoints of all versions before one that has a checkpoint.

    Raises:
        LakehouseError: there is no checkpoint of that version: without it the table could not be read any more.
    """
    system, path = storage.locate(storage.join(uri, FOLDER))
    files = [i for i in system.get_file_info(fs.FileSelector(path)) if i.type == fs.FileType.File]
    if not any(_is_checkpoint(info.base_name, version) for info in files):
        raise LakehouseError(f"{uri} has no checkpoint of version {version}: its older log cannot be deleted")
    for info in files:
        found = _VERSION.match(info.base_name)
        if found and int(found[1]) < version:
            system.delete_file(info.path)


def _is_checkpoint(name: str, version: int) -> bool:
    return name.startswith(f"{version:020d}.checkpoint") and name.endswith(".parquet")


def latest_version(uri: str) -> int | None:
    """A table's newest version, from the names of its log's files alone; None where there is no table."""
    names = storage.children(storage.join(uri, FOLDER))
    versions = [int(found[1]) for name in names if (found := _COMMIT.match(name))]
    return max(versions, default=None)


def expire(uri: str, before: datetime, keep: int) -> int:
    """Delete the log of versions that a later checkpoint has made needless, all of them older than some time.

    Args:
        uri: the table.
        before: log entries written since then are kept.
        keep: a version that stays readable, with all later ones.

    Returns:
        How many files were deleted.
    """
    system, path = storage.locate(storage.join(uri, FOLDER))
    files = [i for i in system.get_file_info(fs.FileSelector(path)) if i.type == fs.FileType.File]
    checkpoints = [
        int(found[1])
        for info in files
        if (found := _CHECKPOINT.match(info.base_name)) and info.mtime < before and int(found[1]) <= keep
    ]
    if not checkpoints:
        return 0
    drop_before(uri, max(checkpoints))
    return len(files) - len(system.get_file_info(fs.FileSelector(path)))


def has_checkpoint(uri: str, version: int) -> bool:
    """Whether there is a checkpoint of a version."""
    return any(_is_checkpoint(name, version) for name in storage.children(storage.join(uri, FOLDER)))


def behind(uri: str, version: int) -> int:
    """How many versions after its newest checkpoint a version is; all of them where there is no checkpoint."""
    names = storage.children(storage.join(uri, FOLDER))
    return version - max((int(found[1]) for name in names if (found := _CHECKPOINT.match(name))), default=-1)
