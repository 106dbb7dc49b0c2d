"""Every record of a person: those that name them, and those that hang on these without naming them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.delta.schemas import frame_schema
from pipelines.flow import ingest
from pipelines.privacy.mapped import kept_fields
from pipelines.privacy.ownership import WORD, Row, Target, belongs, is_named, linked, rewritten

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

_AT_ONCE = 500
"""Ids in one regular expression: engines bound its size. More of them are looked for word by word."""


@dataclass
class Found:
    """Records of a person.

    Attributes:
        theirs: by record id.
        mentions: records of others that name the person, by record id.
        ids: of the person and of their objects.
        fields: what stays of mapped rows, by source.
    """

    theirs: dict[str, Row] = field(default_factory=dict)
    mentions: dict[str, Row] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The raw files that the records came from."""
        return tuple(sorted({row["file"] for rows in (self.theirs, self.mentions) for row in rows.values()}))

    def rewritten(self, target: Target) -> tuple[list[Row], bool]:
        """The records without the person, and whether any of them differs from what it was."""
        rows = [self._rewritten(row, target, theirs=True) for row in self.theirs.values()]
        rows += [self._rewritten(row, target, theirs=False) for row in self.mentions.values()]
        before = [*self.theirs.values(), *self.mentions.values()]
        return rows, rows != before

    def _rewritten(self, row: Row, target: Target, *, theirs: bool) -> Row:
        return rewritten(row, target, self.ids, self.fields.get(row["source"], ()), theirs=theirs)


def find(lake: Lakehouse, target: Target) -> Found:
    """Search bronze for the records of a target, then for those that name what was found, until nothing is new.

    Each round reads the payloads of all records once; there are four or five.
    """
    records = lake.table(ingest.RECORDS)
    if target.account is not None:
        records = records.filter(F.col("account") == target.account)
    if target.types is not None:
        records = records.filter(
            F.col("object_type").isin(*sorted(target.types)) | F.col("fault").isNotNull()
        )
    # Of a customer who is being renamed, both names count: a run that was cut may have done some tables.
    people = {*target.names, *target.names.values()}
    fields = {source.source: kept_fields(source) for source in lake.sources}
    found, fresh = Found(fields=fields), {*target.ids, *people}
    while fresh:
        found.ids |= fresh
        rows = [row for row in _naming(records, fresh) if row["record_id"] not in found.theirs]
        own = [row for row in rows if is_named(row, fresh) and belongs(row, target, found.ids)]
        found.theirs |= {row["record_id"]: row for row in own}
        others = (row for row in rows if row["record_id"] not in found.theirs and is_named(row, people))
        found.mentions |= {row["record_id"]: row for row in others}
        fresh = {id for row in own for id in linked(row, target)} - found.ids
    return found


def _naming(records: DataFrame, ids: Iterable[str]) -> Iterator[Row]:
    """Records whose payload holds one of some ids; of few ids also as a part of a longer word."""
    wanted = frozenset(ids)
    if len(wanted) <= _AT_ONCE:
        named = records.filter(F.col("payload").rlike("|".join(sorted(wanted))))
    else:
        named = records.mapInArrow(partial(_with_a_word, words=wanted), frame_schema(records))
    yield from named.toArrow().to_pylist()


def _with_a_word(batches: Iterator[pa.RecordBatch], words: frozenset[str]) -> Iterator[pa.RecordBatch]:
    """The records that hold one of some words. A regular expression of them all would grow with them."""
    for batch in batches:
        payloads = batch.column("payload").to_pylist()
        yield batch.filter(pa.array([not words.isdisjoint(WORD.findall(text or "")) for text in payloads]))
