"""What holds for every declared silver table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.bronze.records import TABLE as RECORDS
from pipelines.silver.shared.contract import ACCOUNT, PROVENANCE, silver_table
from pipelines.silver.shared.wire import wire_schema
from pipelines.table import Column, Table, steps
from tests.stripe_tables import STRIPE_TABLES

EVERY_TABLE = pytest.mark.parametrize("table", STRIPE_TABLES, ids=lambda table: table.short_name)


def test_every_type_of_object_goes_to_one_table() -> None:
    """Of a type that tables share each has the part that the other leaves."""
    of_type: dict[str, list[Table]] = {}
    for table in STRIPE_TABLES:
        for name in table.object_types:
            of_type.setdefault(name, []).append(table)
    shared = {name: tables for name, tables in of_type.items() if len(tables) > 1}
    for name, tables in shared.items():
        [one, other] = [part for table in tables for part in table.parts if part.object_type == name]
        assert replace(one, inverted=not one.inverted) == other
    assert {part.object_type for table in STRIPE_TABLES for part in table.parts} == set(shared)


@EVERY_TABLE
def test_every_column_says_what_it_means(table: Table) -> None:
    unclear = [c.name for c in table.read if not c.doc.endswith(".") or len(c.doc.split()) < 3]
    assert unclear == []


@EVERY_TABLE
def test_no_two_paths_clash(table: Table) -> None:
    assert wire_schema(table).startswith("struct<")


@EVERY_TABLE
def test_no_own_column_hides_one_of_the_records(table: Table) -> None:
    own = {column.name for column in table.read if column.paths or column.sql or column.mapped}
    assert own.isdisjoint(RECORDS.column_names)
    assert {column.name for column in table.read} - own == {c.name for c in (ACCOUNT, *PROVENANCE)}


@EVERY_TABLE
def test_names_say_the_type(table: Table) -> None:
    endings = {"_at": "timestamp", "_date": "date", "_minor": "bigint", "_id": "string"}
    wrong = [
        column.name
        for column in table.columns
        for ending, kind in endings.items()
        if column.name.endswith(ending) and column.type != kind and column.name != "ingest_id"
    ]
    assert wrong == []
    assert [
        c.name
        for c in table.columns
        if c.type == "boolean" and not c.name.startswith(("is_", "has_", "livemode"))
    ] == []


def table_of(*paths: str) -> Table:
    columns = (Column(f"c{n}", "string", "A column.", path=path) for n, path in enumerate(paths))
    return silver_table("silver.things", "Things.", "thing", tuple(columns))


@pytest.mark.parametrize(
    "paths", [("a", "a.b"), ("a.b", "a"), ("a.b.c", "a.b"), ("a[0]", "a.b"), ("a.b", "a[0].c")]
)
def test_a_path_that_ends_within_another_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"table silver\.things: another path"):
        wire_schema(table_of(*paths))


def test_the_wire_schema_has_what_the_paths_name_and_nothing_else() -> None:
    schema = wire_schema(table_of("id", "a.b", "a.c[0].d", "id"))
    assert schema == "struct<`id`: string, `a`: struct<`b`: string, `c`: array<struct<`d`: string>>>>"


def test_a_path_is_a_list_of_steps() -> None:
    assert steps("items.data[0].price") == ["items", "data", "[]", "price"]


def test_what_an_erasure_takes_besides_what_is_personal() -> None:
    assert {column.name for table in STRIPE_TABLES for column in table.read if column.identifies} == {
        "bank_fingerprint", "bank_last4", "card_exp_month", "card_exp_year", "card_fingerprint", "card_last4",
        "document_expiration_date", "document_issued_date", "instrument_fingerprint", "instrument_last4",
        "invoice_prefix", "ip_region", "preferred_locale", "session_browser", "session_device", "session_platform",
        "told_birth_day", "told_birth_month", "told_birth_year", "told_document_number", "told_first_name",
        "told_id_number", "told_last_name",
    }  # fmt: skip
