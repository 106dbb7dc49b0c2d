"""Housekeeping by policy: few large files, no files that nobody reads any more, a log that is short to read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.delta import checkpoints, releases, storage
from pipelines.delta.log import FOLDER
from pipelines.delta.policies import Policy, check_policies, policy_of
from pipelines.flow import entering, ingest

if TYPE_CHECKING:
    from pipelines.delta.releases import Draft
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


@dataclass(frozen=True)
class Maintained:
    """What was done to one table.

    Attributes:
        table: its name.
        files_before: data files of its current version before.
        files_after: and after.
        deleted_files: data files that no version needs any more.
        deleted_log_files: log files that no version needs any more.
        freed_bytes: by how much its data files are smaller; negative where compacting added some, and the policy
            keeps those that they replace for a while.
        bytes_after: size of its current version.
        seconds: how long it took.
    """

    table: str
    files_before: int
    files_after: int
    deleted_files: int
    deleted_log_files: int
    freed_bytes: int
    bytes_after: int
    seconds: float

    @property
    def did_nothing(self) -> bool:
        """Whether the table was in order."""
        changed = self.files_before != self.files_after
        return not (changed or self.deleted_files or self.deleted_log_files)

    def __str__(self) -> str:
        return (
            f"{self.table}: {self.files_before:,} files, now {self.files_after:,}; {self.deleted_files:,} data and "
            f"{self.deleted_log_files:,} log files deleted, {self.freed_bytes:,} bytes freed"
        )


def maintain(
    lake: Lakehouse,
    draft: Draft,
    now: datetime,
    starting: Callable[[str], None] = lambda _: None,
    policies: Callable[[Table], Policy] | None = None,
) -> Iterator[Maintained]:
    """Compact, vacuum and checkpoint each table by its policy, and tidy its log.

    May be cut anywhere and run again. Every released version that is not older than its table's policy stays readable,
    and the newest release does however old it is.

    Args:
        lake: where the tables are; held for writing.
        draft: what this writer will release. After a run that was refused, nothing: its tables stay unseen.
        now: the time that ages are measured against.
        starting: told the name of each table before its turn.
        policies: of a table; by default as declared and set.
    """
    given = lake.settings.maintenance
    check_policies(given, lake.tables)
    chosen = policies or (lambda table: policy_of(table, given))
    if ingest.RECORDS in draft.before:
        entering.complete_manifest(lake)  # from notes that are about to go
    lake.staging.clear()
    last = releases.latest(lake.uri)
    draft.held_back |= draft.is_behind(last)
    keeping = 0
    for name in draft.before:
        starting(name)
        policy = chosen(lake.declaration(name))
        keeping = max(keeping, policy.keep_hours)
        behind = last is not None and last.versions.get(name) != draft.before[name]
        hours = policy.keep_hours
        if last and behind:  # readers still need what was replaced after the newest release
            hours = max(hours, math.ceil((now - last.at) / timedelta(hours=1)) + 1)
        yield _maintain(lake, name, replace(policy, keep_hours=hours), now)
    if ingest.RECORDS in draft.before:
        entering.clear_batches(lake)
    releases.forget_before(lake.uri, now - timedelta(hours=keeping))


def totals(done: list[Maintained]) -> dict[str, int]:
    """The figures of all tables, added up."""
    names = (
        "files_before",
        "files_after",
        "deleted_files",
        "deleted_log_files",
        "freed_bytes",
        "bytes_after",
    )
    return {name: sum(asdict(one)[name] for one in done) for name in names}


def _maintain(lake: Lakehouse, name: str, policy: Policy, now: datetime) -> Maintained:
    started = time.monotonic()
    uri = lake.table_uri(name)
    held = _data_bytes(uri)
    before, _ = lake.log.files(uri)
    house = lake.housekeeping(name)
    house.rearrange(policy.target_bytes, thorough=True)
    deleted = house.vacuum(policy.keep_hours)
    log = _tidy_log(lake, name, policy, now)
    after, size = lake.log.files(uri)
    return Maintained(
        table=name,
        files_before=before,
        files_after=after,
        deleted_files=deleted,
        deleted_log_files=log,
        freed_bytes=held - _data_bytes(uri),
        bytes_after=size,
        seconds=time.monotonic() - started,
    )


def _data_bytes(uri: str) -> int:
    return storage.folder_bytes(uri) - storage.folder_bytes(storage.join(uri, FOLDER))


def _tidy_log(lake: Lakehouse, name: str, policy: Policy, now: datetime) -> int:
    """Write a checkpoint, and delete the log before an older one that nothing needs to go behind of."""
    uri = lake.table_uri(name)
    if not checkpoints.exists(uri, lake.version(name) or 0) or checkpoints.is_unnamed(uri):
        lake.log.checkpoint(uri)
    commits = lake.history(name)
    noted = next((commit.version for commit in commits if commit.note), 0)
    # The version that was current at the horizon was replaced after it: it is still to be read.
    horizon = now - timedelta(hours=policy.keep_hours)
    reached = next((commit.version for commit in commits if commit.at <= horizon), 0)
    deleted = checkpoints.expire(uri, now - timedelta(hours=policy.log_hours), keep=min(noted, reached))
    lake.log.logs.moved(uri)
    return deleted
