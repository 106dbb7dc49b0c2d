"""The list of known fields reads as it was written, and fits the columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.catalog import tables_of
from pipelines.sources.reference import EVENT, Node, dump, merged, parse, stripe_fields, stripe_text
from pipelines.sources.stripe_sdk import read
from pipelines.table import Table, steps

MODELLED = [
    table
    for table in tables_of("silver")
    if table.object_type and any(column.paths for column in table.columns)
]

SDK = """
class Event:
    OBJECT_NAME: ClassVar[Literal["event"]] = "event"
    id: str
    api_version: Optional[str]

class Refund:
    OBJECT_NAME: ClassVar[Literal["refund"]] = "refund"
    class Details(StripeObject):
        class Card(StripeObject):
            type: Union[Literal["reversal", "refund"], str]
        card: Optional[Card]
    id: str
    amount: int
    rate: Optional[Union[float, int]]
    charge: Optional[ExpandableField["Charge"]]
    details: Optional[Details]
    lines: List[Details]
    metadata: Optional[Dict[str, str]]
    source: Union["Account", "Card"]
"""


def test_the_list_is_the_text_that_it_makes() -> None:
    assert dump(stripe_fields()) == stripe_text()
    assert parse(dump(stripe_fields())) == stripe_fields()


@pytest.mark.parametrize("table", MODELLED, ids=lambda table: table.short_name)
def test_the_list_has_every_modelled_type_and_its_required_columns(table: Table) -> None:
    root = stripe_fields().types[str(table.object_type)]
    for column in table.columns:
        if column.required and column.paths:
            node = root
            for step in steps(column.paths[0]):
                node = node.children[step]


def test_api_versions_are_known() -> None:
    versions = stripe_fields().types[EVENT].children["api_version"].values
    assert {"2011-01-01", "2022-08-01", "2026-06-24.dahlia"} <= set(versions)


def test_releases_are_read_as_text_and_know_together_what_either_knows(tmp_path: Path) -> None:
    for name, text in (
        ("old", SDK.replace("    amount: int\n", "    amount: int\n    fee: int\n")),
        ("new", SDK),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "_objects.py").write_text(text)
        (tmp_path / name / "_api_version.py").write_text('CURRENT = "2026-01-01.fern"')
    fields = read([tmp_path / "old", tmp_path / "new"], types=("refund",)).types
    refund = fields["refund"].children
    assert refund["amount"] == Node(("integer",), always=True)
    assert refund["fee"] == Node(("integer",), always=False)
    assert refund["rate"].kinds == ("integer", "number")
    assert refund["charge"] == Node(("string",), expandable=True)
    assert refund["details"].children["card"].children["type"].values == ("refund", "reversal")
    assert refund["lines"].children["[]"].children.keys() == {"card"}
    assert refund["metadata"].kinds == refund["source"].kinds == ("map",)
    assert fields[EVENT].children["api_version"].values == ("2026-01-01.fern",)


def test_a_field_is_always_there_only_if_all_say_so() -> None:
    both = merged(Node(("string",), True), Node(("integer",), False))
    assert both == Node(("string", "integer"), always=False)
