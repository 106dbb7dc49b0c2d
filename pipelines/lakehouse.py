"""Delta tables by name: read them, stage a batch, publish it in one commit, look at their history, maintain them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version as package_version
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pipelines.delta import footers, intent, releases, storage
from pipelines.delta import log as delta_log
from pipelines.delta.commits import Committer, Staged
from pipelines.delta.engine import Engine, engine_of, open_spark
from pipelines.delta.engine_errors import OF, WRITING
from pipelines.delta.layout import FELT, ORDERLY, Layout, work
from pipelines.delta.lock import running_command, writer_lock
from pipelines.delta.log import Commit, DeltaLog, Note
from pipelines.delta.policies import Policy, policy_of
from pipelines.delta.releases import Draft, Release
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.frames.views import answer
from pipelines.privacy.token_key import TokenKey, token_key
from pipelines.settings import Settings, load_settings
from pipelines.sources.mapping import load_sources
from pipelines.sources.source import Sources
from pipelines.table import Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

FORMAT = 1
"""Version of the lakehouse's own conventions. A lakehouse of a greater one is not opened."""

MARKER = "_vermeil.json"
STAGING = "_staging"

CHECKPOINT_EVERY = 50
"""Commits of a table after which a writer leaves a checkpoint."""


class Lakehouse:
    """A lakehouse that is open on a SparkSession.

    Use it as a context manager, or :meth:`close` it. ``Lakehouse.open()`` reads the ``VERMEIL_*`` settings.

    Args:
        settings: where it is, and on which engine.
        tables: the declared tables by name.
        spark: a session to work on, which stays open; by default one is started.
        release: read the tables as they were released then; by default as they are now.

    Attributes:
        uri: root of the tables.

    Raises:
        LakehouseError: it was written by a newer Vermeil.
    """

    def __init__(
        self,
        settings: Settings,
        tables: Mapping[str, Table],
        spark: SparkSession | None = None,
        release: Release | None = None,
    ) -> None:
        _check_format(settings.lakehouse_uri)
        self.settings = settings
        self.uri = settings.lakehouse_uri
        self.tables = tables
        self.release = release
        self._pins: dict[str, int] = {}
        self._stack = ExitStack()
        self._given_spark = spark

    @classmethod
    def open(cls, home: str | Path | None = None, **settings: Any) -> Lakehouse:
        """The lakehouse that the settings name, those given here counting first.

        Raises:
            SettingsError: a setting cannot be used.
            LakehouseError: it was written by a newer Vermeil.
        """
        from pipelines.catalog import all_tables

        return cls(load_settings({"home": home, **settings}), all_tables())

    def __enter__(self) -> Lakehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the SparkSession, if one was started."""
        self._stack.close()

    @property
    def engine(self) -> Engine:
        """What computes."""
        return engine_of(self.settings)

    @cached_property
    def spark(self) -> SparkSession:
        """The SparkSession: the one that was given, or one that is started when first asked for."""
        return self._given_spark or self._stack.enter_context(open_spark(self.settings))

    @cached_property
    def committer(self) -> Committer:
        """What commits on this engine."""
        return self.engine.committer(self.settings, lambda: self.spark)

    @cached_property
    def log(self) -> DeltaLog:
        """What the tables' logs say, on every engine."""
        return DeltaLog(self.settings.storage_options)

    @cached_property
    def sources(self) -> Sources:
        """The sources whose files it takes in: those that the settings name, and Stripe's.

        Raises:
            SourceError: a mapping is not valid.
            SettingsError: VERMEIL_SOURCES names something that is not there.
        """
        return load_sources(self.settings.source_files)

    @cached_property
    def token_key(self) -> TokenKey:
        """The key that personal data is tokenised with.

        Raises:
            SettingsError: it is too short, or cannot be read or made.
        """
        return token_key(self.settings)

    @cached_property
    def scratch(self) -> Path:
        """A folder of this machine for what is computed on the way; it goes when the lakehouse is closed."""
        return Path(self._stack.enter_context(TemporaryDirectory(prefix="vermeil-")))

    def declaration(self, name: str) -> Table:
        """The contract of a table.

        Raises:
            LakehouseError: no table of that name is declared.
        """
        try:
            return self.tables[name]
        except KeyError:
            raise LakehouseError(f"no table {name!r}; there are {', '.join(sorted(self.tables))}") from None

    def table_uri(self, name: str) -> str:
        """Where a table's files are."""
        return storage.join(self.uri, *self.declaration(name).name.split("."))

    def exists(self, name: str) -> bool:
        """Whether anything was ever published to a table."""
        if self.release is not None and name not in self.release.versions:
            return False
        return self.log.exists(self.table_uri(name))

    def released(self) -> Lakehouse:
        """The tables as the latest release has them: all of one moment, whatever a run does meanwhile.

        Each call gives the release that is the latest then. Where nothing was released yet, the tables as they are. A
        version that is gone, because it was expunged or cleared away, is answered with the current one.
        """
        return Lakehouse(self.settings, self.tables, self.spark, releases.latest(self.uri))

    def version(self, name: str) -> int | None:
        """The version of a table that is read: of the release, or the newest; None where there is none."""
        now = delta_log.latest_version(self.table_uri(name))
        if self.release is None or now is None:
            return now
        if name not in self._pins:
            pinned = self.release.versions.get(name)
            if pinned is None:
                return None
            kept = pinned == now or self.log.readable(self.table_uri(name), pinned)
            self._pins[name] = pinned if kept else now
        return self._pins[name]

    def versions(self) -> dict[str, int]:
        """The newest version of every table that there is, whatever the release."""
        found = {name: delta_log.latest_version(self.table_uri(name)) for name in self.tables}
        return {name: version for name, version in found.items() if version is not None}

    def table(self, name: str, version: int | None = None, at: datetime | None = None) -> DataFrame:
        """The rows of a table: now, as of one of its versions, or as published at some time (UTC).

        A declared table that nothing was published to yet is empty.
        """
        declared = self.declaration(name)
        if not self.exists(name):
            return self.spark.createDataFrame([], declared.spark_schema())
        if at is not None:
            version = self.version_at(name, at)
        if version is None and self.release is not None:
            version = self.version(name)
        if version is None:
            return self.spark.read.format("delta").load(self.table_uri(name))
        return self.engine.at_version(self.settings, self.spark, self.table_uri(name), version)

    def count(self, name: str) -> int:
        """How many rows a table has, counted only where its log does not say it."""
        if not self.exists(name):
            return 0
        told = self.log.rows(self.table_uri(name), self.version(name) if self.release else None)
        return self.table(name).count() if told is None else told

    def arrow(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Columns of a small table as it is now, read without an engine; no row where nothing was published yet.

        One that was declared since the table was written is null.
        """
        import pyarrow as pa

        schema = arrow_schema(self.declaration(name))
        if not self.exists(name):
            return schema.empty_table().select(list(columns))
        found = self.log.read(self.table_uri(name), columns)
        for column in [column for column in columns if column not in found.column_names]:
            found = found.append_column(schema.field(column), pa.nulls(len(found), schema.field(column).type))
        return found.select(list(columns))

    def sql(self, query: str, *, now: bool = False) -> DataFrame:
        """The answer to a Spark SQL query over all tables, by their full names (``gold.payments_daily``).

        They are read as the latest release has them, so that they belong together also while a run is going on; with
        ``now``, as they are.
        """
        lake = self if self.release or now else self.released()
        views = {name: lake._view(name) for name in self.tables if name in query}
        return answer(self.spark, query, views)

    def history(self, name: str, limit: int | None = None) -> list[Commit]:
        """A table's versions, newest first; [] where nothing was published yet."""
        if not self.exists(name):
            return []
        if self.release is None:
            return list(self.log.history(self.table_uri(name), limit))
        newest = self.version(name) or 0
        commits = self.log.history(self.table_uri(name))
        return list(islice((commit for commit in commits if commit.version <= newest), limit))

    def version_at(self, name: str, at: datetime) -> int:
        """The version that was current at some time (UTC).

        Raises:
            LakehouseError: the table did not exist then.
        """
        for commit in self.log.history(self.table_uri(name)):
            if commit.at <= at:
                return commit.version
        raise LakehouseError(f"{name} did not exist at {at.isoformat()}")

    def note(self, name: str) -> Note:
        """What Vermeil wrote with its latest commit to a table; empty where there is none."""
        latest = next(iter(self.history(name, 1)), None)
        if latest is None or latest.note:
            return latest.note if latest else {}
        return next((commit.note for commit in self.history(name) if commit.note), {})

    def stage(self, name: str, batch: str, rows: DataFrame, accept: str | None = None) -> Staged:
        """Write a batch as Parquet where no reader looks. ``accept`` names a column that is null in good rows."""
        uri = self.staging_uri(name, batch)
        storage.delete_folder(uri)
        rows.write.mode("overwrite").parquet(uri)
        # Asking for the schema plans all of it a second time.
        schema = None if storage.parquet_files(uri) else rows.schema
        published, refused = footers.row_counts(uri, accept)
        return Staged(uri, published, schema, accept, refused)

    def staged(self, staged: Staged) -> DataFrame:
        """All rows of a staged batch."""
        if storage.parquet_files(staged.uri):
            return self.spark.read.parquet(staged.uri)
        return self.spark.createDataFrame([], staged.schema)

    def accepted(self, staged: Staged) -> DataFrame:
        """The rows of a staged batch that are to be published."""
        rows = self.staged(staged)
        return rows.filter(f"{staged.accept} is null") if staged.accept else rows

    def bounds(self, staged: Staged, columns: Collection[str]) -> Mapping[str, tuple[Any, Any]]:
        """The least and greatest values of columns in the rows of a staged batch that are to be published.

        Those are left out that its files do not say; all are where rows are refused.
        """
        return {} if staged.refused else footers.bounds(staged.uri, columns)

    def staging_uri(self, name: str, batch: str) -> str:
        """Where a batch of a table is staged."""
        return storage.join(self.uri, STAGING, name, batch)

    def clear_staging(self, name: str | None = None) -> None:
        """Delete what is staged, of one table or of all: of batches published, or of a run that was cut."""
        storage.delete_folder(storage.join(self.uri, STAGING, *([name] if name else [])))

    def create(self, name: str) -> None:
        """Create a table, or add the columns that were declared since it was written."""
        self._mark()
        self.committer.create(self.table_uri(name), self.declaration(name))

    def append(self, name: str, staged: Staged, note: Note) -> None:
        """Publish a batch by adding its rows."""
        self.committer.append(self.table_uri(name), self.declaration(name), staged, self._stamped(note))

    def merge(self, name: str, staged: Staged, note: Note, update_if: str | None) -> None:
        """Publish a batch by key; a staged row ``s`` takes the place of a present one ``t`` where a condition holds."""
        self.committer.merge(
            self.table_uri(name), self.declaration(name), staged, self._stamped(note), update_if
        )

    def replace(self, name: str, staged: Staged, note: Note, dates: Sequence[str] | None) -> None:
        """Publish a batch in place of the rows of some dates, or of all rows (None)."""
        self.committer.replace(
            self.table_uri(name), self.declaration(name), staged, self._stamped(note), dates
        )

    def amend(self, name: str, staged: Staged, note: Note, by: Sequence[str]) -> None:
        """Publish rows in the place of those that agree with them in some columns, and nothing else."""
        self.committer.amend(self.table_uri(name), self.declaration(name), staged, self._stamped(note), by)

    def touch(self, name: str, note: Note) -> None:
        """Publish a note alone: the table was looked at and nothing changed."""
        self.committer.touch(self.table_uri(name), self.declaration(name), self._stamped(note))

    def optimize(self, name: str, target_bytes: int | None = None) -> None:
        """Compact a table's small files."""
        self.committer.optimize(self.table_uri(name), self.note(name), target_bytes)

    def layout(self, name: str) -> Layout:
        """How a table lies on its disk now."""
        return self.log.layout(self.table_uri(name), self.declaration(name).cluster_by)

    def order(self, name: str, target_bytes: int) -> None:
        """Write a large table anew, its rows ordered by its day."""
        self.committer.order(self.table_uri(name), self.declaration(name), self.note(name), target_bytes)

    def unpartition(self, name: str) -> None:
        """Write a table of an earlier Vermeil anew, without partitions; its older versions stay readable."""
        self.committer.unpartition(self.table_uri(name), self.declaration(name), self.note(name))

    def rearrange(self, name: str, policy: Policy | None = None, *, thorough: bool = False) -> None:
        """Put a table's small files together, or order its rows by day, where that is worth it.

        Call it while holding the lakehouse for writing.

        Args:
            name: the table.
            policy: by default as declared and set.
            thorough: leave it in good order, and without the partitions that an earlier Vermeil gave it. Otherwise
                only what readers feel is done.
        """
        target = (policy or policy_of(self.declaration(name), self.settings.maintenance)).target_bytes
        found = self.layout(name)
        if found.partitioned_by:
            if not thorough:
                return
            self.unpartition(name)
            found = self.layout(name)
        match work(found, target, ORDERLY if thorough else FELT):
            case "order":
                self.order(name, target)
            case "compact":
                self.optimize(name, target)

    def vacuum(self, name: str, hours: int = 168) -> int:
        """Delete files that no version of the last ``hours`` needs; returns how many."""
        return self.committer.vacuum(self.table_uri(name), hours, self.note(name))

    def restore(self, name: str, version: int, **more: Any) -> None:
        """Make an earlier version of a table the current one. Its watermark goes back with it.

        ``more`` is added to the note.
        """
        note = next((c.note for c in self.history(name) if c.version <= version and c.note), {})
        # Stamped even where that version had no note: an empty one would let the later watermark count again.
        self.committer.restore(
            self.table_uri(name), version, self._stamped({**note, **self.used(name), **more})
        )

    def complete_restore(self, starting: Callable[[str], None] = lambda _: None) -> None:
        """Do what is left of a restore that has begun; nothing where there is none."""
        begun = intent.pending(self.uri)
        if begun is None:
            return
        for name, version in begun.tables.items():
            if name in self.tables and self.note(name).get("restored") != begun.id:
                starting(name)
                self._take_back(name, version, begun.id)
        self.clear_staging()
        releases.make(self.uri, f"vermeil restore --to {begun.at}", self.versions(), datetime.now(UTC))
        intent.end(self.uri)

    def _take_back(self, name: str, version: int | None, restored: str) -> None:
        if version is None:
            empty = self.spark.createDataFrame([], self.declaration(name).spark_schema())
            note = {"restored": restored, **self.used(name)}
            self.replace(name, self.stage(name, "restored", empty), note, dates=None)
        elif self.version(name) != version:
            self.restore(name, version, restored=restored)

    def used(self, name: str) -> Note:
        """What a table's note must keep if the table goes back: numbers of batches are never used twice."""
        notes = [commit.note for commit in self.history(name) if "ingest_id" in commit.note]
        numbers = [max(int(n["ingest_id"]) + 1, int(n.get("next_ingest_id", 0))) for n in notes]
        return {"next_ingest_id": max(numbers)} if numbers else {}

    def expunge(self, name: str, note: Note | None = None) -> None:
        """Leave of a table nothing but its current version: no older one can be read or restored any more.

        Readers that hold an older version lose it. Call it while holding the lakehouse for writing.
        """
        kept = self.note(name) if note is None else note
        self.committer.expunge(self.table_uri(name), self.declaration(name), self._stamped(kept))

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
        with writer_lock(self.lock_folder, self.settings.wait if wait is None else wait, doing, waiting):
            self.clear_staging()
            self.complete_restore()
            draft = Draft(self.versions())
            try:
                yield draft
            except Exception as error:
                error.add_note(WRITING)
                raise
            self._tidy(draft)
            self._checkpoint(draft)
            self._release(draft, doing)

    @property
    def lock_folder(self) -> Path:
        """Where the writer's lock lies: with the tables, or in the home where these are in an object store."""
        return Path(self.uri) if storage.is_local(self.uri) else self.settings.home

    def _tidy(self, draft: Draft) -> None:
        """Spare readers many small files, and days that are in every file, before what was written is released."""
        for name, _ in self._moved(draft):
            self.rearrange(name)

    def _checkpoint(self, draft: Draft) -> None:
        """Spare readers a long way through the log. Commits do not do it by themselves, or not on every engine."""
        for name, version in self._moved(draft):
            uri = self.table_uri(name)
            if delta_log.behind(uri, version) >= CHECKPOINT_EVERY or delta_log.is_unnamed(uri):
                self.log.checkpoint(uri)

    def _moved(self, draft: Draft) -> list[tuple[str, int]]:
        """The tables that this writer has written to, with their versions."""
        return [(name, now) for name, now in self.versions().items() if draft.before.get(name) != now]

    def _release(self, draft: Draft, made_by: str) -> None:
        last = releases.latest(self.uri)
        released = draft.versions(self.versions(), last)
        if released and not draft.held_back and (last is None or released != last.versions):
            releases.make(self.uri, made_by, released, datetime.now(UTC))

    def _view(self, name: str) -> str:
        """A view of a table as it is read here. Its name has the version: a later query must not change this one's."""
        version = self.version(name)
        view = f"{name.replace('.', '__')}__{'empty' if version is None else version}"
        try:
            self.table(name, version).createOrReplaceTempView(view)
        except Exception as error:
            error.add_note(OF + self.table_uri(name))
            raise
        return view

    def _mark(self) -> None:
        uri = storage.join(self.uri, MARKER)
        if storage.read_text(uri) is None:
            storage.make_folder(self.uri)
            storage.write_whole(uri, json.dumps({"format": FORMAT, "vermeil": package_version("vermeil")}))

    def _stamped(self, note: Note) -> Note:
        return {**note, "by": package_version("vermeil")}


def _check_format(uri: str) -> None:
    text = storage.read_text(storage.join(uri, MARKER))
    if text is None:
        return
    found = json.loads(text)
    if found["format"] > FORMAT:
        raise LakehouseError(
            f"the lakehouse at {uri} was written by Vermeil {found['vermeil']} (format {found['format']}); this is "
            f"{package_version('vermeil')}, which knows format {FORMAT}. Install {found['vermeil']} or later."
        )
