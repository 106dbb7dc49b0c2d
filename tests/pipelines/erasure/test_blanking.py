"""What stays of a record when its person goes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.privacy.mapped import kept_fields
from pipelines.privacy.ownership import Target, belongs, linked, rewritten
from pipelines.privacy.records import FORGOTTEN, scrubbed
from pipelines.sources.source import Source
from tests.frames import CREATED, envelope, event
from tests.pipelines.erasure.people import CANARIES, CUSTOMER, OTHER, charge, of_the_person

Json = dict[str, Any]


def scrub(document: Json, shape: str = "object", object_type: str = "charge") -> Any:
    return json.loads(scrubbed(json.dumps(document), shape, object_type))


def row(document: Json | str, object_type: str = "charge", **more: Any) -> Json:
    text = document if isinstance(document, str) else json.dumps(document)
    found = document.get("id") if isinstance(document, dict) else None
    return {
        "payload": text, "shape": "object", "object_type": object_type, "object_id": found, "fault": None,
        "source": "stripe", "payload_bytes": None, **more,
    }  # fmt: skip


def test_amounts_times_states_and_links_stay() -> None:
    paid = charge(CUSTOMER, "ch_1", 4200, payment_intent="pi_1", failure_code="card_declined")
    assert scrub(paid) == paid


def test_what_nobody_named_as_kept_is_blank() -> None:
    found = scrub(charge(CUSTOMER, "ch_1", 1, brand_new={"note": "hello", "count": 3, "is_it": True}))
    assert found["brand_new"] == {"note": None, "count": 3, "is_it": True}


@pytest.mark.parametrize(
    "document", [d for d in of_the_person() if isinstance(d, dict)], ids=lambda d: d["id"]
)
def test_no_canary_survives_and_again_changes_nothing(document: Json) -> None:
    inner = document.get("detail", document)
    shape = "eventbridge" if "detail" in document else "event" if document["object"] == "event" else "object"
    kind = (inner["data"]["object"] if shape != "object" else inner)["object"]
    once = scrubbed(json.dumps(document), shape, kind)
    assert [canary for canary in CANARIES if canary in once] == []
    assert scrubbed(once, shape, kind) == once


NUMBER = {"last4": "4242", "fingerprint": "f_1"}


@pytest.mark.parametrize(
    ("object_type", "told"),
    [
        ("charge", {"source": {"object": "card", **NUMBER}}),
        ("charge", {"payment_method_details": {"card": NUMBER}}),
        ("card", NUMBER),
        ("bank_account", NUMBER),
        ("payment_method", {"us_bank_account": NUMBER}),
    ],
    ids=["charge of a source", "charge", "card", "bank account", "payment method"],
)
def test_numbers_of_cards_and_accounts_go_wherever_they_stand(object_type: str, told: Json) -> None:
    left = json.dumps(
        scrub({"object": object_type, "id": "1", "customer": CUSTOMER, **told}, "object", object_type)
    )
    assert [value for value in NUMBER.values() if value in left] == []


def test_a_value_of_the_wrong_type_stays_wrong() -> None:
    assert scrub(charge(None, "ch_1", 1) | {"amount": "a lot"})["amount"] == FORGOTTEN
    assert scrub(charge(None, "ch_1", 1) | {"amount": "12"})["amount"] == "12"


def test_an_expanded_object_is_scrubbed_as_what_it_is() -> None:
    intent = {"id": "pi_1", "object": "payment_intent", "description": "a lamp", "amount": 5}
    found = scrub(charge(None, "ch_1", 1, payment_intent=intent))["payment_intent"]
    assert found == {"id": "pi_1", "object": "payment_intent", "description": None, "amount": 5}


@pytest.mark.parametrize("wrap", [lambda e: e, envelope])
def test_what_was_before_goes_too(wrap: Any) -> None:
    told = event({"id": CUSTOMER, "object": "customer", "name": "Zelda"}, "customer.updated", CREATED)
    told["data"]["previous_attributes"] = {"name": "Zel", "balance": 5}
    shape = "event" if wrap(told) is told else "eventbridge"
    found = scrub(wrap(told), shape, "customer")
    data = found.get("detail", found)["data"]
    assert data["previous_attributes"] == {"name": None, "balance": 5}
    assert data["object"]["name"] is None


def test_a_record_of_another_customer_keeps_all_but_the_name() -> None:
    target = Target(frozenset({CUSTOMER}), {CUSTOMER: "cus_forgotten_1"})
    theirs = row(charge(OTHER, "ch_2", 1, metadata={"referred_by": CUSTOMER}))
    assert not belongs(theirs, target, target.ids)
    found = rewritten(theirs, target, target.ids, theirs=False)["payload"]
    assert found == theirs["payload"].replace(f'"{CUSTOMER}"', '"cus_forgotten_1"')


def test_what_hangs_on_a_record_is_found_through_its_ids() -> None:
    paid = row(
        charge(CUSTOMER, "ch_1", 1, payment_intent={"id": "pi_1"}, payment_method="pm_1", invoice=None)
    )
    assert set(linked(paid, Target(frozenset()))) == {"ch_1", "pi_1", "pm_1"}


def test_of_what_cannot_be_read_only_the_ids_stay() -> None:
    target = Target(frozenset({CUSTOMER}), {CUSTOMER: "cus_forgotten_1"})
    broken = row(f'{{"customer": "{CUSTOMER}", "name": "Zelda', fault="not JSON", object_id=None)
    found = rewritten(broken, target, target.ids, theirs=True)
    assert found["payload"] == f"{FORGOTTEN} cus_forgotten_1"


def test_of_a_mapped_row_the_fields_stay_that_are_no_personal_column() -> None:
    mapped = Source.model_validate(
        {
            "source": "acme", "doc": "Acme.", "files": ["acme/*.csv"], "format": "csv", "account": "acme",
            "event_order": [["created"]],
            "tables": {
                "charges": {
                    "columns": {
                        "charge_id": {"field": "reference"}, "created_at": {"field": "at", "format": "iso"},
                        "currency": {"constant": "EUR"}, "amount_minor": {"field": "amount", "unit": "major"},
                        "customer_id": {"field": "buyer"}, "billing_email": {"field": "mail"},
                    }
                }
            },
        }
    )  # fmt: skip
    fields = kept_fields(mapped)
    assert fields == {"reference", "at", "amount", "buyer"}
    given = {
        "reference": "r1",
        "at": "2026",
        "amount": "1.50",
        "buyer": CUSTOMER,
        "mail": "z@x",
        "other": "?",
    }
    kept = json.loads(scrubbed(json.dumps(given), "row", None, fields))
    assert kept == given | {"mail": None, "other": None}


def test_an_object_inside_a_persons_keeps_what_its_own_table_reads() -> None:
    price = {
        "id": "price_1",
        "object": "price",
        "billing_scheme": "per_unit",
        "nickname": "Gold",
        "currency": "usd",
    }
    item = {"id": "si_1", "object": "subscription_item", "price": {**price, "product": "prod_1"}}
    held = {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "items": {"object": "list", "data": [item]},
    }
    left = json.loads(scrubbed(json.dumps(held), "object", "subscription"))
    assert left["items"]["data"][0]["price"] == item["price"]
