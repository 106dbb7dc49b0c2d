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


@pytest.mark.parametrize("wrong", [{"key": ("nope",)}, {"cluster_by": "nope"}])
def test_key_and_partition_are_columns(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="'nope'"):
        Table(**{"name": "silver.things", "doc": "Things.", "key": ("thing_id",), "columns": (ID,)} | wrong)


def test_a_column_comes_from_a_path_or_an_expression() -> None:
    with pytest.raises(ValueError, match="not both"):
        Column("a", "string", "A.", path="a", sql="b")


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
