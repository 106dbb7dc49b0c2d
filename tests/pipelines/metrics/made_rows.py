"""Gold tables of made-up rows: every value that a metric looks at, zeros and nulls among them, and no sense in it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from pipelines.catalog import all_tables
from pipelines.delta.schemas import arrow_schema
from pipelines.metrics.shared.catalog import declared
from pipelines.table import Column, Table

FIRST, NEWEST = date(2026, 1, 1), date(2026, 6, 30)
QUOTED = 'it\'s a \\ "quoted" name'
"""A value that a query has to write with care."""

TEXTS: Mapping[str, tuple[str, ...]] = {
    "account": ("acct_a", "acct_b", QUOTED),
    "currency": ("USD", "EUR", "JPY", "KWD"),
    "network": ("visa", "mastercard", "none", "unknown"),
    "card_country": ("DE", "FR", "US", "unknown"),
    "card_funding": ("credit", "debit"),
    "three_d_secure": ("authenticated", "attempted", "none"),
    "wallet": ("apple_pay", "none"),
    "decline_reason": ("insufficient_funds", "do_not_honor", "none"),
    "advice": ("try_again_later", "do_not_try_again", "unknown"),
    "card": ("same", "other", "unknown"),
    "customer_id": ("cus_1", "cus_2", "unknown"),
    "origin": ("recovered", "payment_link", "direct"),
    "paid_by": ("same_card", "other_card", "not_paid", "unknown_customer"),
    "label": ("fraud", "legitimate", "unknown"),
    "fraud_source": ("dispute", "refund"),
    "revenue_type": ("subscription", "one_time", "none"),
    "action": ("allow", "block", "review", "3ds", "none"),
}
NUMBERS: Mapping[str, range] = {
    "attempt_number": range(4),
    "months_since": range(4),
    "window_days": range(7, 29, 21),
    "cut_score": range(0, 101, 20),
}

TABLES = {metric.table: all_tables()[metric.table] for metric in declared().values()}


def made(table: Table, rows: int = 400, seed: int = 7) -> pa.Table:
    """Rows of a table, each with a key of its own."""
    chance = random.Random(f"{table.name} {seed}")
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(rows):
        row = {column.name: _value(column, table, chance) for column in table.columns}
        found.setdefault(tuple(row[name] for name in table.key), row)
    return pa.Table.from_pylist(list(found.values()), arrow_schema(table))


def _value(column: Column, table: Table, chance: random.Random) -> Any:
    if not column.required and chance.random() < 0.2:
        return None
    day = FIRST + timedelta(days=chance.randrange((NEWEST - FIRST).days + 1))
    match column.type:
        case "string":
            return chance.choice(
                TEXTS.get(column.name) or column.known or [f"{column.name}_{n}" for n in range(9)]
            )
        case "bigint" if column.name in NUMBERS:
            return chance.choice(NUMBERS[column.name])
        case "bigint":
            return chance.choice((0, 0, 1, 2, 7, 1_000_003)) * (
                1 if column.minimum == 0 else chance.choice((1, -1))
            )
        case "double" if column.name.startswith(("is_", "has_")):
            return float(chance.random() < 0.5)
        case "double":
            return chance.random()
        case "boolean":
            return chance.random() < 0.5
        case "date":
            return day
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
