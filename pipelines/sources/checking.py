"""Whether what a mapping says of the silver tables can be done: the tables and columns are there, and the types fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.base.money import exponents
from pipelines.base.yaml_model import closest
from pipelines.sources.fields import Condition, TableMapping, Value
from pipelines.sources.source import Source
from pipelines.table import Column, Table

Place = tuple[str | int, ...]
Fault = tuple[Place, str]

_AMOUNT_OPTIONS = ("unit", "minus", "sign")
_TIME_OPTIONS = ("format", "timezone", "ambiguous", "plus")
_CONSTANTS: Mapping[str, tuple[type, str]] = {
    "bigint": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "string": (str, "a text"),
}


def table_faults(source: Source) -> Iterator[Fault]:
    """What is wrong with the tables of a mapping: places in it, and what to say."""
    silver = silver_tables() if source.tables else {}
    open_ended: str | None = None
    for name, mapping in source.tables.items():
        place: Place = ("tables", name)
        if open_ended:
            yield place, f"takes no row: {open_ended} before it takes all. Give that a when, or put it last"
        if mapping.when is None:
            open_ended = name
        if name not in silver:
            yield place, f"no such table; allowed: {', '.join(silver)}{closest(name, list(silver))}"
        else:
            yield from _mapping_faults(mapping, silver[name], source, place)


def silver_tables() -> dict[str, Table]:
    """The silver tables that rows can go to, by short name."""
    from pipelines.catalog import tables_of

    return {table.short_name: table for table in tables_of("silver") if table.object_type}


def _mapping_faults(mapping: TableMapping, table: Table, source: Source, at: Place) -> Iterator[Fault]:
    own = {column.name: column for column in table.columns if column.paths or column.mapped}
    for name, column in own.items():
        if column.required and name not in mapping.columns:
            yield (*at, "columns"), f"{name} is missing: {table.name} cannot be without it. {column.doc}"
    for name, value in mapping.columns.items():
        place: Place = (*at, "columns", name)
        if name in own:
            yield from _value_faults(value, own[name], mapping, place)
        elif name in table.column_names:
            yield place, "is derived from other columns, or says where a row comes from: leave it out"
        else:
            yield place, f"no such column of {table.name}{closest(name, list(own)) or _all(own)}"
    for name in ("occurred_at", "known_at"):
        if isinstance(time := getattr(mapping, name), Value):
            yield from _value_faults(time, Column(name, "timestamp", ""), mapping, (*at, name))
    yield from _field_faults(mapping, source, at)


def _all(own: Mapping[str, Column]) -> str:
    return f"; allowed: {', '.join(own)}"


def _value_faults(value: Value, column: Column, mapping: TableMapping, at: Place) -> Iterator[Fault]:
    is_amount, is_time = column.name.endswith("_minor"), column.type == "timestamp"
    given = value.model_fields_set
    for option in _AMOUNT_OPTIONS:
        if option in given and not is_amount:
            yield (*at, option), f"is for amounts (…_minor), and {column.name} is a {column.type}"
    for option in _TIME_OPTIONS:
        if option in given and not is_time:
            yield (*at, option), f"is for times (…_at), and {column.name} is a {column.type}"
    if "prefix" in given and column.type != "string":
        yield (*at, "prefix"), f"is for texts, and {column.name} is a {column.type}"
    if value.fields and column.type not in ("string", "timestamp", "date"):
        yield (*at, "fields"), f"joins texts and parts of times, and {column.name} is a {column.type}"
    if is_amount and value.field and value.unit is None:
        yield at, "unit is missing: major for amounts such as 10.50, minor for whole minor units"
    if value.unit == "major" and "currency" not in mapping.columns:
        yield at, "unit: major needs the currency: map the column currency, such as {constant: EUR}"
    yield from _result_faults(value, column, at)
    if value.alternative:
        yield from _value_faults(value.alternative, column, mapping, (*at, "else"))


def _result_faults(value: Value, column: Column, at: Place) -> Iterator[Fault]:
    """Constants, and what fields are translated into, fit the column."""
    results: list[tuple[Place, Any]] = [((*at, "values", k), v) for k, v in (value.values or {}).items()]
    if value.constant is not None:
        results.append(((*at, "constant"), value.constant))
    for place, result in results:
        if result is not None and (said := _unfit(result, column)):
            yield place, said


def _unfit(result: Any, column: Column) -> str | None:
    kind, said = _CONSTANTS.get(column.type, (str, "a text"))
    if type(result) is not kind:
        return f"{column.name} is {said}; found {result!r}"
    if column.currency and str(result).upper() not in exponents():
        return f"{result!r} is no currency of ISO 4217{closest(str(result).upper(), sorted(exponents()))}"
    if column.known and result not in column.known:
        near = closest(str(result), column.known)
        return f"{result!r} is not among the values of {column.name}: {', '.join(column.known)}{near}"
    return None


def _field_faults(mapping: TableMapping, source: Source, at: Place) -> Iterator[Fault]:
    """Fields that a header in the mapping does not have."""
    header = source.csv.header
    if source.format != "csv" or header is None:
        return
    for place, field in _fields(mapping, at):
        if field not in header:
            yield place, f"no field {field!r} in csv.header: {', '.join(header)}{closest(field, header)}"


def _fields(mapping: TableMapping, at: Place) -> Iterator[tuple[Place, str]]:
    conditions: list[Condition] = list(mapping.when or ())
    yield from (((*at, "when"), condition.field) for condition in conditions)
    for name, value in mapping.columns.items():
        yield from (((*at, "columns", name), field) for field in value.field_names)
