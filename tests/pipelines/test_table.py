from __future__ import annotations

import pytest

from pipelines.catalog import all_tables
from pipelines.table import Column, Table

ID = Column("thing_id", "string", "Identity.", required=True)


@pytest.mark.parametrize(
    "name", ["things", "silver.", "Silver.things", "silver.Things", "copper.things", "silver.a.b"]
)
def test_a_table_name_is_layer_and_plural_noun(name: str) -> None:
    with pytest.raises(ValueError, match=r"layer\.plural_noun"):
        Table(name, "Things.", ("thing_id",), (ID,))


def test_a_column_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="declared twice: thing_id"):
        Table("silver.things", "Things.", ("thing_id",), (ID, ID))


def test_gold_points_to_nothing_that_would_have_to_be_looked_up() -> None:
    pointing = Column("charge_id", "string", "Payment.", reference="silver.charges.charge_id")
    with pytest.raises(ValueError, match="judged in silver"):
        Table("gold.things", "Things.", ("thing_id",), (ID, pointing))


@pytest.mark.parametrize("wrong", [{"key": ("nope",)}, {"cluster_by": "nope"}])
def test_key_and_order_are_columns(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="'nope'"):
        Table(**{"name": "silver.things", "doc": "Things.", "key": ("thing_id",), "columns": (ID,)} | wrong)


def test_only_what_is_read_can_be_spelled_otherwise() -> None:
    with pytest.raises(ValueError, match="reads no value that could be spelled otherwise"):
        Column("a", "string", "A.", sql="b", spelled={"was": "is"})


def test_what_looks_a_list_up_has_an_expression_alone() -> None:
    with pytest.raises(ValueError, match="an expression alone"):
        Column("is_a", "boolean", "A.", path="a", sql="b", listed="free_email_domains")


def test_unstored_columns_are_read_and_not_kept() -> None:
    hidden = Column("hidden", "string", "A helper.", path="hidden")
    table = Table("silver.things", "Things.", ("thing_id",), (ID,), unstored=(hidden,))
    assert table.column_names == ("thing_id",)
    assert table.read == (ID, hidden)
    with pytest.raises(ValueError, match="declared twice: hidden"):
        Table("silver.things", "Things.", ("thing_id",), (ID, hidden), unstored=(hidden,))


def test_personal_data_is_text_or_a_location() -> None:
    with pytest.raises(ValueError, match="bigint cannot hold personal data of kind email"):
        Column("a", "bigint", "A.", path="a", personal="email")


def test_an_unknown_column_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="it has thing_id"):
        Table("silver.things", "Things.", ("thing_id",), (ID,)).column("thing")


@pytest.mark.parametrize("table", all_tables().values(), ids=lambda t: t.name)
def test_every_declared_table_says_what_it_means(table: Table) -> None:
    assert table.doc.endswith(".")
    assert all(column.doc.endswith(".") for column in table.columns)
    assert all(
        table.column(name).required for name in table.key if table.layer != "silver" or name == "account"
    )
