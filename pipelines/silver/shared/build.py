"""Records to rows: parse each payload once by the table's declaration, say what is wrong with it, keep the latest.

Everything here is a pure function of frames; a value of the wrong type never raises, it becomes a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.money import exponents
from pipelines.base.times import EARLIEST, LATEST
from pipelines.bronze.records import TABLE as BRONZE
from pipelines.privacy.token_key import TokenKey
from pipelines.privacy.tokens import tokenised
from pipelines.silver.shared import lists, within
from pipelines.silver.shared import mapped as rows
from pipelines.silver.shared.contract import ACCOUNT, PROVENANCE
from pipelines.silver.shared.mapped import MAPPING_FAULT
from pipelines.silver.shared.order import dated, preference, versioned
from pipelines.silver.shared.whole import whole_number, whole_text
from pipelines.silver.shared.wire import Shapes, at, wire
from pipelines.sources.source import Sources
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame
    from pyspark.sql.window import WindowSpec

FAULT = "fault"
"""Column of a staged batch: why a row breaks the contract, or null."""

EXPECTED = {
    "bigint": "a whole number of at most 18 digits",
    "double": "a number",
    "boolean": "true or false",
    "timestamp": "seconds since 1970 before the year 2200",
    "date": "a year, month and day",
    "string": "an id, or an object that has one",
}
"""What a value should have been, by the type of its column."""

_DATE_PARTS = (("year", 4), ("month", 2), ("day", 2))
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_NUMBER = r"^-?[0-9]{1,18}([.][0-9]+)?([eE][-+]?[0-9]{1,3})?$"


def build(
    records: DataFrame,
    table: Table,
    sources: Sources,
    key: TokenKey,
    shapes: Shapes = None,
    *,
    is_versioned: bool = False,
) -> DataFrame:
    """The latest good version of each object among some bronze records, and every record that breaks the contract.

    Args:
        records: rows of bronze.records of the table's object type, and those that a mapping may send to it.
        table: a silver table.
        sources: say which of two events in one second is the later one, and what the fields of rows mean.
        key: of the tokens that stand for personal data.
        shapes: those that the records have: what is known here need not be planned for. None for any.
        is_versioned: whether :func:`~pipelines.silver.shared.order.versioned` was asked of all but rows of fields.

    Returns:
        The table's columns, then ``fault`` (null for a good row) and, for a faulty one, its ``payload``.
    """
    # Tokens cost more than all else: only what is kept gets them.
    rows = latest(_parsed(records, table, sources, shapes, is_versioned=is_versioned), table)
    return tokenised(rows, _columns(table), table, key)


def parse(
    records: DataFrame,
    table: Table,
    sources: Sources,
    key: TokenKey,
    shapes: Shapes = None,
    *,
    is_versioned: bool = False,
) -> DataFrame:
    """Every record as a row of the table, with ``fault`` and ``payload``; see :func:`build`."""
    parsed = _parsed(records, table, sources, shapes, is_versioned=is_versioned)
    return tokenised(parsed, _columns(table), table, key)


def _parsed(
    records: DataFrame, table: Table, sources: Sources, shapes: Shapes = None, *, is_versioned: bool = False
) -> DataFrame:
    """The same with personal data as it came."""
    if is_versioned:
        raw = _raw_texts(records, table, sources, shapes, rows_alone=True)
    else:
        raw = versioned(_raw_texts(dated(records), table, sources, shapes), sources)
    typed = raw.select("*", *(_typed(column).alias(column.name) for column in _given(table)))
    # Every step is planned with all columns that it has, used or not: what was only read is left behind here.
    read = typed.select(*_kept(table), _said(_read_faults(table)).alias(_READ_FAULT))
    wrong = _said([F.col(_READ_FAULT), *_other_faults(table)])
    judged = _derived(read, table).withColumn(FAULT, F.coalesce(MAPPING_FAULT, _unparsed(table), wrong))
    payload = F.when(F.col(FAULT).isNotNull(), F.col("payload")).alias("payload")
    return judged.select(*table.column_names, FAULT, payload)


def _columns(table: Table) -> tuple[str, ...]:
    return (*table.column_names, FAULT, "payload")


def _given(table: Table) -> list[Column]:
    """Columns that come from the source; the others are derived, or say where a row comes from."""
    return [column for column in table.read if column.paths or column.mapped]


def _raw_texts(
    records: DataFrame, table: Table, sources: Sources, shapes: Shapes, *, rows_alone: bool = False
) -> DataFrame:
    """Records with the text of each column, as Stripe's objects have it or as their source's mapping makes it.

    With ``rows_alone``, rows of fields get their version: only their mapping says when they were known.
    """
    given = _given(table)
    texts = [_raw(column).alias(_raw_name(column)) for column in given]
    no_fault = F.lit(None).cast("string").alias(MAPPING_FAULT)
    mapped = sources.mapping(table.short_name)
    objects = records.filter(f"not {rows.IS_ROW}") if mapped else records
    found = objects.withColumn("wire", wire(table, shapes)).select("*", no_fault, *texts).drop("wire")
    names = {column.name: _raw_name(column) for column in given}
    for source in mapped:
        of_source = records.filter(F.expr(rows.IS_ROW) & (F.col("source") == source.source))
        texts_of_rows = rows.texts(of_source, table, source, names)
        found = found.unionByName(versioned(texts_of_rows, sources) if rows_alone else texts_of_rows)
    spelled = {_raw_name(column): _respelled(column) for column in given if column.spelled}
    return found.withColumns(spelled) if spelled else found


def latest(rows: DataFrame, table: Table) -> DataFrame:
    """Of the good rows of each key the one with the greatest version; all faulty rows."""
    good = F.col(FAULT).isNull()
    order = Window.partitionBy(*table.key, good).orderBy(*preference())
    ranked = rows.withColumn("rank", F.row_number().over(order))
    return ranked.filter((F.col("rank") == 1) | ~good).drop("rank")


def current(records: DataFrame, table: Table, sources: Sources, key: TokenKey) -> DataFrame:
    """The good rows of :func:`build`, for a query that stages nothing."""
    good = F.col(FAULT).isNull()
    ranks = Window.partitionBy(*table.key, good).orderBy(*preference())
    rows = _first(_parsed(records, table, sources), good, ranks)
    return tokenised(rows.select(*table.column_names), table.column_names, table, key)


def faulty(records: DataFrame, table: Table, sources: Sources) -> DataFrame:
    """The rows of :func:`build` that break the contract, for a query that stages nothing; with personal data."""
    alone = Window.partitionBy("record_id", "record_path").orderBy("version")
    return _first(_parsed(records, table, sources), F.col(FAULT).isNotNull(), alone)


def _first(rows: DataFrame, wanted: Expression, window: WindowSpec) -> DataFrame:
    """The wanted rows that are the first of their window.

    The condition is part of a figure over a window, because a filter on the fault alone is pushed down into the
    parsing, where it is written out for every column that it is made of: planning takes minutes.
    """
    number = F.when(wanted, F.row_number().over(window))
    return rows.withColumn("_number", number).filter("_number = 1").drop("_number")


_READ_FAULT = "_read_fault"
_RECORD = (*BRONZE.column_names, *within.PLACE, "version")


def _kept(table: Table) -> list[str]:
    """What is needed of a record once its texts have their types: the typed columns, where it stands, what expressions
    use, and the texts of columns that follow from others where they have none."""
    given = [column.name for column in _given(table)]
    texts = [_raw_name(column) for column in _given(table) if column.sql]
    used = {name for column in table.read if column.sql for name in _NAME.findall(str(column.sql))}
    needed = {*table.column_names, *used, "object_id", "payload"}
    of_record = [name for name in _RECORD if name in needed and name not in given]
    return [*given, *of_record, *texts, MAPPING_FAULT]


def _read_faults(table: Table) -> list[Expression]:
    """What is wrong with the columns that a record alone gives."""
    return [fault for column in _given(table) if not column.sql for fault in _column_faults(column)]


def _other_faults(table: Table) -> list[Expression]:
    """What is wrong with columns that follow from others, and with a row as a whole."""
    read = {column.name for column in _given(table) if not column.sql}
    found = [fault for column in table.read if column.name not in read for fault in _column_faults(column)]
    return found + [F.when(~F.expr(rule.sql), F.lit(rule.doc)) for rule in table.rules]


def _said(faults: Sequence[Expression]) -> Expression:
    """Faults in one text; null where there is none."""
    return F.nullif(F.concat_ws("; ", *faults), F.lit(""))


def _unparsed(table: Table) -> Expression:
    """Said of a record whose id was read when it came in, and which an engine's parser now gives nothing of."""
    lost = F.col("object_id").isNotNull() & F.col(table.key[-1]).isNull()
    return F.when(
        lost, F.lit("the record holds a value that cannot be parsed, such as a number beyond all bounds")
    )


def _derived(rows: DataFrame, table: Table) -> DataFrame:
    """The rows with the columns that follow from others, in declared order: one may use those before it."""
    for level in _levels(table):
        plain = {column.name: _follows(column) for column in level if not column.listed}
        rows = rows.withColumns(plain) if plain else rows
        for column in level:
            if column.listed:
                rows = lists.with_membership(rows, column.name, F.expr(str(column.sql)), column.listed)
    return rows


@cache
def _levels(table: Table) -> tuple[tuple[Column, ...], ...]:
    """The derived columns, those together that do not use each other: each step costs planning of all columns."""
    depth: dict[str, int] = {}
    levels: list[list[Column]] = []
    for column in [column for column in table.columns if column.sql]:
        used = set(_NAME.findall(str(column.sql))) - {column.name}
        depth[column.name] = 1 + max((depth[name] for name in used & depth.keys()), default=-1)
        levels.extend([] for _ in range(depth[column.name] + 1 - len(levels)))
        levels[depth[column.name]].append(column)
    return tuple(map(tuple, levels))


_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def _follows(column: Column) -> Expression:
    """The value of a derived column; of one that a record may have, the record's, where it has one."""
    found = F.expr(str(column.sql)).cast(column.type)
    if not (column.paths or column.mapped):
        return found
    # Not of a value that is there and wrong: that is a fault.
    return F.when(F.col(_raw_name(column)).isNull(), found).otherwise(F.col(column.name))


def _raw_name(column: Column) -> str:
    return f"raw_{column.name}"


def _raw(column: Column) -> Expression:
    """The text of a value as the source has it, at the first of its places that holds one."""
    if not column.paths:
        return F.lit(None).cast("string")
    return F.coalesce(*(F.nullif(at(path), F.lit("")) for path in column.paths))


def _respelled(column: Column) -> Expression:
    """The text with what the source calls it now in the place of what it called it once."""
    raw = F.col(_raw_name(column))
    now: Any = F
    for was, called in column.spelled.items():
        now = now.when(raw == was, F.lit(called).cast("string"))
    found: Expression = now.otherwise(raw)
    return found


def _typed(column: Column) -> Expression:
    raw = F.col(_raw_name(column))
    match column.type:
        case "bigint":
            return whole_number(raw)
        case "double":
            return F.when(raw.rlike(_NUMBER), raw.cast("double"))
        case "boolean":
            return F.when(raw == "true", F.lit(True)).when(raw == "false", F.lit(False))
        case "timestamp":
            seconds = whole_number(raw)
            return F.when((seconds >= EARLIEST) & (seconds < LATEST), F.timestamp_seconds(seconds))
        case "date":
            return _date(raw)
    if column.currency:
        return F.upper(raw)
    return F.when(_is_object(raw), F.get_json_object(raw, "$.id")).otherwise(raw) if _is_id(column) else raw


def _date(raw: Expression) -> Expression:
    """The day that an object of year, month and day names; null where there is no such day."""
    digits = {name: whole_text(F.get_json_object(raw, f"$.{name}")) for name, _ in _DATE_PARTS}
    parts = [F.lpad(digits[name], width, "0") for name, width in _DATE_PARTS]
    day = F.concat_ws("-", *parts)
    return F.when(day.rlike(_DAY), day.try_cast("date"))


def _is_object(raw: Expression) -> Expression:
    return raw.startswith("{")


def _is_id(column: Column) -> bool:
    """Whether a column may hold an expandable field: an id, or the whole object with its id inside."""
    return column.name.endswith("_id")


def _column_faults(column: Column) -> Iterator[Expression]:
    value = F.col(column.name)
    if column.paths or column.mapped:
        given = F.col(_raw_name(column)).isNotNull()
        if column.type != "string" or _is_id(column):
            yield F.when(given & value.isNull(), F.lit(f"{column.name}: not {EXPECTED[column.type]}"))
        if column.required:
            yield F.when(~given & value.isNull(), F.lit(f"{column.name}: missing"))
    elif column.required and column not in (ACCOUNT, *PROVENANCE):
        yield F.when(value.isNull(), F.lit(f"{column.name}: missing"))
    if column.minimum is not None:
        yield F.when(value < column.minimum, F.lit(f"{column.name}: less than {column.minimum}"))
    if column.currency:
        yield F.when(~value.isin(*sorted(exponents())), F.lit(f"{column.name}: not a currency of ISO 4217"))
