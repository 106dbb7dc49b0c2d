"""A table that several types of object feed, and types that several tables share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frames import Json, envelope, event, read_lines

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.mapped import of_table
from pipelines.sources.mapping import stripe
from pipelines.table import Column, Part, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ID = Column("thing_id", "string", "Id of the thing.", path="id", required=True)


def table(*types: str, parts: tuple[Part, ...] = ()) -> Table:
    return silver_table("silver.things", "Things.", types, (ID,), parts=parts)


def thing(thing_id: str, kind: str, **fields: object) -> Json:
    return {"id": thing_id, "object": kind, **fields}


def test_every_type_of_a_table_comes_to_it(any_spark: SparkSession, tmp_path: Path) -> None:
    documents = [thing("a", "price"), event(thing("b", "plan")), envelope(event(thing("c", "coupon")))]
    assert held(any_spark, tmp_path, documents, table("price", "plan")) == ["a", "b"]


BANK = Part("transfer", "type", ("bank_account", "card"))
OTHERS = Part("transfer", "type", ("bank_account", "card"), inverted=True)
OWNED = Part("card", "account")
UNOWNED = Part("card", "account", inverted=True)
PARTS = {
    "those with some values": (table("payout", "transfer", parts=(BANK,)), ["po", "tr_bank"]),
    "all others": (table("transfer", parts=(OTHERS,)), ["tr_account", "tr_null", "tr_silent"]),
    "those with any value": (table("card", parts=(OWNED,)), ["card_account"]),
    "those with none": (table("card", parts=(UNOWNED,)), ["card_customer"]),
}


@pytest.mark.parametrize(("declared", "expected"), PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("shape", ["object", "event", "eventbridge"])
def test_a_table_has_its_part_of_a_type(
    any_spark: SparkSession, tmp_path: Path, declared: Table, expected: list[str], shape: str
) -> None:
    things = [
        thing("po", "payout", type="bank_account"),
        thing("tr_bank", "transfer", type="bank_account"),
        thing("tr_account", "transfer", type="stripe_account"),
        thing("tr_null", "transfer", type=None),
        thing("tr_silent", "transfer"),
        thing("card_account", "card", account="acct_1"),
        thing("card_customer", "card", customer="cus_1", account=None),
    ]
    events = [event(one, event_id=f"evt_{n}") for n, one in enumerate(things)]
    documents = {"object": things, "event": events, "eventbridge": [envelope(one) for one in events]}[shape]
    assert held(any_spark, tmp_path, documents, declared) == expected


def held(spark: SparkSession, folder: Path, documents: list[Json], declared: Table) -> list[str]:
    records = read_lines(folder, {"a.ndjson": documents}).drop_columns(["payload_bytes"])
    found = of_table(spark.createDataFrame(records), declared, stripe())
    return sorted(row["object_id"] for row in found.collect())


def test_a_part_is_of_a_type_that_the_table_has() -> None:
    with pytest.raises(ValueError, match="holds a part of 'transfer', and not the type"):
        table("payout", parts=(BANK,))
