"""Delta tables by name, as they are read: rows, versions, history, answers to queries and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

from pipelines.base.together import made_once
from pipelines.delta import marker, releases, remote, storage
from pipelines.delta.engine import engine_of, open_spark
from pipelines.delta.engine_errors import OF
from pipelines.delta.log import Commit, DeltaLog, Note
from pipelines.delta.plain_path import plain, without_patterns
from pipelines.delta.releases import Release
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError, noted
from pipelines.frames.views import answer, completed
from pipelines.metrics.shared.query import Data, Immature, Query, listed
from pipelines.privacy.token_key import TokenKey, token_key
from pipelines.queries import checked
from pipelines.settings import Settings, load_settings
from pipelines.sources.mapping import load_sources
from pipelines.sources.source import Sources
from pipelines.table import Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from pipelines.delta.copies import Copies


class Reading:
    """The tables of a lakehouse that is open on a SparkSession; see :class:`~pipelines.lakehouse.Lakehouse`."""

    def __init__(
        self,
        settings: Settings,
        tables: Mapping[str, Table],
        spark: SparkSession | None = None,
        release: Release | None = None,
    ) -> None:
        if not storage.is_local(settings.lakehouse_uri):
            remote.tell_environment(settings.storage_options)
        marker.check(settings.lakehouse_uri)
        self.settings = settings
        self.engine = engine_of(settings)
        self.tables = tables
        self.release = release
        self._pins: dict[str, int] = {}
        self._stack = ExitStack()
        self.uri = settings.lakehouse_uri
        # By what the engine finds what lies there; all else is told the place itself.
        self._read_by = (
            self._stack.enter_context(plain(self.uri))
            if self.engine.reads_here
            else without_patterns(self.uri)
        )
        self._given_spark = spark

    @classmethod
    def open(cls, home: str | Path | None = None, **settings: Any) -> Self:
        """The lakehouse that the settings name, those given here counting first.

        Raises:
            SettingsError: a setting cannot be used.
            LakehouseError: it was written by a newer Vermeil.
        """
        from pipelines.catalog import all_tables

        return cls(load_settings({"home": home, **settings}), all_tables())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the SparkSession, if one was started."""
        self._stack.close()

    @made_once
    def spark(self) -> SparkSession:
        """The SparkSession: the one that was given, or one that is started when first asked for."""
        return self._given_spark or self._stack.enter_context(open_spark(self.settings))

    @made_once
    def log(self) -> DeltaLog:
        """What the tables' logs say, on every engine."""
        return DeltaLog(remote.options(self.settings))

    @made_once
    def sources(self) -> Sources:
        """The sources whose files it takes in: those that the settings name, and Stripe's.

        Raises:
            SourceError: a mapping is not valid.
            SettingsError: VERMEIL_SOURCES names something that is not there.
        """
        return load_sources(self.settings.source_files)

    @made_once
    def token_key(self) -> TokenKey:
        """The key that personal data is tokenised with.

        Raises:
            SettingsError: it is too short, or cannot be read or made.
        """
        return token_key(self.settings)

    @made_once
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
        return self._place_of(self.uri, name)

    def _place_of(self, root: str, name: str) -> str:
        return storage.join(root, *self.declaration(name).name.split("."))

    def exists(self, name: str) -> bool:
        """Whether anything was ever published to a table."""
        if self.release is not None and name not in self.release.versions:
            return False
        return self.log.exists(self.table_uri(name))

    def released(self) -> Self:
        """The tables as the latest release has them: all of one moment, whatever a run does meanwhile.

        Each call gives the release that is the latest then. Where nothing was released yet, the tables as they are. A
        version that is gone, because it was expunged or cleared away, is answered with the current one.
        """
        return type(self)(self.settings, self.tables, self.spark, releases.latest(self.uri))

    def version(self, name: str) -> int | None:
        """The version of a table that is read: of the release, or the newest; None where there is none."""
        now = self.log.version(self.table_uri(name))
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
        newest = ((name, self.log.version(self.table_uri(name))) for name in self.tables)
        return {name: version for name, version in newest if version is not None}

    def table(self, name: str, version: int | None = None, at: datetime | None = None) -> DataFrame:
        """The rows of a table: now, as of one of its versions, or as published at some time (UTC).

        A declared table that nothing was published to yet is empty, and a column that was declared since it was written
        is null.
        """
        if not self.exists(name):
            return self.spark.createDataFrame([], self.declaration(name).spark_schema())
        if at is not None:
            version = self.version_at(name, at)
        if version is None and self.release is not None:
            version = self.version(name)
        if (copied := self._from_copies(name, version)) is not None:
            rows = copied
        elif (named := self._by_names(name, version)) is not None:
            rows = named
        elif version is None:
            rows = self.spark.read.format("delta").load(self._place_of(self._read_by, name))
        else:
            found = self._place_of(self._read_by, name)
            rows = self.engine.at_version(self.settings, self.spark, found, version)
        # Of the log, since the engine takes milliseconds to say it; of a version only where a person looks back: a run
        # makes a table anew whose inputs have other columns than it knows.
        looked_at = version if at is not None or self.release is not None else None
        there = set(self.log.columns(self.table_uri(name), looked_at))
        missing = {c.name: c.type for c in self.declaration(name).columns if c.name not in there}
        return completed(rows, missing) if missing else rows

    _copies: Copies | None = None

    def _from_copies(self, name: str, version: int | None) -> DataFrame | None:
        """The rows of a table from copies of its files on this disk; None where they are read in place."""
        if self._copies is None or (found := self.log.data_files(self.table_uri(name), version)) is None:
            return None
        from pipelines.delta import versions

        schema, files = found
        copies = self._copies.of(files)
        return None if copies is None else versions.of_paths(self.spark, schema, copies)

    def _by_names(self, name: str, version: int | None) -> DataFrame | None:
        """The rows of a table of few files on a disk; None where the engine reads it through Delta."""
        if not self.engine.files_by_name or not storage.is_local(self.uri):
            return None
        there, read_by = self.table_uri(name), self._place_of(self._read_by, name)
        found = self.log.data_files(there, version, most=self.engine.files_by_name)
        if found is None:
            return None
        from pipelines.delta import versions

        schema, files = found
        names = [read_by + path.removeprefix(there) for path, _ in files]
        return versions.of_names(self.spark, schema, names)

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
        schema = arrow_schema(self.declaration(name))
        if not self.exists(name):
            return schema.empty_table().select(list(columns))
        return self.log.read(self.table_uri(name), columns, schema)

    def sql(self, query: str, *, now: bool = False, unsafe: bool = False) -> DataFrame:
        """The answer to a Spark SQL query over all tables, by their full names (``gold.payments_daily``).

        They are read as the latest release has them, so that they belong together also while a run is going on; with
        ``now``, as they are. A query only reads them, by functions that are known; with ``unsafe``, which is for text
        of one's own alone, it may do whatever the engine does.

        Raises:
            QueryError: it would do something else, or cannot be read.
        """
        query = query if unsafe else checked(query, self.tables)
        lake = self if self.release or now else self.released()
        views = {name: lake._view(name) for name in self.tables if name in query}
        return answer(self.spark, query, views)

    def metric(
        self,
        *names: str,
        by: str | Sequence[str] = (),
        where: str | None = None,
        time: str | None = None,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        immature: Immature = "refuse",
    ) -> DataFrame:
        """Declared metrics by the latest release, from one grouped query; what is asked is told at :class:`Query`.

        Raises:
            MetricError: the answer would be wrong, or there is none; it says why.
        """
        # Its parser takes a quarter of a second to import.
        from pipelines.metrics.shared.compiler import compiled

        lake = self if self.release else self.released()
        query = Query(names, listed(by), where, time, listed(order), limit, immature)
        # Written from a tree of which every node was looked at, and every value put in quotes.
        return lake.sql(compiled(query, self.tables, Data(lake.sql)).sql(), unsafe=True)

    def history(self, name: str, limit: int | None = None) -> list[Commit]:
        """A table's versions, newest first; [] where nothing was published yet."""
        if not self.exists(name):
            return []
        if self.release is None:
            return list(self.log.history(self.table_uri(name), limit))
        newest = self.version(name) or 0
        return [one for one in self.log.history(self.table_uri(name)) if one.version <= newest][:limit]

    def version_at(self, name: str, at: datetime) -> int:
        """The version that was current at some time (UTC).

        Raises:
            LakehouseError: the table did not exist then.
        """
        for one in self.log.history(self.table_uri(name)):
            if one.at <= at:
                return one.version
        raise LakehouseError(f"{name} did not exist at {at.isoformat()}")

    def note(self, name: str) -> Note:
        """What Vermeil wrote with its latest commit to a table; empty where there is none."""
        if self.release is None:
            return self.log.note(self.table_uri(name)) if self.exists(name) else {}
        return next((commit.note for commit in self.history(name) if commit.note), {})

    def _view(self, name: str) -> str:
        """A view of a table as it is read here. Its name has the version: a later query must not change this one's."""
        version = self.version(name)
        view = f"{name.replace('.', '__')}__{'empty' if version is None else version}"
        with noted(OF + self.table_uri(name)):
            self.table(name, version).createOrReplaceTempView(view)
        return view
