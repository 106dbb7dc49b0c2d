"""One of the two lakehouses: its tables as delta-rs reads them, whichever engine wrote them, and without any engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, DeltaProtocolError

from pipelines.catalog import LAYERS
from pipelines.delta import storage
from pipelines.delta.log import DeltaLog, load_note
from pipelines.errors import LakehouseError, SettingsError
from pipelines.flow.token_keys import TOKEN_KEY

BATCH_ROWS = 16_384
"""Rows that are read at a time."""


@dataclass(frozen=True)
class Side:
    """A lakehouse that is only read.

    Attributes:
        uri: root of its tables: an absolute path or a URL.
        storage_options: of its object store, as delta-rs takes them.
    """

    uri: str
    storage_options: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tables(self) -> frozenset[str]:
        """Names of the tables that are there, whether or not anything declares them."""
        log = DeltaLog(self.storage_options)
        return frozenset(
            f"{layer}.{name}"
            for layer in LAYERS
            for name in storage.children(storage.join(self.uri, layer))
            if log.exists(storage.join(self.uri, layer, name))
        )

    def open(self, name: str) -> Stored:
        """A table as it is now.

        Raises:
            LakehouseError: it cannot be read.
        """
        uri = storage.join(self.uri, *name.split("."))
        try:
            table = DeltaTable(uri, storage_options=dict(self.storage_options) or None)
            dataset = table.to_pyarrow_dataset()
        except (DeltaError, DeltaProtocolError) as error:
            raise LakehouseError(f"{name} at {uri} cannot be read: {error}") from None
        return Stored(table, dataset)


@dataclass(frozen=True)
class Stored:
    """One version of a table."""

    table: DeltaTable
    dataset: ds.Dataset

    @property
    def schema(self) -> pa.Schema:
        """Its columns, as Arrow has them."""
        return self.dataset.schema

    @property
    def row_count(self) -> int:
        """How many rows it holds."""
        return int(self.dataset.count_rows())

    @cached_property
    def token_key(self) -> str | None:
        """Id of the key that its tokens were made with, as its commits say; None where it holds none."""
        notes = (load_note(commit.get("userMetadata")) for commit in self.table.history())
        return next((str(note[TOKEN_KEY]) for note in notes if note.get(TOKEN_KEY)), None)

    def values_of(self, column: str) -> frozenset[str]:
        """The different texts in a column of few; none where there is no such column."""
        if column not in self.schema.names:
            return frozenset()
        found = (pc.unique(batch.column(0)).to_pylist() for batch in self.batches([column]))
        return frozenset(value for values in found for value in values if value is not None)

    def batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Its rows, in any order, about :data:`BATCH_ROWS` at a time, however small its files are."""
        held: list[pa.RecordBatch] = []
        for fragment in self.dataset.get_fragments():
            for batch in _read(fragment, pa.schema([self.schema.field(name) for name in columns])):
                held.append(batch)
                if sum(one.num_rows for one in held) >= BATCH_ROWS:
                    yield pa.concat_batches(held)
                    held = []
        if held:
            yield pa.concat_batches(held)


def _read(fragment: ds.ParquetFileFragment, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of a file, piece by piece: a dataset's scanner would decode a whole row group, of a gigabyte perhaps."""
    partition = ds.get_partition_keys(fragment.partition_expression)
    with fragment.filesystem.open_input_file(fragment.path) as file:
        # Spark may have written times of 96 bits, which as nanoseconds end in 2262. A row group's columns are fetched
        # together: an object store would be asked once for each.
        parquet = pq.ParquetFile(file, coerce_int96_timestamp_unit="us", pre_buffer=True)
        present = set(parquet.schema_arrow.names)
        stored = [name for name in schema.names if name in present]
        for group in range(parquet.num_row_groups):
            for batch in parquet.iter_batches(BATCH_ROWS, row_groups=[group], columns=stored):
                yield _completed(batch, schema, partition)


def _completed(batch: pa.RecordBatch, schema: pa.Schema, partition: Mapping[str, object]) -> pa.RecordBatch:
    """What a file holds, with the columns that it is laid out by, and with null for those added to the table later."""
    absent = {
        field.name: pa.repeat(pa.scalar(partition.get(field.name), field.type), batch.num_rows)
        for field in schema
        if field.name not in batch.schema.names
    }
    arrays = [absent[name] if name in absent else batch.column(name) for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, names=schema.names).cast(schema, safe=False)


def side_at(where: str, storage_options: Mapping[str, str] | None = None) -> Side:
    """The lakehouse at a place: a home, a folder of tables or the URL of one.

    Raises:
        SettingsError: there is none.
    """
    root = where.rstrip("/") if "://" in where else str(Path(where).expanduser().resolve())
    candidates = [Side(uri, dict(storage_options or {})) for uri in (root, storage.join(root, "lakehouse"))]
    found = next((side for side in candidates if side.tables), None)
    if found is None:
        raise SettingsError(
            f"{where}: no lakehouse is there. A home (the folder that holds lakehouse/) or the folder or URL of the "
            f"tables themselves is expected; neither {root} nor {candidates[1].uri} has a Delta table in "
            f"{', '.join(f'{layer}/' for layer in LAYERS)}."
        )
    return found
