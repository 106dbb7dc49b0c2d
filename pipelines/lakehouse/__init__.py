"""A lakehouse: Delta tables by name. Read them, publish a batch in one commit, hold them for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pipelines.base.together import Locks, made_once
from pipelines.delta import intent, marker, releases, storage
from pipelines.delta.commits import Committer, Publish, Replace, Staged, commit
from pipelines.delta.copies import Copies, folder_of
from pipelines.delta.declaring import declare, is_declared
from pipelines.delta.engine_errors import WRITING
from pipelines.delta.fencing import Fence, Fenced
from pipelines.delta.housekeeping import Housekeeping
from pipelines.delta.lease import leased
from pipelines.delta.lock import running_command, writer_lock
from pipelines.delta.log import Note, stamped
from pipelines.delta.policies import policy_of
from pipelines.delta.releases import Draft
from pipelines.delta.staging import Staging
from pipelines.errors import LakehouseError, noted
from pipelines.lakehouse.reading import Reading


class Lakehouse(Reading):
    """A lakehouse that is open on a SparkSession.

    Use it as a context manager, or :meth:`close` it. ``Lakehouse.open()`` reads the ``VERMEIL_*`` settings.

    Args:
        settings: where it is, and on which engine.
        tables: the declared tables by name.
        spark: a session to work on, which stays open; by default one is started.
        release: read the tables as they were released then; by default as they are now.

    Attributes:
        uri: root of the tables.
        engine: what computes.

    Raises:
        LakehouseError: it was written by a newer Vermeil.
    """

    @property
    def committer(self) -> Committer:
        """What commits on this engine, for who holds the lakehouse."""
        return Fenced(self._committer, self._fence) if self._fence else self._committer

    @made_once
    def _committer(self) -> Committer:
        return self.engine.committer(self.settings, self.log, lambda: self.spark, self._stands_on)

    def _stands_on(self, uri: str, version: int) -> None:
        if self._fence:
            self._fence.stands_on(uri, version)

    @made_once
    def staging(self) -> Staging:
        """Batches on their way."""
        return Staging(self.staged_in, lambda: self.spark)

    @made_once
    def alone(self) -> Locks:
        """Locks of tables, by name, that several others write to beside their own."""
        return Locks()

    def create(self, name: str) -> None:
        """Create a table, or add the columns that were declared since it was written."""
        uri, table = self.table_uri(name), self.declaration(name)
        if is_declared(self.log, uri, table):
            return
        if not self._is_marked:
            marker.leave(self.uri)
            self._is_marked = True
        with self._fence.passed(uri) if self._fence else nullcontext():
            declare(self.log, uri, table)

    def publish(self, name: str, staged: Staged, how: Publish, note: Note) -> None:
        """Publish a batch of a table that is as declared, in one commit."""
        commit(self.committer, self.table_uri(name), self.declaration(name), staged, how, stamped(note))

    def touch(self, name: str, note: Note) -> None:
        """Publish a note alone: the table was looked at and nothing changed."""
        self.committer.touch(self.table_uri(name), self.declaration(name), stamped(note))

    def housekeeping(self, name: str) -> Housekeeping:
        """What is done to a table's files and versions, by whoever holds the lakehouse for writing."""
        return Housekeeping(self.committer, self.log, self.table_uri(name), self.declaration(name))

    def restore(self, name: str, version: int) -> None:
        """Make an earlier version of a table the current one. Its watermark goes back with it."""
        self.housekeeping(name).restore(version)

    def complete_restore(self, starting: Callable[[str], None] = lambda _: None) -> None:
        """Do what is left of a restore that has begun; nothing where there is none."""
        if begun := intent.pending(self.uri):
            for name, version in begun.tables.items():
                if name in self.tables and self.note(name).get("restored") != begun.id:
                    starting(name)
                    self._take_back(name, version, restored=begun.id)
            self.staging.clear()
            releases.make(self.uri, f"vermeil restore --to {begun.at}", self.versions(), datetime.now(UTC))
            intent.end(self.uri)

    def _take_back(self, name: str, version: int | None, **more: str) -> None:
        house = self.housekeeping(name)
        if version is None:
            empty = self.spark.createDataFrame([], self.declaration(name).spark_schema())
            staged = self.staging.write(name, "restored", empty)
            self.publish(name, staged, Replace(), {**more, **house.used()})
        elif self.version(name) != version:
            house.restore(version, **more)

    @contextmanager
    def writing(
        self,
        command: str | None = None,
        wait: float | None = None,
        waiting: Callable[[str], None] = lambda _: None,
    ) -> Iterator[Draft]:
        """Hold the lakehouse for writing, and release what was written when that ended well.

        What a run that died has staged is deleted, and a restore that was cut is completed first.

        Args:
            command: what is done, for whoever finds the lakehouse held; by default the program and its command.
            wait: seconds to wait for another writer; by default as the settings say.
            waiting: told, in words, for whom this process waits.

        Raises:
            LakehouseError: another process writes to it.
        """
        if self.release is not None:
            raise LakehouseError("a release is only read: write through the lakehouse that it was taken from")
        doing = command or running_command()
        with self._held(self.settings.wait if wait is None else wait, doing, waiting):
            self.staging.clear()
            self.complete_restore()
            draft = Draft(self.versions())
            with noted(WRITING):
                yield draft
            self.staging.clear()
            self._leave(draft, doing)

    @contextmanager
    def _held(self, wait: float, doing: str, waiting: Callable[[str], None]) -> Iterator[None]:
        """By the lock of this machine's system, and by a lease where the tables are in an object store."""
        with writer_lock(self.lock_folder, wait, doing, waiting), self._asking_anew():
            if storage.is_local(self.uri):
                yield
                return
            uris = [self.table_uri(name) for name in self.tables]
            with (
                leased(self.uri, self.settings.lease, wait, doing, waiting) as lease,
                self.log.logs.held(self.uri, uris),
                self._copied(),
            ):
                self._fence = Fence(
                    lease, {uri: self.log.version(uri) for uri in uris}, self.log.version, self.log.logs.moved
                )
                try:
                    yield
                finally:
                    self._fence = None

    @contextmanager
    def _asking_anew(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.log.let_go()

    @contextmanager
    def _copied(self) -> Iterator[None]:
        if not self.engine.reads_here:
            yield
            return
        copies = Copies(folder_of(self.staged_in))
        with copies.kept():
            self._copies = copies
            try:
                yield
            finally:
                self._copies = None

    @property
    def staged_in(self) -> str:
        """Below what batches are staged: with the tables, or on this disk where all that reads them is here."""
        if storage.is_local(self.uri) or not self.engine.reads_here:
            return self._read_by
        known_by = sha256(self.uri.encode()).hexdigest()[:16]
        return str((self.settings.home / "staging" / known_by).resolve())

    @property
    def lock_folder(self) -> Path:
        """Where the writer's lock lies: with the tables, or in the home where these are in an object store."""
        return Path(self.uri) if storage.is_local(self.uri) else self.settings.home

    _fence: Fence | None = None
    _is_marked = False

    def _leave(self, draft: Draft, doing: str) -> None:
        """Spare readers what is slow to read, then release what this writer has written."""
        for name in draft.moved(self.versions()):
            target = policy_of(self.declaration(name), self.settings.maintenance).target_bytes
            self.housekeeping(name).rearrange(target)
        now = self.versions()
        for name, version in draft.moved(now).items():
            self.log.checkpoint_if_far(self.table_uri(name), version)
        if self._fence:
            self.log.keep(self.uri)
            self._fence.lease.check()
        releases.end(self.uri, draft, doing, now, datetime.now(UTC))
