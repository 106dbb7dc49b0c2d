"""One real-shaped object of every modelled type lands in its table, however it is wrapped, with all that it holds."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from frames import KEY, Json, envelope, event, of_type, read_lines, rows

from pipelines.privacy.tokens import token
from pipelines.silver.shared.build import build, parse
from pipelines.sources.mapping import stripe
from pipelines.table import Column, Table
from tests.stripe_tables import STRIPE_TABLES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

FED = [
    pytest.param(table, name, id=f"{table.short_name}-{name}")
    for table in STRIPE_TABLES
    for name in table.object_types
    if (table.short_name, name)
    not in {("payouts", "transfer"), ("external_accounts", "card"), ("external_accounts", "bank_account")}
]
"""Every table with each type that feeds it; the fixtures of a shared type are of the part that is listed here."""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory, stripe_fixtures: dict[str, Json]) -> pa.Table:
    """Every fixture as an event, in an EventBridge envelope, and bare."""
    objects = [
        stripe_fixtures[name] for name in sorted({name for t in STRIPE_TABLES for name in t.object_types})
    ]
    events = [event(subject, event_id=f"evt_{n}") for n, subject in enumerate(objects)]
    folder: Path = tmp_path_factory.mktemp("raw")
    shapes = {"event.ndjson": events, "eventbridge.ndjson": map(envelope, events), "object.ndjson": objects}
    return read_lines(folder, shapes)


@pytest.mark.parametrize(("table", "object_type"), FED)
def test_every_shape_of_a_fixture_fills_every_column_it_can(
    any_spark: SparkSession,
    records: pa.Table,
    stripe_fixtures: dict[str, Json],
    table: Table,
    object_type: str,
) -> None:
    fixture = stripe_fixtures[object_type]
    told = {column: value(column, fixture) for column in table.columns if column.paths}
    # What no path tells may follow from something else.
    expected = {c.name: found for c, found in told.items() if found is not None or not c.sql}
    found = rows(parse(of_type(any_spark, records, object_type), table, stripe(), KEY), "record_id")

    assert [row["fault"] for row in found] == [None, None, None]
    for row in found:
        assert {name: comparable(row[name]) for name in expected} == expected


def test_the_three_shapes_of_an_object_are_versions_of_one_row(
    any_spark: SparkSession, records: pa.Table
) -> None:
    charges = next(table for table in STRIPE_TABLES if table.short_name == "charges")
    found = rows(build(of_type(any_spark, records, "charge"), charges, stripe(), KEY))
    assert [row["event_type"] for row in found] == ["thing.updated"]


def value(column: Column, fixture: Json) -> Any:
    """What a column should hold, from the fixture alone."""
    given = next((v for path in column.paths if (v := lookup(fixture, path)) not in (None, "")), None)
    if isinstance(given, str | int) and not isinstance(given, bool):
        given = column.spelled.get(str(given), given)
    if given is None:
        return None
    if column.personal == "location":
        return math.floor(given)
    if column.personal and column.personal != "text":
        return token(column.personal, given, KEY)
    match column.type:
        case "double":
            return float(given)
        case "timestamp":
            return datetime.fromtimestamp(given, UTC).replace(tzinfo=None)
        case "date":
            return date(given["year"], given["month"], given["day"])
        case "string" if column.currency:
            return given.upper()
        case "string" if isinstance(given, dict) and column.name.endswith("_id"):
            return given["id"]
        case "string" if isinstance(given, dict | list):
            return json.dumps(given, separators=(",", ":"))
    return given


def lookup(found: Any, path: str) -> Any:
    for step in path.replace("[0]", ".0").split("."):
        if isinstance(found, list):
            found = found[0] if found else None
        elif isinstance(found, dict):
            found = found.get(step)
        else:
            return None
    return found


def comparable(found: Any) -> Any:
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found
