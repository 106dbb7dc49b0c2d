"""Erase what was found from every layer: rewrite the rows, then delete what the tables remember of before.

The order makes it safe to be cut anywhere. The list names the pseudonym before any table does; bronze is rewritten
first, so that everything that is made from it later is made without the person; a table's past goes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.bronze import records as bronze
from pipelines.delta import storage
from pipelines.delta.commits import Amend, Replace, Staged, spark_struct
from pipelines.delta.log import Note
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError
from pipelines.flow import entering, ingest
from pipelines.flow.batches import batches, types_inside
from pipelines.flow.figures import EARLIER, REWRITTEN, earlier_counts
from pipelines.flow.moving import Change, put
from pipelines.frames.among import among
from pipelines.privacy.ownership import Row, Target
from pipelines.silver import quarantine
from pipelines.silver.shared import within
from pipelines.silver.shared.build import FAULT, parse
from pipelines.silver.shared.mapped import of_table
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

QUARANTINE = quarantine.TABLE.name


def rewrite(lake: Lakehouse, rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    """Put rewritten records in the place of their old selves, and what silver made of these likewise.

    Yields:
        Each table as it is done, with the number of its rows that were rewritten.
    """
    staged = _staged_records(lake, rows)
    lake.publish(ingest.RECORDS, staged, Amend(("record_id", "ingest_id")), _again(lake, ingest.RECORDS))
    entering.renew_digests(lake, {row["file_id"] for row in rows})
    yield ingest.RECORDS, staged.rows
    records, ids = lake.staging.rows(staged), {row["record_id"] for row in rows}
    for table in _made_of_records(lake):
        # Most hold nothing of a person, and parsing for nothing takes ten times as long as to find that out. Where a
        # record went is asked of the table: what it was read as then may not be what it is read as now.
        if among(lake.table(table.name), "record_id", ids).take(1):
            yield table.name, _rewrite_silver(lake, table, records)
    lake.staging.clear(ingest.RECORDS)


def count(lake: Lakehouse, rows: Sequence[Row]) -> Mapping[str, int]:
    """How many rows of each table :func:`rewrite` would rewrite."""
    ids = {row["record_id"] for row in rows}
    counts = {ingest.RECORDS: len(rows)}
    for table in _made_of_records(lake):
        counts[table.name] = among(lake.table(table.name), "record_id", ids).count()
    return {name: number for name, number in counts.items() if number}


def _made_of_records(lake: Lakehouse) -> Iterator[Table]:
    """The tables of silver that are there and have a row, or several, of a record of bronze."""
    for table in lake.tables.values():
        if table.layer == "silver" and "record_id" in table.column_names and lake.exists(table.name):
            yield table


def still_naming(lake: Lakehouse, target: Target) -> list[str]:
    """Tables beside bronze in which a text still is, or holds, an id of the person; of objects nothing is renamed."""
    tables = lake.tables.values() if target.names else ()
    return [
        table.name
        for table in tables
        if table.layer != "bronze" and lake.exists(table.name) and _naming(lake, table, target).take(1)
    ]


def is_in_bronze(lake: Lakehouse, target: Target) -> bool:
    """Whether a record still holds an id of the person."""
    return bool(target.names) and bool(_naming(lake, bronze.TABLE, target).take(1))


def rename(lake: Lakehouse, name: str, target: Target) -> int:
    """Put the other name in the place of the person's id wherever a table has it; returns in how many rows."""
    table, texts = lake.declaration(name), _texts(lake.declaration(name))
    named = _is_named(table, target)
    rows = lake.table(name).select(
        *(_renamed(c, named, target).alias(c) if c in texts else F.col(c) for c in table.column_names)
    )
    count = _naming(lake, table, target).count()
    note = _again(lake, name)
    put(lake, Change(table, "renamed", rows, Replace(), note=lambda: note))
    return count


def expunge(lake: Lakehouse, tables: Sequence[str]) -> None:
    """Delete the past of some tables, and whatever is staged."""
    for name in tables:
        if lake.exists(name):
            note = {key: value for key, value in lake.note(name).items() if key != REWRITTEN}
            # What is usual in a batch is told from the notes that go.
            kept = {**note, EARLIER: list(earlier_counts(lake, lake.declaration(name)))}
            if name == ingest.RECORDS:
                kept["next_ingest_id"] = ingest.next_ingest_id(lake)
            lake.housekeeping(name).expunge(kept)
    lake.staging.clear()


def _again(lake: Lakehouse, name: str) -> Note:
    """The note of a table, for a commit that brings no batch."""
    return {**lake.note(name), REWRITTEN: True}


def _staged_records(lake: Lakehouse, rows: Sequence[Row]) -> Staged:
    table = bronze.TABLE
    uri = lake.staging.uri(table.name, "without-a-person")
    storage.delete_folder(uri)
    storage.make_folder(uri)
    storage.write_rows(
        storage.join(uri, "part-0.parquet"), pa.Table.from_pylist(list(rows), schema=arrow_schema(table))
    )
    return Staged(uri, len(rows), spark_struct(table))


def _rewrite_silver(lake: Lakehouse, table: Table, records: DataFrame) -> int:
    """Make the rows anew that stand on some records; the columns that no record gives stay as they are."""
    present = lake.table(table.name).join(records.select("record_id").distinct(), "record_id", "left_semi")
    fresh = _made_anew(lake, table, records)
    given = {name: f"new_{name}" for name in fresh.columns if name in table.column_names}
    renamed = fresh.select(*(F.col(name).alias(new) for name, new in given.items()))
    same = present["record_id"] == renamed["new_record_id"]
    if "record_path" in given:  # several objects may stand inside one record
        same &= F.coalesce("record_path", F.lit("")) == F.coalesce("new_record_path", F.lit(""))
    joined = present.join(renamed, same)
    rows = joined.select(*(F.col(given.get(c, c)).alias(c) for c in table.column_names))
    staged = lake.staging.write(table.name, "without-a-person", rows)
    if staged.rows != present.count():
        raise LakehouseError(
            f"{table.name}: some rows cannot be made again from their records, so nothing of them was erased. "
            f"Was its declaration changed? Rebuild it with: vermeil run --full-refresh {table.name}, then run again."
        )
    by = ("record_id", "table_name") if table.name == QUARANTINE else ("record_id",)
    note = _again(lake, table.name)
    return put(lake, Change(table, "without-a-person", staged, Amend(by), note=lambda: note))


def _made_anew(lake: Lakehouse, table: Table, records: DataFrame) -> DataFrame:
    base = table.history_of or table
    if base.object_type is None:
        alone, parts = within.on_their_own(records), within.objects(records, within.types(records))
        return alone.unionByName(parts).select("record_id", "record_path", "payload")
    readable = of_table(records, base, lake.sources, types_inside(batches(lake)))
    # Staged first: an engine that plans the parsing and the join at once loses columns on the way.
    staged = lake.staging.write(
        table.name, "made-anew", parse(readable, base, lake.sources, lake.token_key), accept=FAULT
    )
    return lake.staging.accepted(staged).select(*base.column_names)


def _naming(lake: Lakehouse, table: Table, target: Target) -> DataFrame:
    return lake.table(table.name).filter(_is_named(table, target))


def _is_named(table: Table, target: Target) -> Expression:
    """Whether a row holds an id of the person as a whole word, among the records of the account in question."""
    if target.account is not None and "account" not in table.column_names:
        return F.lit(False)
    words = rf"(^|[^A-Za-z0-9_])({'|'.join(target.names)})([^A-Za-z0-9_]|$)"
    found = F.concat_ws(" ", *_texts(table)).rlike(words)
    return found if target.account is None else found & (F.col("account") == target.account)


def _renamed(column: str, named: Expression, target: Target) -> Expression:
    value = F.col(column)
    for id, other in target.names.items():
        value = F.replace(value, F.lit(id), F.lit(other))
    return F.when(named, value).otherwise(F.col(column))


def _texts(table: Table) -> list[str]:
    """The columns that may name a person. The names of raw files are left: they say where a record stands."""
    return [column.name for column in table.columns if column.type == "string" and column.name != "file"]
