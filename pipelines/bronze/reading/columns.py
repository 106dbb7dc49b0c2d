"""Records that were read, on their way to one Arrow batch of bronze.records."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.bronze.reading.facts import Facts

if TYPE_CHECKING:
    from pipelines.bronze.files import RawFile
    from pipelines.bronze.reading.documents import Document


@dataclass
class Buffer:
    """Rows of one object type. What all rows of a file share is kept once per run of rows."""

    files: list[tuple[RawFile, int]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    facts: list[Facts] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)

    def add(self, file: RawFile, document: Document, facts: Facts) -> None:
        """Take a record of a file in."""
        if not self.files or self.files[-1][0] is not file:
            self.files.append((file, len(self.places)))
        self.places.append((document.line, document.item))
        self.facts.append(facts)
        self.payloads.append(document.raw)

    def batch(self, ingest_id: int, source: str, schema: pa.Schema) -> pa.RecordBatch:
        """All rows, with what is the same of all of them."""
        count = len(self.places)
        lines, items = zip(*self.places, strict=True)
        columns: dict[str, Any] = dict(zip(Facts._fields, zip(*self.facts, strict=True), strict=True))
        columns["line"], columns["item"] = pa.array(lines, pa.int64()), pa.array(items, pa.int64())
        columns["file"] = self._by_file([file.file for file, _ in self.files])
        columns["file_id"] = self._by_file([file.file_id for file, _ in self.files])
        columns["record_id"] = _ids(columns["file_id"], columns["line"], columns["item"], any(items))
        columns["ingest_id"] = pa.repeat(ingest_id, count)
        columns["source"] = pa.repeat(source, count)
        columns["payload"], columns["payload_bytes"] = _payloads(self.payloads)
        arrays = [_array(columns[f.name], f.type) for f in schema]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _by_file(self, values: list[str]) -> pa.Array:
        """A value of each file, for each of its rows."""
        starts = [*(start for _, start in self.files), len(self.places)]
        return pc.run_end_decode(pa.RunEndEncodedArray.from_arrays(pa.array(starts[1:], pa.int32()), values))


def _ids(file_ids: pa.Array, lines: pa.Array, items: pa.Array, some_in_lists: bool) -> pa.Array:
    """``file:line``, and ``file:line.item`` of what has a number on its line."""
    text = lines.cast(pa.string())
    if some_in_lists:
        numbered = pc.binary_join_element_wise(text, items.cast(pa.string()), ".")
        text = pc.if_else(pc.equal(items, 0), text, numbered)
    return pc.binary_join_element_wise(file_ids, text, ":")


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, type=kind)


def _payloads(raws: list[bytes]) -> tuple[pa.Array, pa.Array]:
    """Payloads as text, and as bytes where they are none. Joining is several times as fast as appending."""
    count, joined, exact = len(raws), b"".join(raws), pa.nulls(len(raws), pa.binary())
    if not is_text(joined):
        is_one = [is_text(raw) for raw in raws]
        exact = pa.array([None if one else raw for raw, one in zip(raws, is_one, strict=True)], pa.binary())
        raws = [
            raw if one else raw.decode("utf-8", "backslashreplace").encode()
            for raw, one in zip(raws, is_one, strict=True)
        ]
        joined = b"".join(raws)
    offsets = pa.array(accumulate(map(len, raws), initial=0), pa.int32(), size=count + 1)
    return pa.StringArray.from_buffers(count, offsets.buffers()[1], pa.py_buffer(joined)), exact


def is_text(raw: bytes) -> bool:
    """Whether bytes are UTF-8."""
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
