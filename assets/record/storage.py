"""Many events into Dagster's storage without opening its files for each.

Dagster opens, commits and closes its files of SQLite for every event, and compiles each statement anew: 9 ms of
computing and 50 of waiting for the disk, some thousand times in a run that tells how each check of each table stands.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import create_engine

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from sqlalchemy.engine import Connection, Engine

Methods = Mapping[str, Any]
"""Functions by the names of a storage's methods."""


def kept_open(instance: DagsterInstance) -> AbstractContextManager[None]:
    """Keep open, within, what files of SQLite Dagster's events are in; elsewhere do as Dagster does.

    Each event is still a transaction of its own, so that others see it at once.
    """
    return _with(instance, _one_by_one)


def at_once(instance: DagsterInstance) -> AbstractContextManager[None]:
    """Write within as one transaction a file of SQLite, all or nothing; elsewhere as Dagster does.

    Only for runs that were not planned, as Dagster plans its own.
    """
    return _with(instance, _all_together)


def _one_by_one(storage: SqliteEventLogStorage, stack: ExitStack) -> Methods:
    engines = _Opened(storage, stack)

    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        engine = engines.of(shard)
        with storage._db_lock, engine.connect() as connection:
            before = _changes(connection)
            with connection.begin():
                yield connection
            if _changes(connection) != before:
                # A file that is kept open changes beside itself, in its log; who follows a run watches the file.
                os.utime(storage.path_for_shard(shard))

    return {"_connect": connect}


def _all_together(storage: SqliteEventLogStorage, stack: ExitStack) -> Methods:
    engines = _Opened(storage, stack)
    held: dict[str, Connection] = {}

    @contextmanager
    def connect(shard: str) -> Iterator[Connection]:
        if shard not in held:
            held[shard] = stack.enter_context(engines.of(shard).begin())
        yield held[shard]

    # What was not planned is not looked for: a result is a new row.
    return {
        "_connect": connect,
        "_update_asset_check_evaluation": storage._store_runless_asset_check_evaluation,
    }


class _Opened:
    """Engines of a storage's files, each made the first time that it is asked for."""

    def __init__(self, storage: SqliteEventLogStorage, stack: ExitStack) -> None:
        self._storage, self._stack = storage, stack
        self._make: Callable[[str], AbstractContextManager[Connection]] = storage._connect
        self._engines: dict[str, Engine] = {}

    def of(self, shard: str) -> Engine:
        if shard not in self._engines:
            with self._make(shard):
                pass  # makes the file where there is none
            address = self._storage.conn_string_for_shard(shard)
            engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
            self._stack.callback(engine.dispose)
            self._engines[shard] = engine
        return self._engines[shard]


@contextmanager
def _with(
    instance: DagsterInstance, how: Callable[[SqliteEventLogStorage, ExitStack], Methods]
) -> Iterator[None]:
    """Some methods in the place of the storage's own, where it is in files of SQLite."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        yield
        return
    with ExitStack() as stack:
        # A table that was there once is not looked for again.
        methods = {**how(storage, stack), "has_table": cache(storage.has_table)}
        vars(storage).update(methods)
        try:
            yield
        finally:
            for name in methods:
                delattr(storage, name)  # and so the class's own is back


def _changes(connection: Connection) -> int:
    """How many rows a connection has changed so far."""
    return int(getattr(connection.connection.driver_connection, "total_changes", 0))
