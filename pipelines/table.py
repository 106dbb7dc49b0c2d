"""The contract: what a table's columns are, what they mean, and which rows may be in it.

A table is declared once, as data. Its Delta schema, the schema its payload is parsed with, Dagster's metadata,
the expectations on its shape and the data dictionary are all read from the declaration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Type = Literal["string", "bigint", "double", "boolean", "timestamp", "date", "binary"]
"""Spark SQL names of the types that columns may have."""

Layer = Literal["bronze", "silver", "gold"]

Kind = Literal["records", "files", "refusals", "objects", "history", "made", "audit", "drift"]
"""How the rows of a table come to be: read from raw files (``records``), or entered beside them (``files``); refused by
other tables; made of the records that are about its objects, in their current state or with every version; made from
other tables; or found by looking at all of them, or at what their sources say."""

Personal = Literal["email", "name", "phone", "address", "ip", "document", "identity", "location", "text"]
"""What a value tells about a person. A document is its number, with what makes that unique; an identity is a name with
a day of birth. A text may hold any of the others; a location is one of two coordinates."""

Listed = Literal["disposable_email_domains", "free_email_domains"]
"""Names of lists that a derived column can look values up in."""

_NAME = re.compile(r"^(bronze|silver|gold)\.[a-z][a-z0-9_]*$")
_COLUMN_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


def steps(path: str) -> list[str]:
    """The names along a path of a source's record; ``[]`` stands for the first of a list, or for its items."""
    return [step for step in path.replace("[0]", "[]").replace("[]", ".[]").split(".") if step]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: snake_case; amounts in minor units end in ``_minor``, timestamps in ``_at``, dates in ``_date``.
        type: a Spark SQL type. From a source's record, a timestamp is read from seconds since 1970 and a date
            from an object of ``year``, ``month`` and ``day``.
        doc: what the value means, with its unit.
        path: where the value sits in the source's record: dotted names, ``[0]`` for the first of a list. Several
            paths are old and new spellings; the first that holds a value counts.
        spelled: what values that the source once wrote otherwise are called now, by the text in the record; None for
            a text that stands for no value.
        mapped: a column without a path that source mappings fill: Stripe's records have no place for it.
        sql: how a derived column follows from the table's other columns, the unstored among them, and the record's
            own (``event_type``, …). It sees personal data as it was, before tokens take its place. Of a column with a
            path, or a mapped one, it says what counts where the record, or the mapping, gives no value.
        listed: name of a list in :mod:`pipelines.silver.shared.lists`; the column says whether what ``sql`` gives is on
            it.
        required: a row without a value breaks the contract.
        minimum: a number below breaks the contract.
        known: the values documented so far. Another value is drift: it is kept, and a check warns.
        currency: the value is a currency code: stored in upper case, an unknown one breaks the contract.
        reference: ``layer.table.column`` that the value points to.
        personal: what the value tells about a person, where it does. Silver keeps a token of it, of a text what is
            left without the personal data that can be recognized, of a location the whole degree.
        identifies: the value is not personal by itself and tells people apart all the same, as a card's last digits
            do: tables keep it, and an erasure does not.
    """

    name: str
    type: Type
    doc: str
    path: str | tuple[str, ...] | None = None
    spelled: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    mapped: bool = False
    sql: str | None = None
    listed: Listed | None = None
    required: bool = False
    minimum: int | None = None
    known: tuple[str, ...] = ()
    currency: bool = False
    reference: str | None = None
    personal: Personal | None = None
    identifies: bool = False

    def __post_init__(self) -> None:
        if not _COLUMN_NAME.match(self.name):
            raise ValueError(f"column {self.name!r}: a name is lower-case letters, digits and underscores")
        if self.spelled and not (self.path or self.mapped):
            raise ValueError(f"column {self.name!r}: it reads no value that could be spelled otherwise")
        if self.listed and (self.path or self.mapped or not self.sql or self.type != "boolean"):
            raise ValueError(
                f"column {self.name!r}: what looks a list up has an expression alone and is a boolean"
            )
        if self.personal and self.type != ("double" if self.personal == "location" else "string"):
            raise ValueError(
                f"column {self.name!r}: a {self.type} cannot hold personal data of kind {self.personal}"
            )

    @property
    def tells_who(self) -> bool:
        """Whether the value tells who somebody is: what an erasure takes away."""
        return self.identifies or self.personal is not None

    @property
    def kept(self) -> str | None:
        """What a table keeps of personal data, in words; None where the column holds none."""
        match self.personal:
            case None:
                return None
            case "text":
                return "personal text, kept without what can be recognized"
            case "location":
                return "personal location, kept as whole degrees"
            case kind:
                return f"personal {kind}, kept as a token"

    @property
    def paths(self) -> tuple[str, ...]:
        """The places in the source's record to look at, best first; empty for a derived column."""
        if self.path is None:
            return ()
        return (self.path,) if isinstance(self.path, str) else self.path


@dataclass(frozen=True)
class Rule:
    """Something that must hold within each row; a row that breaks it goes to quarantine.

    Attributes:
        name: snake_case, unique in its table.
        sql: a condition on the table's columns that is true or unknown (null) for a good row.
        doc: the rule in words; it becomes the reason shown in quarantine.
    """

    name: str
    sql: str
    doc: str


@dataclass(frozen=True)
class Part:
    """Which objects of a type a table holds, where it shares the type with another table.

    Two tables that share a type have parts that are each other's inverse, so that every record is of one of them.

    Attributes:
        object_type: the type that is shared.
        path: dotted place in the object whose value decides.
        values: those with which an object is the table's; empty for any value.
        inverted: the table has all other objects of the type instead, those without a value among them.
    """

    object_type: str
    path: str
    values: tuple[str, ...] = ()
    inverted: bool = False


@dataclass(frozen=True)
class Table:
    """A Delta table of the lakehouse.

    Attributes:
        name: ``layer.plural_noun``.
        doc: what one row is.
        key: columns that together identify a row; none of them is ever null.
        columns: in the order in which they are stored.
        cluster_by: column that rows are ordered by where a table is large, if any: a day that never changes for a
            key, so that the statistics of files keep a merge and a read to the few that hold its days.
        object_types: the source's names for the records that this table holds, today's first (silver only). Objects
            that were renamed keep their ids: a plan and the price of the same id are versions of one row.
        parts: which objects of a type, where another table holds the rest.
        unstored: columns that only expressions use: what a record of an old API version says in a place of its own.
        rules: conditions within a row.
        history_of: the table whose objects this one holds every version of; None for one of current state.
        kind: how its rows come to be.
        once: its rows say what was so when they were written, and are never made anew.
    """

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    cluster_by: str | None = None
    object_types: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    unstored: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = field(default=())
    history_of: Table | None = None
    kind: Kind = "made"
    once: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"table {self.name!r}: a name is layer.plural_noun, such as silver.charges")
        names = [column.name for column in self.read]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"table {self.name}: declared twice: {', '.join(sorted(twice))}")
        for name in (*self.key, *([self.cluster_by] if self.cluster_by else [])):
            if name not in names:
                raise ValueError(f"table {self.name}: no column {name!r} for its key or order")
        if self.layer == "gold" and self.kind == "made" and any(column.reference for column in self.columns):
            raise ValueError(
                f"table {self.name}: what it points to was judged in silver, so it names no reference"
            )
        for part in self.parts:
            if part.object_type not in self.object_types:
                raise ValueError(
                    f"table {self.name}: it holds a part of {part.object_type!r}, and not the type"
                )

    @property
    def read(self) -> tuple[Column, ...]:
        """The columns that a record is read into: those that are stored, then those that only expressions use."""
        return (*self.columns, *self.unstored)

    @property
    def object_type(self) -> str | None:
        """The name that the source has today for the records of this table; None where it holds none."""
        return self.object_types[0] if self.object_types else None

    @property
    def layer(self) -> Layer:
        """bronze, silver or gold."""
        return self.name.split(".")[0]  # type: ignore[return-value]

    @property
    def short_name(self) -> str:
        """The name without its layer."""
        return self.name.split(".")[1]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in stored order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """A column by name.

        Raises:
            KeyError: no such column; the message lists those there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {', '.join(self.column_names)}")

    def spark_schema(self) -> str:
        """The table's schema as Spark DDL."""
        return ", ".join(f"{column.name} {column.type}" for column in self.columns)
