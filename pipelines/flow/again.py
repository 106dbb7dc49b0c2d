"""Records that are looked at once more, after the code or a mapping that refused them was mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.delta.commits import Merge, Staged
from pipelines.flow.moving import Change
from pipelines.flow.steps import Outcome
from pipelines.flow.token_keys import key_note
from pipelines.frames.among import among
from pipelines.silver.shared import within
from pipelines.silver.shared.build import FAULT
from pipelines.silver.shared.mapped import of_table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.log import Note
    from pipelines.flow.verdict import Validate
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

BATCH = "replay"

Reasons = Mapping[str, str | None]
"""Why each record is refused, None for one of which all is good."""


@dataclass(frozen=True)
class Again:
    """What is looked at again, and what has become of it so far.

    Attributes:
        records: the records of bronze that can be read.
        refused: ids of records by the table that refused them.
        unreadable: ids of those that could not be read.
        mapped: tables to which rows of some source go: what one refuses may be another's now.
        taken: the last batch of which each silver table has all that concerned it.
        marks: how far each table was, as gold notes it of what it is made from.
        validate: judges what is published.
        starting: told the name of each table before its turn.
        reasons: what each table of objects says of its records now.
        outcomes: what was published, or refused.
    """

    records: DataFrame
    refused: Mapping[str, frozenset[str]]
    unreadable: frozenset[str]
    mapped: frozenset[str]
    taken: Mapping[str, int]
    marks: Mapping[str, int]
    validate: Validate
    starting: Callable[[str], None]
    reasons: dict[str, Reasons] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)

    def is_refused(self, *names: str) -> bool:
        """Whether what was to be published was refused, of some tables or of any."""
        return any(one.status == "refused" and (not names or one.table in names) for one in self.outcomes)

    def concerns(self, table: Table) -> bool:
        """Whether a table of objects refused records, or what can be read now may be of it, or what stands inside."""
        return bool(self._types.intersection(table.object_types)) or (
            table.name in self.refused or table.name in self.mapped
        )

    @cached_property
    def _types(self) -> set[str]:
        if not self.unreadable:
            return set()
        read = among(self.records, "record_id", self.unreadable)
        return {row[0] for row in read.select("object_type").distinct().collect()} | within.types(read)

    def of(self, lake: Lakehouse, table: Table) -> DataFrame:
        """The records of a table in batches that it has taken in: those of later ones come with their batch."""
        base = table.history_of or table
        inside = base.object_types if "inside" in self.records.columns else ()
        looked_at = among(self.records, "record_id", self._ids(base))
        taken = f"ingest_id <= {self.taken[table.name]}"
        return of_table(looked_at, base, lake.sources, inside).filter(taken)

    def _ids(self, table: Table) -> frozenset[str]:
        """The records that may be the table's."""
        if table.name in self.mapped:
            return self.unreadable.union(*self.refused.values())
        return self.unreadable | self.refused.get(table.name, frozenset())

    def good(self, table: Table) -> set[str]:
        """The records that a table of objects, or the base table of a history, takes in."""
        found = self.reasons.get((table.history_of or table).name, {})
        return {record for record, reason in found.items() if reason is None}

    def change(self, lake: Lakehouse, table: Table, rows: DataFrame | Staged, publish: Merge) -> Change:
        """Rows that a table had refused. The watermark says how far it had come."""
        note = {**note_of(lake, table.name), **key_note(lake, table), "watermark": self.taken[table.name]}
        return Change(table, BATCH, rows, publish, note=lambda: note, is_batch=False, where_refused="tell")


def note_of(lake: Lakehouse, name: str) -> Note:
    """A table's note without the size of its last batch, which the next ones are compared with."""
    return {key: value for key, value in lake.note(name).items() if key != "rows"}


def reasons_of(rows: DataFrame) -> dict[str, str | None]:
    """What parsed rows say of their records."""
    found: dict[str, str | None] = {}
    for record_id, fault in rows.select("record_id", FAULT).collect():
        found[record_id] = found.get(record_id) or fault
    return found
