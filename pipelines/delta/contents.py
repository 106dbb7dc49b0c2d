"""The rows of a version of a Delta table, read without an engine, and whether a commit changed any."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable

from pipelines.delta import storage
from pipelines.delta.engine_errors import OF
from pipelines.delta.log import FOLDER
from pipelines.errors import noted


@dataclass(frozen=True)
class Contents:
    """One version of a table.

    Attributes:
        uri: the table's folder or URL.
        table: that version, as delta-rs has it.
    """

    uri: str
    table: DeltaTable

    @classmethod
    def at(cls, uri: str, version: int, storage_options: Mapping[str, str]) -> Contents:
        """A version of the table at a folder or URL."""
        with noted(OF + uri):
            return cls(uri, DeltaTable(uri, version, storage_options=dict(storage_options) or None))

    @property
    def identity(self) -> str:
        """Id that the table was given when it was made: another one is another table, whatever its versions."""
        return str(self.table.metadata().id)

    def rows(self, schema: pa.Schema, days: Sequence[date] | None = None) -> pa.RecordBatchReader:
        """The rows in a schema, of which columns that the table lacks are null; of some days (``date``), or all."""
        with noted(OF + self.uri):
            dataset = self.table.to_pyarrow_dataset()
        there = set(dataset.schema.names)
        columns = {
            field.name: (ds.field(field.name) if field.name in there else ds.scalar(None)).cast(field.type)
            for field in schema
        }
        of_days = None if days is None else ds.field("date").isin(pa.array(days, pa.date32()))
        batches = dataset.scanner(columns=columns, filter=of_days).to_batches()
        return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in batches))


def has_changed_rows(uri: str, version: int) -> bool | None:
    """Whether a commit changed rows, as Delta's ``dataChange`` says; None where its entry in the log is gone.

    One that only puts files together, or only leaves a note, did not.
    """
    text = storage.read_text(storage.join(uri, FOLDER, f"{version:020d}.json"))
    if text is None:
        return None
    actions = (action for line in text.splitlines() if line for action in json.loads(line).items())
    return any(kind in ("add", "remove") and said.get("dataChange", True) for kind, said in actions)
