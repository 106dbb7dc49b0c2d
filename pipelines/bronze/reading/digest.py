"""A digest of the records of a file as bronze keeps them: it tells whether one of them was altered since.

The digest of a file is the sum of those of its records, so the order of rows, and what else lies in a batch, play no
part. The reader computes it on the very batches that are written, the audit on the rows that are there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.bronze.records import TABLE
from pipelines.delta.schemas import arrow_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MODULUS = 1 << 63

_PAYLOAD = ("payload", "payload_bytes")
_DESCRIBING = sorted(name for name in TABLE.column_names if name not in _PAYLOAD)
_SCHEMA = pa.schema([("file_id", pa.string()), ("digest", pa.int64())])


def digests(batch: pa.RecordBatch) -> Counter[str]:
    """The digest of a batch's records by file, below :data:`MODULUS`. Add those of several batches with the same."""
    file_ids = batch.column("file_id").dictionary_encode()
    totals = np.zeros(len(file_ids.dictionary), dtype=np.uint64)
    for start in range(0, batch.num_rows, _AT_ONCE):
        part = batch.slice(start, _AT_ONCE)
        # Whole numbers of 64 bits that run over: the modulus divides where they begin anew.
        np.add.at(totals, file_ids.indices.slice(start, _AT_ONCE).to_numpy(), _of_records(part))
    found = zip(file_ids.dictionary.to_pylist(), totals.tolist(), strict=True)
    return Counter({file_id: total % MODULUS for file_id, total in found})


_AT_ONCE = 1024
"""Records whose texts are put together at a time: what is held twice stays small."""


def _of_records(batch: pa.RecordBatch) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The digest of each record: of its columns, and its payload."""
    nothing = pa.scalar(b"", pa.large_binary())
    payload = (batch.column(name).cast(pa.large_binary()).fill_null(nothing) for name in _PAYLOAD)
    held = pc.binary_join_element_wise(_described(batch), *payload, nothing)
    _, ends, joined = held.buffers()
    places, text = pairwise(memoryview(ends).cast("q")[: len(held) + 1]), memoryview(joined)
    sha256 = hashlib.sha256
    summed = b"".join([sha256(text[start:end]).digest()[:8] for start, end in places])
    return np.frombuffer(summed, dtype=">u8").astype(np.uint64)


def file_digests(records: DataFrame) -> dict[str, int]:
    """The digests of files whose records are rows of bronze.records."""
    found: Counter[str] = Counter()
    columns = [*_DESCRIBING, *_PAYLOAD]
    for row in records.select(*columns).mapInArrow(_of_batches, "file_id string, digest bigint").collect():
        found[row["file_id"]] += row["digest"]
    return {file_id: total % MODULUS for file_id, total in found.items()}


def _of_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What executors run. An engine's own types (large strings, other clocks) become those that the reader writes."""
    schema = arrow_schema(TABLE)
    for batch in batches:
        fields = [schema.field(name) for name in batch.schema.names]
        cast = pa.RecordBatch.from_arrays(
            [batch.column(field.name).cast(field.type) for field in fields], schema=pa.schema(fields)
        )
        found = digests(cast)
        yield pa.RecordBatch.from_pydict(
            {"file_id": list(found), "digest": list(found.values())}, schema=_SCHEMA
        )


def _described(batch: pa.RecordBatch) -> pa.Array:
    """What a record's other columns hold, as one text. A column that is null leaves no trace, so that one that is
    added to the table later changes no digest."""
    held = ((name, batch.column(name)) for name in _DESCRIBING)
    named = [
        pc.binary_join_element_wise(pa.scalar(f"{name}="), _text(column), "")
        for name, column in held
        if column.null_count < len(column)
    ]
    return pc.binary_join_element_wise(*named, "\x1f", null_handling="skip").cast(pa.large_binary())


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    return column.cast(pa.string())
