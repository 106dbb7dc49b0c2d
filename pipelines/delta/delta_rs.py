"""Commits by delta-rs: what the embedded engine uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import reduce
from itertools import chain
from operator import and_, or_
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import (
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.table import TableMerger
from deltalake.transaction import AddAction

from pipelines.delta import storage
from pipelines.delta.adopting import is_as_declared, moved_into
from pipelines.delta.commits import (
    FILE_BYTES,
    TAKEN_IN,
    Staged,
    StandsOn,
    amend_condition,
    check_days,
    found_by,
    key_condition,
    taken_in,
)
from pipelines.delta.declaring import configuration, delta_schema
from pipelines.delta.footers import committed_files
from pipelines.delta.log import DeltaLog, Note, dump_note
from pipelines.delta.portions import PORTION_BYTES, portions
from pipelines.delta.schemas import arrow_schema
from pipelines.frames.spans import joined, near_days, ordinals, stretches, within_spans
from pipelines.table import Table

SORT_BYTES = 1 << 30
"""What ordering a table holds in memory before it goes to disk."""

WRITER = WriterProperties(compression="ZSTD", compression_level=1)


class DeltaRs:
    """A :class:`~pipelines.delta.commits.Committer` on delta-rs.

    Args:
        log: what the tables' logs say; it lends the tables that are committed to, and takes them back.
        stands_on: told of the version that a commit will stand on; it raises an error where that must not be.
    """

    def __init__(self, log: DeltaLog, stands_on: StandsOn = lambda uri, version: None) -> None:
        self._log = log
        self._stands_on = stands_on
        # On an object store a commit of another writer is nothing to step over: it means that the lease is lost.
        self._retries = 0 if log.storage_options else None

    def append(self, uri: str, table: Table, staged: Staged, note: Note) -> None:
        with self._lent(uri) as target:
            number = taken_in(note)
            if number and number <= (target.transaction_version(TAKEN_IN) or 0):
                return
            if (
                storage.is_local(uri)
                and not target.metadata().partition_columns
                and is_as_declared(staged, table)
            ):
                self._commit_files(target, moved_into(storage.local(uri), table, staged), table, note, number)
            else:
                self._commit_rows(target, _reader(staged, table), note, number, mode="append")

    def merge(self, uri: str, table: Table, staged: Staged, note: Note, update_if: str | None) -> None:
        with self._lent(uri) as target:
            if target.count() == 0:
                self._commit_rows(target, _reader(staged, table), note, mode="append")
            else:
                self._merge(target, table, staged, note, update_if)

    def _merge(
        self, target: DeltaTable, table: Table, staged: Staged, note: Note, update_if: str | None
    ) -> None:
        condition = key_condition(table, "t", "s")
        if table.cluster_by:
            condition += " and " + near_days(f"t.{table.cluster_by}", _values(staged, table.cluster_by))
        merger = _merger(target, table, staged, self._committed(note), condition)
        if update_if:
            merger = merger.when_matched_update_all(predicate=update_if)
        before = target.version()
        merger.when_not_matched_insert_all().execute()
        if target.version() == before:  # delta-rs makes no commit of a merge that changes nothing
            self._touch(target, table, note)

    def replace(
        self, uri: str, table: Table, staged: Staged, note: Note, dates: Sequence[str] | None
    ) -> None:
        rows = _reader(staged, table)
        with self._lent(uri) as target:
            if dates is None:
                self._commit_rows(target, rows, note, mode="overwrite")
                return
            wanted = ordinals(dates)
            spans = joined(stretches(wanted))
            if sum(map(len, spans)) > len(wanted):  # days between them are written again as they are
                check_days(table, wanted, _values(staged, "date"))
                rows = _chained(rows, _between(target, rows.schema, wanted, spans))
            self._commit_rows(target, rows, note, mode="overwrite", predicate=within_spans("date", spans))

    def amend(self, uri: str, table: Table, staged: Staged, note: Note, by: Sequence[str]) -> None:
        """The same; of more files than memory should hold anew in several commits, each with the note."""
        column = found_by(table, by)
        values = _values(staged, column) if column else []
        files = self._log.layout(uri, column).files
        parts = portions(files, values, PORTION_BYTES) if column else [values]
        for part in parts:
            only = pc.field(column).isin(pa.array(part)) if column and len(parts) > 1 else None
            with self._lent(uri) as target:
                condition = amend_condition(table, by, part)
                merger = _merger(target, table, staged, self._committed(note), condition, only)
                merger.when_matched_update_all().execute()

    def touch(self, uri: str, table: Table, note: Note) -> None:
        with self._lent(uri) as target:
            self._touch(target, table, note)

    def optimize(self, uri: str, note: Note, target_bytes: int | None = None) -> None:
        self._open(uri).optimize.compact(
            target_size=target_bytes, writer_properties=WRITER, **self._committed(note)
        )

    def order(self, uri: str, table: Table, note: Note, target_bytes: int) -> None:
        self._open(uri).optimize.z_order(
            [table.cluster_by or ""],  # on one column it is a sort, which spills
            target_size=target_bytes,
            max_concurrent_tasks=1,
            max_spill_size=SORT_BYTES,
            writer_properties=WRITER,
            **self._committed(note),
        )

    def unpartition(self, uri: str, table: Table, note: Note) -> None:
        # First by itself: delta-rs takes the columns that it keeps statistics of from the version before.
        self._open(uri).alter.set_table_properties(configuration(table), **self._committed(note))
        again = self._reopen(uri)
        rows = again.to_pyarrow_dataset()
        schema = _described(rows.schema, again.schema())
        self._commit_rows(
            again,
            pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in rows.to_batches())),
            note,
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=[],
        )

    def vacuum(self, uri: str, hours: int, note: Note) -> int:
        found = self._log.deletable(uri, hours)
        if found:  # or two commits would say that nothing was done
            self._vacuum(uri, hours, **self._committed(note))
        return len(found)

    def restore(self, uri: str, version: int, note: Note) -> None:
        self._open(uri).restore(version, **self._committed(note))

    def expunge(self, uri: str, table: Table, note: Note) -> None:
        self._vacuum(uri, 0)
        self._touch(self._reopen(uri), table, note)
        self._log.cut(uri)

    def _touch(self, target: DeltaTable, table: Table, note: Note) -> None:
        self._commit_files(target, [], table, note)

    def _commit_files(
        self, target: DeltaTable, files: list[AddAction], table: Table, note: Note, number: int | None = None
    ) -> None:
        how = self._committed(note, number)
        target.create_write_transaction(files, "append", delta_schema(table), partition_by=None, **how)

    def _committed(self, note: Note, number: int | None = None) -> dict[str, Any]:
        """How a commit is made: with its note, and with nothing that delta-rs would do to the log by itself.

        ``number`` is that of the batch of raw files that it takes in.

        Expired entries hold notes that are still needed. When a checkpoint is due is decided for all engines in one
        place, when a writer has ended, and not at every hundredth commit in the middle of a run.
        """
        return {
            "commit_properties": CommitProperties(
                custom_metadata={"userMetadata": dump_note(note)},
                max_commit_retries=self._retries,
                app_transactions=[Transaction(TAKEN_IN, number)] if number else None,
            ),
            "post_commithook_properties": PostCommitHookProperties(
                create_checkpoint=False, cleanup_expired_logs=False
            ),
        }

    def _vacuum(self, uri: str, hours: int, **how: Any) -> None:
        self._open(uri).vacuum(
            retention_hours=hours, enforce_retention_duration=False, full=True, dry_run=False, **how
        )

    @contextmanager
    def _lent(self, uri: str) -> Iterator[DeltaTable]:
        """A table for one commit, by what is known of its log. Of a commit that failed nothing is kept."""
        found = self._log.lent(uri)
        before = found.version()
        self._stands_on(uri, before)
        yield found
        if found.version() == before:  # of some ways to commit the object does not know by itself
            found.update_incremental()
        self._log.committed(uri, found)

    def _open(self, uri: str) -> DeltaTable:
        """A table as its log is now, for what looks at all its files."""
        found = self._reopen(uri)
        self._stands_on(uri, found.version())
        return found

    def _reopen(self, uri: str) -> DeltaTable:
        """A table that this committer has just committed to."""
        return DeltaTable(uri, storage_options=self._log.storage_options)

    def _commit_rows(
        self,
        target: DeltaTable,
        rows: pa.RecordBatchReader,
        note: Note,
        number: int | None = None,
        **how: Any,
    ) -> None:
        write_deltalake(
            target,
            rows,
            target_file_size=FILE_BYTES,
            writer_properties=WRITER,
            **self._committed(note, number),
            **how,
        )


def _merger(
    target: DeltaTable,
    table: Table,
    staged: Staged,
    how: Mapping[str, Any],
    condition: str,
    only: pc.Expression | None = None,
) -> TableMerger:
    return target.merge(
        source=_reader(staged, table, only),
        predicate=condition,
        source_alias="s",
        target_alias="t",
        writer_properties=WRITER,
        **how,
    )


def _between(
    target: DeltaTable, schema: pa.Schema, days: Sequence[int], spans: Sequence[range]
) -> Iterator[pa.RecordBatch]:
    """The present rows within some stretches, but for those of some days."""
    day = pc.field("date")
    within = [(day >= _day(span.start)) & (day <= _day(span.stop - 1)) for span in spans]
    others = reduce(or_, within) & ~day.isin(pa.array(map(_day, days)))
    rows = target.to_pyarrow_dataset().scanner(columns=schema.names, filter=others)
    return (batch.cast(schema) for batch in rows.to_batches())


def _dataset(staged: Staged) -> ds.Dataset | None:
    files = committed_files(staged.uri)
    return (
        ds.dataset(files, format="parquet") if files else None
    )  # what this committer publishes is staged on a disk


def _reader(staged: Staged, table: Table, only: pc.Expression | None = None) -> pa.RecordBatchReader:
    schema = arrow_schema(table)
    dataset = _dataset(staged)
    if dataset is None:
        return pa.RecordBatchReader.from_batches(schema, [])
    wanted = [one for one in (_accepted(staged), only) if one is not None]
    accepted = reduce(and_, wanted) if wanted else None
    batches = dataset.scanner(columns=list(table.column_names), filter=accepted).to_batches()
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in batches))


def _chained(rows: pa.RecordBatchReader, more: Iterator[pa.RecordBatch]) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(rows.schema, chain(rows, more))


def _described(schema: pa.Schema, declared: Schema) -> pa.Schema:
    """A schema with the comments of the table's columns, which Arrow's own does not have."""
    comments = {field.name: field.metadata for field in declared.fields}
    return pa.schema([field.with_metadata(comments[field.name]) for field in schema])


def _day(ordinal: int) -> date:
    return date.fromordinal(ordinal)


def _values(staged: Staged, column: str) -> list[Any]:
    """The different values of a column among the accepted rows."""
    dataset = _dataset(staged)
    if dataset is None:
        return []
    found = pc.unique(dataset.to_table(columns=[column], filter=_accepted(staged)).column(column))
    return list(found.to_pylist())


def _accepted(staged: Staged) -> pc.Expression | None:
    return pc.field(staged.accept).is_null() if staged.accept else None
