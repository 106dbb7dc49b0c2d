"""The same charges and daily payments by hand, in DuckDB: ``python -m benchmarks.duckdb_charges RAW OUT``.

What someone who knows DuckDB would write who needs these two tables only: it reads the event files and nothing else,
keeps no raw records, checks nothing beyond each row's contract, and writes two Parquet files. The columns are read
from the declaration of silver.charges, so that a new one is made here too; ``record_id`` is left out, because DuckDB
does not tell a line's number.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.money import exponents
from pipelines.silver.charges import TABLE as CHARGES
from pipelines.silver.shared import lists
from pipelines.table import Column

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "4GB",
    # Lets it read several compressed files at once; the order of the rows means nothing here.
    "preserve_insertion_order": False,
}

EVENTS = """
create table events as
with lines as (
    select *, "detail-type" is not null as wrapped
    from read_json(
        $files, format = 'newline_delimited', ignore_errors = true, maximum_object_size = 67108864,
        columns = {
            id: 'VARCHAR', type: 'VARCHAR', created: 'BIGINT', account: 'VARCHAR', api_version: 'VARCHAR',
            livemode: 'BOOLEAN', data: 'JSON', "detail-type": 'VARCHAR', detail: 'JSON', time: 'VARCHAR'
        }
    )
    where coalesce("detail-type", type) like 'charge.%'
)
select
    case when wrapped then detail ->> 'id' else id end as event_id,
    case when wrapped then detail ->> 'type' else type end as event_type,
    to_timestamp(case when wrapped then (detail ->> 'created')::bigint else created end) as occurred_at,
    case when wrapped then time::timestamptz else to_timestamp(created) end as known_at,
    coalesce(case when wrapped then detail ->> 'account' else account end, 'platform') as account,
    case when wrapped then detail ->> 'api_version' else api_version end as api_version,
    case when wrapped then (detail ->> 'livemode')::boolean else livemode end as livemode,
    case when wrapped then detail -> '$.data.object' else data -> 'object' end as charge
from lines
where charge ->> 'object' = 'charge'
"""

EVENT_RANK = """
case
    when event_type in ('charge.refunded') then '05'
    when event_type in ('charge.succeeded', 'charge.captured') then '04'
    when event_type in ('charge.failed', 'charge.expired') then '03'
    else '02'
end
"""
"""Which of two events of one second is the later one."""

PROVENANCE = {
    "livemode": "livemode",
    "event_type": "event_type",
    "api_version": "api_version",
    "occurred_at": "occurred_at",
    "known_at": "known_at",
    "version": f"lpad(epoch(occurred_at)::bigint::varchar, 12, '0') || '-' || {EVENT_RANK} || '-' || event_id",
    "version_id": "event_id",
    "source": "'stripe'",
    "ingest_id": "1::bigint",
    "record_path": "null::varchar",
}

PARSED = """
create table parsed as select * exclude (charge), from_json(charge, '{wire}') as wire from events
"""
"""A table of its own: as a subquery, the payload would be parsed again for each column that is taken from it."""

LATEST = """
create table charges as
select * exclude (is_good) from ({rows}) where is_good
qualify row_number() over (partition by account, charge_id order by version desc) = 1
"""

PAID = "status = 'succeeded'"
CAPTURED = f"{PAID} and coalesce(is_captured, false)"
CARD = "coalesce(payment_method_type, '') in ('card', 'card_present', 'interac_present')"

FIGURES: Mapping[str, str] = {
    "attempts_count": "count(*)",
    "attempts_minor": "coalesce(sum(amount_minor), 0)",
    "payments_count": f"count(*) filter ({PAID})",
    "payments_minor": f"coalesce(sum(amount_minor) filter ({PAID}), 0)",
    "pending_count": "count(*) filter (status = 'pending')",
    "failed_count": "count(*) filter (status = 'failed')",
    "captured_count": f"count(*) filter ({CAPTURED})",
    "captured_minor": f"coalesce(sum(amount_captured_minor) filter ({CAPTURED}), 0)",
    "uncaptured_count": f"count(*) filter ({PAID} and not ({CAPTURED}))",
    "uncaptured_minor": f"coalesce(sum(amount_minor) filter ({PAID} and not ({CAPTURED})), 0)",
    "customers_count": f"count(distinct customer_id) filter ({PAID})",
    "card_captured_count": f"count(*) filter ({CAPTURED} and {CARD})",
    "card_captured_minor": f"coalesce(sum(amount_captured_minor) filter ({CAPTURED} and {CARD}), 0)",
    "card_authorized_count": f"count(*) filter ({CARD} and is_authorized)",
    "card_issuer_declined_count": f"count(*) filter ({CARD} and is_issuer_declined)",
    "card_blocked_count": f"count(*) filter ({CARD} and is_blocked)",
}
"""The figures of gold.payments_daily that follow from charges alone."""

DAILY = """
select account, currency, created_date as date, {figures}
from charges where coalesce(livemode, true) group by all order by all
"""


def run(raw: Path, out: Path) -> None:
    """Write ``charges.parquet`` and ``payments_daily.parquet`` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config=SETTINGS) as db:
        db.execute("set timezone = 'UTC'")
        db.execute("create macro get_json_object(text, path) as text ->> path")
        db.execute(f"set temp_directory = '{out / 'spill'}'")
        db.execute(EVENTS, {"files": str(raw / "events" / "**" / "*.ndjson*")})
        db.execute(PARSED.format(wire=_wire([column for column in CHARGES.read if column.paths])))
        db.execute(LATEST.format(rows=typed_rows()))
        _write(db, "from charges", out / "charges.parquet")
        figures = ", ".join(f"({sql})::bigint as {name}" for name, sql in FIGURES.items())
        _write(db, DAILY.format(figures=figures), out / "payments_daily.parquet")


def typed_rows() -> str:
    """SQL of the events' charges with every declared column, and whether the row keeps the contract."""
    parsed = [column for column in CHARGES.read if column.paths]
    derived = ", ".join(
        f"({_derived(c)})::{_type(c)} as {c.name}" for c in CHARGES.columns if c.sql and not c.paths
    )
    told = ", ".join(
        f"case when raw_{c.name} is null then ({c.sql})::{_type(c)} else {c.name} end as {c.name}"
        for c in parsed
        if c.sql
    )
    names = [name for name in CHARGES.column_names if name != "record_id"]
    own = ", ".join(f"{_own(CHARGES.column(name))} as {name}" for name in names)
    raw = f"select *, {', '.join(f'{_raw(c)} as raw_{c.name}' for c in parsed)} from parsed"
    typed = f"select *, {', '.join(f'{_typed(c)} as {c.name}' for c in parsed)} from ({raw})"
    filled = f"select * {f'replace ({told})' if told else ''} from ({typed})"
    complete = f"select *{', ' + derived if derived else ''} from ({filled})"
    return f"select {own}, {' and '.join(_conditions(parsed))} as is_good from ({complete})"


def _own(column: Column) -> str:
    # What only the rows of a mapped source can say is null in Stripe's.
    return (
        f"null::{_type(column)}"
        if column.mapped and not column.sql
        else PROVENANCE.get(column.name, column.name)
    )


def _write(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    db.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")


def _wire(columns: list[Column]) -> str:
    tree: dict[str, Any] = {}
    for column in columns:
        for path in column.paths:
            node = tree
            *folders, leaf = path.split(".")
            for name in folders:
                node = node.setdefault(name, {})
            node[leaf] = "VARCHAR"
    return json.dumps(tree)


def _raw(column: Column) -> str:
    places = ", ".join("wire." + ".".join(f'"{step}"' for step in path.split(".")) for path in column.paths)
    found = f"nullif(coalesce({places}), '')"
    if not column.spelled:
        return found
    cases = " ".join(
        f"when '{was}' then {repr(now) if now else 'null'}" for was, now in column.spelled.items()
    )
    return f"case {found} {cases} else {found} end"


def _typed(column: Column) -> str:
    raw = f"raw_{column.name}"
    if column.type == "timestamp":
        return f"to_timestamp(try_cast({raw} as bigint))"
    if column.type != "string":
        return f"try_cast({raw} as {_type(column)})"
    if column.currency:
        return f"upper({raw})"
    if column.name.endswith("_id"):
        return f"case when {raw} like '{{%' then {raw} ->> '$.id' else {raw} end"
    return raw


def _derived(column: Column) -> str:
    if column.listed is None:
        return str(column.sql)
    listed = ", ".join(f"'{value}'" for value in lists.values(column.listed))
    return f"{column.sql} in ({listed})"


def _type(column: Column) -> str:
    return {"string": "varchar", "timestamp": "timestamptz"}.get(column.type, column.type)


def _conditions(parsed: list[Column]) -> Iterator[str]:
    for column in parsed:
        yield f"(raw_{column.name} is null or {column.name} is not null)"
        if column.required:
            yield f"{column.name} is not null"
        if column.minimum is not None:
            yield f"coalesce({column.name} >= {column.minimum}, true)"
        if column.currency:
            known = ", ".join(f"'{code}'" for code in sorted(exponents()))
            yield f"coalesce({column.name} in ({known}), true)"
    for rule in CHARGES.rules:
        yield f"coalesce({rule.sql}, true)"


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
