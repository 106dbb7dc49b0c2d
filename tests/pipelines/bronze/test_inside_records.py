"""The objects that stand inside a record's object: found, with the exact place of each, in any shape and script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from frames import Json, envelope, event, read_lines

from pipelines.catalog import all_tables
from pipelines.sources.inside import Inside, dump, inside, listed_again, needs

BALANCE = {"id": "txn_1", "object": "balance_transaction", "amount": 500, "created": 90}
REFUND = {"id": "re_1", "object": "refund", "created": 100, "balance_transaction": BALANCE}
CHARGE = {
    "id": "ch_1", "object": "charge", "description": "Çay, 🍵 \"a\"", "customer": "cus_1",
    "refunds": {"object": "list", "data": [REFUND, {"id": "re_2", "object": "refund", "balance_transaction": "txn_2"}]},
}  # fmt: skip


def found(document: Json, shape: str, **how: Any) -> list[Inside]:
    return inside(json.dumps(document, **how).encode(), shape)


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("shape", ["object", "event", "eventbridge"])
def test_each_object_is_where_it_says(shape: str, is_ascii: bool) -> None:
    record = {"object": CHARGE, "event": event(CHARGE), "eventbridge": envelope(event(CHARGE))}[shape]
    text = json.dumps(record, ensure_ascii=is_ascii, indent=1)
    named = inside(text.encode(), shape)
    assert [(one.type, one.id, one.path, one.in_type, one.in_id, one.created) for one in named] == [
        ("refund", "re_1", "refunds.data[0]", "charge", "ch_1", 100),
        ("balance_transaction", "txn_1", "refunds.data[0].balance_transaction", "refund", "re_1", 90),
        ("refund", "re_2", "refunds.data[1]", "charge", "ch_1", None),
    ]
    assert [json.loads(text[one.start : one.start + one.length])["id"] for one in named] == [
        "re_1",
        "txn_1",
        "re_2",
    ]


@pytest.mark.parametrize(
    "subject",
    [
        {"id": "ch_1", "object": "charge", "refunds": {"object": "list", "data": []}},
        {"id": "ch_1", "object": "charge", "outcome": {"object": "outcome"}},
        {
            "id": "ch_1",
            "object": "charge",
            "x": {"object": 5, "id": "re_1"},
            "y": {"object": "refund", "id": None},
        },
        {"object": "invoice", "customer": {"id": "cus_1", "object": "customer"}},
        {"id": "re_1", "object": "refund", "charge": {"refunds": [{"id": "re_1", "object": "refund"}]}},
    ],
    ids=["an empty list", "no id", "neither type nor id", "a preview", "the record's object itself"],
)
def test_nothing_else_is_listed(subject: Json) -> None:
    assert found(event(subject), "event") == []
    assert found(subject, "object") == []


def test_what_was_there_before_an_update_is_not_looked_at() -> None:
    told = event({"id": "ch_1", "object": "charge"})
    told["data"]["previous_attributes"] = {"customer": {"id": "cus_1", "object": "customer"}}
    assert found(told, "event") == []


def test_a_text_that_is_no_json_any_more_holds_nothing() -> None:
    before = dump(found(event(CHARGE), "event"))
    assert before is not None
    assert listed_again(b'[forgotten] "object" "object" "object":"charge"', "event", before) is None


def test_a_rewritten_record_lists_the_same_objects_again() -> None:
    before = found(event(CHARGE), "event", indent=2)
    again = listed_again(json.dumps(event(CHARGE)).encode(), "event", dump(before[1:]) or "")
    assert [one["id"] for one in json.loads(again or "")] == ["txn_1", "re_2"]


def test_what_has_too_little_to_be_a_row_stands_for_an_object() -> None:
    whole = {"id": "re_1", "object": "refund", "created": 1, "amount": 5, "currency": "usd"}
    charge = {
        "id": "ch_1", "object": "charge", "customer": {"id": "cus_1", "object": "customer", "deleted": True},
        "refunds": [whole, {**whole, "id": "re_2", "currency": None}, {"id": "re_3", "object": "refund", "amount": 5}],
    }  # fmt: skip
    named = inside(json.dumps(charge).encode(), "object", needs(all_tables().values()))
    assert [one.id for one in named] == ["cus_1", "re_1"]


def test_bronze_names_the_types_by_file(tmp_path: Path) -> None:
    records = read_lines(
        tmp_path, {"a.ndjson": [event(CHARGE), event({"id": "cus_1", "object": "customer"})]}
    )
    first, second = records.column("inside").to_pylist()
    assert [one["type"] for one in json.loads(first)] == ["refund", "balance_transaction", "refund"]
    assert second is None


def test_where_objects_stood_in_one_record_hides_none_in_the_next() -> None:
    card, bank = {"object": "card", "id": "card_1"}, {"object": "bank_account", "id": "ba_1"}
    records: list[dict[str, Any]] = [
        {"source": card},
        {"other": {"below": [bank]}, "source": card},
        {"source": bank, "other": {"below": [card]}},
        {"source": card, "other": card},
        {"other": card, "source": card},
        {"source": {"object": "list", "data": [bank, card]}},
        {"source": {**card, "bank": bank}, "bank": bank},
        {"source": {"says": '"object"'}, "note": "object", "fresh": bank},
        {"source": None},
    ]
    told = [
        [one.path for one in found({"object": "learned", "id": "l_1", **record}, "object")]
        for record in records * 2
    ]
    assert told[: len(records)] == told[len(records) :]
    assert told[: len(records)] == [
        ["source"],
        ["other.below[0]", "source"],
        ["source", "other.below[0]"],
        ["source", "other"],
        ["other", "source"],
        ["source.data[0]", "source.data[1]"],
        ["source", "source.bank", "bank"],
        ["fresh"],
        [],
    ]
