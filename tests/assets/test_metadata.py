"""Where a column comes from and what it must hold, as Dagster shows them."""

from __future__ import annotations

from dagster import TableColumnDep

from assets.tables.spec import asset_key, column_lineage, column_schema, description
from pipelines.catalog import all_tables

CHARGES = all_tables()["silver.charges"]
PAYMENTS = all_tables()["gold.payments_daily"]
PAYLOAD = TableColumnDep(asset_key("bronze.records"), "payload")


def test_what_is_read_from_the_record_comes_from_its_payload() -> None:
    assert column_lineage(CHARGES).deps_by_column["amount_minor"] == [PAYLOAD]


def test_a_derived_column_comes_from_where_its_parts_come_from() -> None:
    assert column_lineage(CHARGES).deps_by_column["created_date"] == [PAYLOAD]


def test_what_is_passed_on_comes_from_the_column_of_that_name() -> None:
    origin = TableColumnDep(asset_key("bronze.records"), "record_id")
    assert column_lineage(CHARGES).deps_by_column["record_id"] == [origin]
    passed_on = TableColumnDep(asset_key("silver.charges"), "currency")
    assert passed_on in column_lineage(PAYMENTS).deps_by_column["currency"]


def test_constraints_say_what_the_contract_says() -> None:
    columns = {column.name: column.constraints for column in column_schema(CHARGES).columns}
    assert not columns["charge_id"].nullable
    assert "part of the key" in columns["charge_id"].other
    assert "ISO 4217 currency" in columns["currency"].other
    assert "at least 0" in columns["amount_minor"].other


def test_the_description_says_what_a_row_is_and_how_to_look_at_it() -> None:
    text = description(PAYMENTS)
    assert text.startswith(PAYMENTS.doc)
    assert 'vermeil sql "select * from gold.payments_daily limit 20"' in text
