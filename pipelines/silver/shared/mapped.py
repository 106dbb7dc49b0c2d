"""Bronze rows to what Stripe's records would say: the hook by which mapped sources come to the same silver tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.schemas import frame_schema
from pipelines.silver.shared import within
from pipelines.sources.checking import silver_tables
from pipelines.sources.rows import MappedRow, Mapper
from pipelines.sources.shapes import BARE, OBJECT_AT, THIN
from pipelines.sources.source import Source, Sources
from pipelines.table import Part, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

IS_ROW = "coalesce(shape = 'row', false)"
"""Whether a bronze record is a row of fields."""

MAPPING_FAULT = "mapping_fault"
"""Column of :func:`texts`: what the mapping could not turn into a column's type, or null."""


def of_table(records: DataFrame, table: Table, sources: Sources, types: Collection[str] = ()) -> DataFrame:
    """The readable bronze records that may be of a silver table: which rows are is decided by :func:`texts`.

    Args:
        records: rows of bronze.records.
        table: a silver table.
        sources: some of which may send rows to the table.
        types: of the objects that stand inside some of the records; those of the table are among what is returned.

    Returns:
        The records' columns, ``record_path``, ``in_type`` and ``in_id``, which are null but for objects inside others.
    """
    inside = [name for name in table.object_types if name in types]
    return chosen(candidates(records, table.object_types, inside), table, sources)


def candidates(records: DataFrame, types: Collection[str], inside: Collection[str]) -> DataFrame:
    """The readable bronze records about objects of some types, all rows of fields, and objects inside others.

    Args:
        records: rows of bronze.records.
        types: of the objects that records are about.
        inside: of the objects that stand inside records.
    """
    wanted = F.col("object_type").isin(*types) | F.expr(IS_ROW)
    found = within.on_their_own(records.filter(wanted & F.col("fault").isNull() & ~is_of_no_object()))
    return found.unionByName(within.objects(records, inside)) if inside else found


def chosen(found: DataFrame, table: Table, sources: Sources) -> DataFrame:
    """The :func:`candidates` that may be of a silver table."""
    mapped = [source.source for source in sources.mapping(table.short_name)]
    wanted = F.col("object_type").isin(*table.object_types) & _is_part(table)
    if "line_item" in table.object_types:
        wanted &= ~is_line_of_preview()
    wanted &= ~F.expr(IS_ROW)
    return found.filter(wanted | (F.expr(IS_ROW) & F.col("source").isin(*mapped)) if mapped else wanted)


def is_of_no_object() -> Expression:
    """Whether a record is by design about nothing that a table could hold.

    A thin event names an object and holds none. The preview of an invoice is none: before 2025-03-31 it has no id,
    since then one that begins with ``upcoming_in``. Discounts of before 2020-08-27 have no id, nor has a balance that
    was taken in before balances were modelled.
    """
    preview = F.col("shape").isin(*BARE) & F.col("object_id").isNull()
    preview |= (F.col("event_type") == "invoice.upcoming") | F.col("object_id").startswith("upcoming_in")
    nameless = F.col("object_type").isin("balance", "discount") & F.col("object_id").isNull()
    found = (F.col("shape") == THIN) | ((F.col("object_type") == "invoice") & preview) | nameless
    return F.coalesce(found, F.lit(False))


def is_line_of_preview() -> Expression:
    """Whether an object inside another one is a line of an invoice's preview: its id names nothing that is kept."""
    preview = (F.col("event_type") == "invoice.upcoming") | F.col("in_id").startswith("upcoming_in")
    line = (F.col("object_type") == "line_item") & (F.col("in_type") == "invoice")
    return F.coalesce(line & preview, F.lit(False))


def _is_part(table: Table) -> Expression:
    """Whether a record is of the table, as far as its type is shared with others."""
    wanted = F.lit(True)
    for part in table.parts:
        wanted &= (F.col("object_type") != F.lit(part.object_type)) | F.coalesce(_holds(part), F.lit(False))
    return wanted


def subject_text(path: str) -> Expression:
    """The text at a dotted path of the object in a bronze record, wherever the record's shape has the object."""
    found = F.get_json_object("payload", f"$.{path}")
    for shape, place in OBJECT_AT.items():
        text = F.get_json_object("payload", ".".join(("$", *place, path)))
        found = F.when(F.col("shape") == shape, text).otherwise(found)
    return found


def _holds(part: Part) -> Expression:
    """Whether a record of a type that tables share is the table's; looks into payloads of that type alone."""
    value = subject_text(part.path)
    given = F.coalesce(value.isin(*part.values), F.lit(False)) if part.values else value.isNotNull()
    return F.when(F.col("object_type") == F.lit(part.object_type), ~given if part.inverted else given)


def texts(records: DataFrame, table: Table, source: Source, names: Mapping[str, str]) -> DataFrame:
    """The rows of one source that go to a table, with the text of each of its columns.

    Args:
        records: bronze rows of the source.
        table: a silver table that the source maps.
        source: their mapping.
        names: by column of the table, what its text is called.

    Returns:
        The records as :func:`described` gives them, ``mapping_fault``, and the texts.
    """
    added = {MAPPING_FAULT: "string"} | dict.fromkeys(names.values(), "string")
    convert = partial(_texts, source=source, table=table.short_name, names=dict(names))
    return records.mapInArrow(convert, frame_schema(records, added))


def described(records: DataFrame, sources: Sources) -> DataFrame:
    """Bronze records, in which rows say by their mapping what they are about.

    Of rows, the columns ``object_type``, ``object_id``, ``account``, ``occurred_at`` and ``known_at`` are filled; a row
    of no silver table keeps no object type. Other records stay as they are.
    """
    if not sources.mapped:
        return records
    found = records.filter(f"not {IS_ROW}")
    for source in sources.mapped:
        of_source = records.filter(F.expr(IS_ROW) & (F.col("source") == source.source))
        found = found.unionByName(
            of_source.mapInArrow(partial(_described, source=source), frame_schema(records))
        )
    return found


def _texts(
    batches: Iterator[pa.RecordBatch], source: Source, table: str, names: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    mapper = Mapper(source)
    mapped_columns = source.tables[table].columns
    for batch in batches:
        mapped = [mapper(payload) for payload in batch.column("payload").to_pylist()]
        kept = [place for place, row in enumerate(mapped) if row.table == table]
        rows = [mapped[place] for place in kept]
        columns = _facts(batch.take(pa.array(kept, pa.int64())), rows)
        columns[MAPPING_FAULT] = pa.array([row.fault for row in rows], pa.string())
        for column, name in names.items():
            given = [(row.texts or {}).get(column) for row in rows] if column in mapped_columns else None
            columns[name] = pa.array(given, pa.string()) if given else pa.nulls(len(rows), pa.string())
        yield pa.RecordBatch.from_pydict(columns)


def _described(batches: Iterator[pa.RecordBatch], source: Source) -> Iterator[pa.RecordBatch]:
    mapper = Mapper(source, columns={})
    for batch in batches:
        rows = [mapper(payload) for payload in batch.column("payload").to_pylist()]
        yield pa.RecordBatch.from_pydict(_facts(batch, rows))


def _facts(batch: pa.RecordBatch, rows: list[MappedRow]) -> dict[str, pa.Array]:
    """The columns of bronze rows, with what their mapping says of them."""
    silver = silver_tables()
    columns = {name: batch.column(name) for name in batch.schema.names}
    ids = {name: table.key[1] for name, table in silver.items()}
    found: dict[str, Sequence[str | int | None]] = {
        "object_type": [silver[row.table].object_type if row.table else None for row in rows],
        "object_id": [(row.texts or {}).get(ids[row.table]) if row.table else None for row in rows],
        "account": [
            row.account or given
            for row, given in zip(rows, columns["account"].to_pylist(), strict=True)
        ],
        "occurred_at": [row.occurred_at for row in rows],
    }  # fmt: skip
    for name, values in found.items():
        columns[name] = _array(values, columns[name].type)
    known = _array([row.known_at for row in rows], columns["known_at"].type)
    columns["known_at"] = pc.coalesce(known, columns["known_at"])
    return columns


def _array(values: Sequence[str | int | None], kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.int64()).cast(pa.timestamp("us", kind.tz)).cast(kind)
    return pa.array(values, kind)
