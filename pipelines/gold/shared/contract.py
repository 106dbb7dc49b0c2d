"""What all gold tables have in common: an account, a currency and a day; and how figures are declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.table import Column, Table

ACCOUNT = Column("account", "string", "Account that the figures are about.", required=True)
CURRENCY = Column(
    "currency", "string", "ISO 4217 code of the amounts; two currencies are never added.", required=True
)

PAYMENT = (
    ACCOUNT,
    Column("charge_id", "string", "The payment, ch_….", required=True),
    Column("date", "date", "Day of the payment, UTC.", required=True),
    Column("created_at", "timestamp", "When the payment was made.", required=True),
    Column("currency", "string", "ISO 4217 code of the amount.", required=True),
    Column("amount_minor", "bigint", "Amount asked for, in minor units.", required=True, minimum=0),
)
"""What a row about one payment says of it first."""


def dimension(name: str, doc: str) -> Column:
    """A text that is part of a table's key; never null."""
    return Column(name, "string", doc, required=True)


def count(name: str, doc: str) -> Column:
    """A number of things; it can be added over days and dimensions unless its meaning says otherwise."""
    return Column(name, "bigint", doc, required=True, minimum=0)


def amount(name: str, doc: str) -> Column:
    """An amount in minor units that is never negative."""
    return Column(name, "bigint", doc, required=True, minimum=0)


def movement(name: str, doc: str) -> Column:
    """An amount in minor units with a sign: positive is money that comes in."""
    return Column(name, "bigint", doc, required=True)


def rate(name: str, doc: str) -> Column:
    """A share from 0 to 1 of this row alone. Over several rows, divide sums of counts instead."""
    return Column(name, "double", f"{doc} From 0 to 1; null where there is nothing to divide by.", minimum=0)


def repeated(table: Table, *names: str) -> tuple[Column, ...]:
    """Columns of a silver table as gold repeats them: without what only the reading of records is for."""
    kept = (table.column(name) for name in names)
    return tuple(replace(column, path=None, sql=None, spelled={}, reference=None) for column in kept)


def gold_table(
    name: str, doc: str, day: str, columns: Sequence[Column], dimensions: Sequence[Column] = ()
) -> Table:
    """A gold table of one row per account, currency, day and further dimensions.

    Args:
        name: ``gold.…_daily``.
        doc: what one row is.
        day: what the column ``date`` means; the table is replaced by it.
        columns: the figures.
        dimensions: columns that are part of the key; never null.
    """
    date = Column("date", "date", day, required=True)
    keys = (ACCOUNT, CURRENCY, date, *dimensions)
    return Table(
        name=name,
        doc=doc,
        key=tuple(column.name for column in keys),
        columns=(*keys, *columns),
    )
