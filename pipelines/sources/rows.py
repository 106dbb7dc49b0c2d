"""A row of a mapped file to the texts that a silver table is typed from, by the mapping alone: pure Python, no engine.

The texts are those that Stripe's records would hold: whole minor units, seconds since 1970, true and false. What a
mapping cannot turn into them is a fault, whose words never quote the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial

import msgspec

from pipelines.base.times import EARLIEST, LATEST
from pipelines.sources.checking import silver_tables
from pipelines.sources.fields import TableMapping, Value, delay
from pipelines.sources.numbers import Refused, minor, normal, unfolded, whole
from pipelines.sources.source import Source
from pipelines.sources.texts import Row, Text, decode_flat, decode_nested, holds, reader, zone_name
from pipelines.sources.times import EPOCH, day, reading
from pipelines.table import Column, Table

Convert = Callable[[Row], str | None]

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class MappedRow:
    """What a mapping makes of a row.

    Attributes:
        table: short name of the silver table that it goes to; None for none.
        account: that the row names, if it does.
        occurred_at, known_at: microseconds since 1970; None where the mapping does not say.
        texts: by column of the table.
        fault: what could not be turned into a column's type; None for a good row.
    """

    table: str | None
    account: str | None = None
    occurred_at: int | None = None
    known_at: int | None = None
    texts: Mapping[str, str | None] | None = None
    fault: str | None = None


class Mapper:
    """The mapping of one source, made ready for many rows.

    Args:
        source: whose rows they are.
        columns: columns of interest, beside the id, by short table name; by default all that are mapped.
    """

    def __init__(self, source: Source, columns: Mapping[str, frozenset[str]] | None = None) -> None:
        silver = silver_tables()
        self._text = reader(frozenset(source.empty))
        self._decode = decode_nested if source.format == "ndjson" else decode_flat
        self._account_field = source.account_field
        self._tables = [
            (name, mapping.when or [], _Table(source, mapping, silver[name], self._text, columns))
            for name, mapping in source.tables.items()
        ]

    def __call__(self, payload: str) -> MappedRow:
        """What becomes of a row, given as bronze keeps it."""
        row = self._decode(payload)
        for name, conditions, table in self._tables:
            if all(holds(condition, row, self._text) for condition in conditions):
                account = self._text(row, self._account_field) if self._account_field else None
                return table.mapped(name, row, account)
        return MappedRow(None)


class _Table:
    def __init__(
        self,
        source: Source,
        mapping: TableMapping,
        table: Table,
        text: Text,
        columns: Mapping[str, frozenset[str]] | None,
    ) -> None:
        make = _Maker(source, text)
        wanted = mapping.columns
        if columns is not None:
            chosen = {table.key[1], *columns.get(table.short_name, ())}
            wanted = {name: value for name, value in wanted.items() if name in chosen}
        if "currency" in mapping.columns:
            make.currency = make.column(Column("currency", "string", ""), mapping.columns["currency"])
        self._columns = [(name, make.column(table.column(name), value)) for name, value in wanted.items()]
        occurred = mapping.occurred_at or mapping.columns.get("created_at")
        self._occurred = make.moment(occurred) if occurred else None
        self._known = make.moment(mapping.known_at) if mapping.known_at else None

    def mapped(self, name: str, row: Row, account: str | None) -> MappedRow:
        faults: dict[str, str] = {}
        texts: dict[str, str | None] = {}
        for column, convert in self._columns:
            try:
                texts[column] = convert(row)
            except Refused as refused:
                faults[column] = str(refused)
        occurred = _moment(self._occurred, row, "occurred_at", faults)
        known = _moment(self._known, row, "known_at", faults)
        if "created_at" in faults:
            faults.pop("occurred_at", None)  # it is the same time
        fault = "; ".join(f"{column}: {said}" for column, said in faults.items())
        return MappedRow(name, account, occurred, known, texts, fault or None)


def _moment(
    moment: Callable[[Row], datetime | None] | None, row: Row, name: str, faults: dict[str, str]
) -> int | None:
    try:
        found = moment(row) if moment else None
    except Refused as refused:
        faults[name] = str(refused)
        return None
    return None if found is None else (found - EPOCH) // _MICROSECOND


class _Maker:
    """Makes the conversion of each column."""

    def __init__(self, source: Source, text: Text) -> None:
        self._source = source
        self._text = text
        self.currency: Convert = lambda row: None

    def column(self, column: Column, value: Value) -> Convert:
        """The text of a column of a row, or that of the alternative where there is none."""
        first = self._single(column, value)
        if value.alternative is None:
            return first
        second = self.column(column, value.alternative)

        def text(row: Row) -> str | None:
            found = first(row)
            return second(row) if found is None else found

        return text

    def _single(self, column: Column, value: Value) -> Convert:
        if value.constant is not None:
            constant = _plain(value.constant)
            return self._where(value, lambda row: constant)
        if column.name.endswith("_minor"):
            return self._where(value, self._translated(value, self._amount(value)))
        if column.type == "timestamp":
            moment = self._local(value)
            return self._where(value, self._translated(value, lambda row: _seconds(moment(row))))
        plain = self._joined(value)
        match column.type:
            case "boolean":
                return self._where(value, self._translated(value, lambda row: _boolean(plain(row))))
            case "bigint" | "double":
                return self._where(value, self._translated(value, lambda row: self._number(plain(row))))
            case "date":
                return self._where(value, self._translated(value, lambda row: _day(plain(row), value.format)))
        prefixed = (lambda row: _prefixed(value.prefix, plain(row))) if value.prefix else plain
        return self._where(value, self._translated(value, prefixed))

    def moment(self, value: Value) -> Callable[[Row], datetime | None]:
        """A time of the record itself."""
        local, text, conditions = self._local(value), self._text, value.when or []
        second = self.moment(value.alternative) if value.alternative else None

        def moment(row: Row) -> datetime | None:
            meets = all(holds(condition, row, text) for condition in conditions)
            found = local(row) if meets else None
            if found is None and second:
                return second(row)
            if found and not EARLIEST <= found.timestamp() < LATEST:
                raise Refused("a time outside the years 1970 to 2199")
            return found

        return moment

    def _joined(self, value: Value) -> Convert:
        text = self._text
        if value.field:
            field = value.field
            return lambda row: text(row, field)
        fields, separator = tuple(value.fields or ()), value.separator

        def joined(row: Row) -> str | None:
            parts = [text(row, field) for field in fields]
            return None if None in parts else separator.join(part for part in parts if part)

        return joined

    def _where(self, value: Value, convert: Convert) -> Convert:
        """The conversion for the rows that the value is for."""
        if not value.when:
            return convert
        conditions, text = value.when, self._text
        return lambda row: convert(row) if all(holds(c, row, text) for c in conditions) else None

    def _translated(self, value: Value, convert: Convert) -> Convert:
        """The conversion behind a table of what some texts mean."""
        if value.values is None:
            return convert
        meanings = {text: None if v is None else _plain(v) for text, v in value.values.items()}
        plain, otherwise = self._joined(value), value.otherwise

        def translated(row: Row) -> str | None:
            text = plain(row) or ""
            if text in meanings:
                return meanings[text]
            if not text or otherwise == "empty":
                return None
            if otherwise == "refuse":
                raise Refused("a text that the mapping does not list in values")
            return convert(row)

        return translated

    def _number(self, text: str | None) -> str | None:
        return None if text is None else normal(text, self._source)

    def _amount(self, value: Value) -> Convert:
        text, currency, source = self._text, self.currency, self._source
        field, minus, sign = value.field or "", value.minus, value.sign
        # The same text comes again: for a second column of the row, and for prices that are asked often.
        in_minor = lru_cache(4096)(partial(minor if value.unit == "major" else whole, source=source))

        def amount(row: Row) -> str | None:
            given, less = text(row, field), text(row, minus) if minus else None
            if given is None and less is None:
                return None
            code = currency(row) if value.unit == "major" else None
            found = in_minor(given, code)
            if less is not None:
                found -= in_minor(less, code)
            return str(abs(found) if sign == "drop" else -found if sign == "flip" else found)

        return amount

    def _local(self, value: Value) -> Callable[[Row], datetime | None]:
        plain, text, source = self._joined(value), self._text, self._source
        is_number = value.format in ("epoch", "epoch_ms")
        given = value.timezone or self._source.timezone
        read = reading(value.format, value.ambiguous == "later", tuple(given.values.items()))
        plus = delay(value.plus) if value.plus else None

        def local(row: Row) -> datetime | None:
            written = plain(row)
            if written is None:
                return None
            if is_number:
                written = unfolded(written, source)
            found = read(written, zone_name(given, row, text))
            try:
                return found + plus if plus else found
            except OverflowError:
                raise Refused("a time outside the years 1970 to 2199") from None

        return local


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _prefixed(prefix: str, text: str | None) -> str | None:
    return None if text is None else prefix + text


def _boolean(text: str | None) -> str | None:
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise Refused("neither true nor false: say in values what the texts mean")
    return text.lower()


def _seconds(moment: datetime | None) -> str | None:
    return None if moment is None else str((moment - EPOCH) // timedelta(seconds=1))


def _day(text: str | None, written: str | None) -> str | None:
    """A day as the object that Stripe writes."""
    if text is None:
        return None
    found = day(text, written)
    return msgspec.json.encode({"year": found.year, "month": found.month, "day": found.day}).decode()
