"""Every way in which a record can differ from what is known is found, named, and shows no value."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from frames import Json, envelope, event

from pipelines.bronze.drift import objects as drift
from pipelines.bronze.drift.differences import MOST
from pipelines.catalog import tables_of
from pipelines.table import Column, Table
from tests.stripe_tables import STRIPE_TABLES

READS = drift.reads(tables_of("silver"))

CHARGE: Json = {
    "id": "ch_1",
    "object": "charge",
    "amount": 1000,
    "amount_captured": 1000,
    "amount_refunded": 0,
    "billing_details": {"email": "jane@example.com", "name": "Jane Rosen", "address": None, "phone": None},
    "captured": True,
    "created": 1767225600,
    "currency": "usd",
    "customer": "cus_1",
    "disputed": False,
    "livemode": True,
    "metadata": {"anything": {"goes": [1, 2]}},
    "outcome": {"type": "authorized", "network_status": "approved_by_network", "risk_score": 12},
    "paid": True,
    "payment_method_details": {"type": "card", "card": {"brand": "visa", "exp_month": 5, "exp_year": 2030}},
    "refunded": False,
    "status": "succeeded",
}

Change = Callable[[Json], Any]


def renamed(charge: Json, old: str, new: str) -> None:
    charge[new] = charge.pop(old)


CASES: dict[str, tuple[Change, list[Json]]] = {
    "a new field": (
        lambda c: c["outcome"].update(foo="jane@example.com"),
        [{"path": "outcome.foo", "kind": "new_field", "example": "string of 16"}],
    ),
    "a new object is one new field": (
        lambda c: c.update(escrow={"held": True, "jane@example.com": 1}),
        [{"path": "escrow", "kind": "new_field", "example": "object: *, held"}],
    ),
    "a new field that is a list": (
        lambda c: c.update(legs=[1, "a"]),
        [{"path": "legs", "kind": "new_field", "example": "list of 2: integer, string"}],
    ),
    "a name that looks like data": (
        lambda c: c["billing_details"].update({"jane@example.com": True, "n4242424242424242": 1}),
        [{"path": "billing_details.*", "kind": "new_field", "example": "boolean"}],
    ),
    "a missing field": (
        lambda c: c.pop("captured"),
        [{"path": "captured", "kind": "missing_field", "example": "not there"}],
    ),
    "a field that is null and never was": (
        lambda c: c.update(paid=None),
        [{"path": "paid", "kind": "missing_field", "example": "null"}],
    ),
    "another type": (
        lambda c: c.update(amount="1000"),
        [
            {
                "path": "amount",
                "kind": "type_changed",
                "found": "string",
                "example": "string of 4",
                "hint": "known as integer",
            }
        ],
    ),
    "a text that is an object now": (
        lambda c: c["billing_details"].update(name={"first": "Jane", "last": "Rosen"}),
        [
            {
                "path": "billing_details.name",
                "kind": "type_changed",
                "found": "object",
                "example": "object: first, last",
                "hint": "known as string",
            }
        ],
    ),
    "an expandable field that is an object": (
        lambda c: c.update(customer={"id": "cus_1", "object": "customer", "email": "jane@example.com"}),
        [
            {
                "path": "customer",
                "kind": "expanded_field",
                "found": "object",
                "example": "object: email, id, object",
            }
        ],
    ),
    "an unknown value": (
        lambda c: c["outcome"].update(type="deferred"),
        [{"path": "outcome.type", "kind": "unknown_value", "found": "deferred", "example": "string of 8"}],
    ),
    "an unknown value that does not look like one": (
        lambda c: c["outcome"].update(type="jane@example.com"),
        [{"path": "outcome.type", "kind": "unknown_value", "example": "string of 16"}],
    ),
    "a field that was renamed": (
        lambda c: renamed(c, "amount_captured", "captured_amount"),
        [
            {
                "path": "captured_amount",
                "kind": "new_field",
                "example": "integer",
                "hint": "looks renamed from amount_captured",
            },
            {"path": "amount_captured", "kind": "missing_field", "example": "not there"},
        ],
    ),
    "a renamed field that may be absent": (
        lambda c: renamed(c["outcome"], "network_status", "network_state"),
        [
            {
                "path": "outcome.network_state",
                "kind": "new_field",
                "example": "string of 19",
                "hint": "looks renamed from network_status",
            }
        ],
    ),
}  # fmt: skip


def bare(subject: Json) -> Json:
    return subject


SHAPES: dict[str, Callable[[Json], Json]] = {
    "event": lambda subject: event(subject, "charge.updated"),
    "eventbridge": lambda subject: envelope(event(subject, "charge.updated")),
    "object": bare,
}


def found(
    record: Json, shape: str, version: str | None = "2026-06-24.dahlia", kind: str = "charge"
) -> list[Json]:
    told = drift.of_objects(READS).drift(shape, kind, version, json.dumps(record).encode())
    listed: list[Json] = json.loads(told) if told else []
    return listed


@pytest.mark.parametrize("shape", SHAPES)
def test_a_record_as_it_is_known_shows_no_drift(shape: str) -> None:
    assert found(SHAPES[shape](CHARGE), shape) == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", CASES)
def test_each_difference_is_found_in_every_shape(case: str, shape: str) -> None:
    change, expected = CASES[case]
    charge = deepcopy(CHARGE)
    change(charge)
    assert found(SHAPES[shape](charge), shape) == [{"type": "charge", **finding} for finding in expected]


@pytest.mark.parametrize("case", CASES)
def test_no_finding_shows_what_may_be_personal(case: str) -> None:
    charge = deepcopy(CHARGE)
    CASES[case][0](charge)
    told = json.dumps(found(charge, "object"))
    assert told != "[]"
    assert not [secret for secret in ("jane", "Jane", "Rosen", "4242") if secret in told]


def test_a_new_api_version_is_told_of_the_event() -> None:
    record = event(CHARGE, "charge.updated") | {"api_version": "2031-01-01.zinnia"}
    (finding,) = found(record, "event", "2031-01-01.zinnia")
    assert (finding["type"], finding["path"]) == ("event", "api_version")
    assert (finding["kind"], finding["found"]) == ("new_api_version", "2031-01-01.zinnia")


def test_what_stands_around_the_object_is_compared_too() -> None:
    record = event({"id": "x_1", "object": "of_no_table"}, "charge.sung") | {"mood": "good"}
    assert {(f["type"], f["path"], f["kind"]) for f in found(record, "event", kind="of_no_table")} == {
        ("event", "type", "unknown_value"),
        ("event", "mood", "new_field"),
    }


def test_nothing_is_missed_where_it_need_not_be_there() -> None:
    charge = {name: value for name, value in CHARGE.items() if name != "captured"}
    old = event(charge, "charge.updated") | {"api_version": "2018-05-21"}
    assert found(old, "event", "2018-05-21") == []
    customer = {"id": "cus_1", "object": "customer", "deleted": True}
    assert found(customer, "object", None, "customer") == []


def test_items_of_a_list_are_told_once() -> None:
    transaction = {
        "id": "txn_1",
        "object": "balance_transaction",
        "fee_details": [{"surprise": 1}, {"surprise": 2}],
    }
    told = [f for f in found(transaction, "object", None, "balance_transaction") if f["kind"] == "new_field"]
    assert [f["path"] for f in told] == ["fee_details[].surprise"]


def test_a_record_that_is_hardly_of_its_type_says_so_and_no_more() -> None:
    letters = [f"{a}{b}" for a in "abcdefghij" for b in "abcdefghij"]
    told = found(CHARGE | {f"new_{name}": 1 for name in letters}, "object")
    assert len(told) == MOST + 1
    assert told[-1]["kind"] == "too_much"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"object":"charge","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"object":"charge","amount":' + b"9" * 5_000 + b"}",
        b'{"object":"charge","amount":1e999999}',
        b'{"object":"charge","id":"\xff"}',
        b'{"object":"charge","billing_details":' + b'{"address":' * 900 + b"1" + b"}" * 901,
    ],
    ids=["deep", "long number", "large number", "not text", "deep and known"],
)
def test_hostile_records_are_compared_or_left_alone(raw: bytes) -> None:
    told = drift.of_objects(READS).drift("object", "charge", None, raw)
    assert told is None or json.loads(told)


def test_what_a_column_reads_or_knows_is_no_drift() -> None:
    column = Column("foo", "string", "New.", path=("outcome.foo", "outcome.bar"), known=("a",))
    status = Column("status", "string", "Known.", path="status", known=("deferred",))
    table = Table("silver.charges", "Charges.", ("foo",), (column, status), object_types=("charge",))
    known = drift.of_objects(drift.reads([table]))
    charge = CHARGE | {"outcome": {"foo": "a", "bar": {"x": 1}}, "status": "deferred"}
    assert known.drift("object", "charge", None, json.dumps(charge).encode()) is None


@pytest.mark.parametrize("table", STRIPE_TABLES, ids=lambda table: table.short_name)
def test_real_shaped_objects_show_no_drift_but_what_was_made_up(
    stripe_fixtures: dict[str, Json], table: Table
) -> None:
    told = found(stripe_fixtures[str(table.object_type)], "object", None, str(table.object_type))
    made_up = {
        ("outcome.type", "type"), ("reason", "reason"), ("status", "status"),
        ("transfer_data.destination", "object"), ("default_settings.transfer_data.destination", "object"),
        ("phases[].transfer_data.destination", "object"), ("phases[].items[].plan", "object"),
    }  # fmt: skip
    assert [f for f in told if (f["path"], f.get("found")) not in made_up] == []
