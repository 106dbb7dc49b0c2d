"""What surrounds payments agrees with them: prices, items, lines, fees of platforms, transfers, pages, credit notes."""

from __future__ import annotations

from collections import defaultdict

from .reading import Json, Made


def told(made: Made, *types: str) -> list[Json]:
    """The objects of events of some types."""
    return [event["data"]["object"] for event in made.events if event["type"] in types]


def of(made: Made, kind: str) -> dict[str, Json]:
    """The last state of every object of a type."""
    bodies = [event["data"]["object"] for event in made.events]
    return {body["id"]: body for body in bodies if body["object"] == kind}


def exported(made: Made, kind: str) -> dict[str, Json]:
    return {body["id"]: body for _, body in made.objects(kind)}


def test_items_have_prices_that_were_offered_and_lines_cost_what_they_say(clean: Made) -> None:
    prices, products = exported(clean, "price"), exported(clean, "product")
    items = [item for body in of(clean, "subscription").values() for item in body["items"]["data"]]
    assert len(items) > 50
    for item in items:
        price = item["price"]
        assert prices[price["id"]]["unit_amount"] == price["unit_amount"]
        assert price["product"] in products
    for invoice in of(clean, "invoice").values():
        assert sum(line["amount"] for line in invoice["lines"]["data"]) == invoice["subtotal"]
        assert {line["invoice"] for line in invoice["lines"]["data"]} == {invoice["id"]}


def test_a_platform_earns_what_the_charge_says(clean: Made) -> None:
    fees, charges = of(clean, "application_fee"), of(clean, "charge")
    booked = exported(clean, "balance_transaction")
    assert len(fees) > 500
    for id, fee in fees.items():
        charge = charges[fee["charge"]]
        assert (charge["application_fee"], charge["application_fee_amount"]) == (id, fee["amount"])
        assert fee["currency"] == charge["currency"]
        if fee["balance_transaction"]:
            assert booked[fee["balance_transaction"]]["source"] == id
    earned = {body["source"] for body in booked.values() if body["type"] == "application_fee"}
    assert earned <= fees.keys()


def test_what_is_passed_on_leaves_the_balance_and_comes_back_where_it_is_reversed(clean: Made) -> None:
    transfers = of(clean, "transfer")
    moved: dict[str, list[int]] = defaultdict(list)
    for _, body in clean.objects("balance_transaction"):
        if body["type"] in ("transfer", "transfer_refund"):
            moved[body["source"]].append(body["amount"])
    assert transfers
    reversals = [one for body in transfers.values() for one in body["reversals"]["data"]]
    assert {id: [-body["amount"]] for id, body in transfers.items()} | {
        one["id"]: [one["amount"]] for one in reversals
    } == moved
    for body in transfers.values():
        assert (
            sum(one["amount"] for one in body["reversals"]["data"])
            == body["amount_reversed"]
            <= body["amount"]
        )


def test_a_page_that_was_paid_has_the_amount_of_its_payment(clean: Made) -> None:
    intents = of(clean, "payment_intent")
    paid, expired = told(clean, "checkout.session.completed"), told(clean, "checkout.session.expired")
    assert len(paid) > 100
    assert expired
    for body in paid:
        intent = intents[body["payment_intent"]]
        assert (body["amount_total"], body["currency"]) == (intent["amount"], intent["currency"])
        assert body["amount_subtotal"] - body["total_details"]["amount_discount"] == body["amount_total"]
        assert (body["status"], body["payment_status"], intent["status"]) == ("complete", "paid", "succeeded")
    assert {(body["payment_status"], body["payment_intent"]) for body in expired} == {("unpaid", None)}


def test_a_card_is_kept_once_it_is_attached(clean: Made) -> None:
    attached = {body["id"] for body in told(clean, "payment_method.attached")}
    kept = told(clean, "setup_intent.succeeded")
    assert kept
    assert {body["payment_method"] for body in kept} <= attached
    assert {body["id"] for body in kept} == {body["id"] for body in told(clean, "setup_intent.created")}


def test_a_credit_is_a_part_of_a_paid_invoice(clean: Made) -> None:
    invoices, notes = of(clean, "invoice"), of(clean, "credit_note")
    assert notes
    for note in notes.values():
        invoice = invoices[note["invoice"]]
        assert invoice["status"] == "paid"
        assert 0 < note["total"] == note["amount"] <= invoice["amount_paid"]
        assert note["customer"] == invoice["customer"]


def test_a_coupon_takes_off_what_support_costs_and_nothing_of_what_is_paid(clean: Made) -> None:
    coupons = exported(clean, "coupon")
    begun = {body["id"]: body for body in told(clean, "customer.discount.created")}
    assert len(begun) > 3
    for body in begun.values():
        named = body["source"]["coupon"] if "source" in body else body["coupon"]["id"]
        assert named in coupons
        assert body["subscription"] in of(clean, "subscription")
    discounted = [body for body in of(clean, "invoice").values() if body["discounts"]]
    assert discounted
    for invoice in of(clean, "invoice").values():
        off = {one["discount"]: one["amount"] for one in invoice["total_discount_amounts"]}
        assert invoice["subtotal"] - sum(off.values()) == invoice["total"] == invoice["amount_due"]
        assert list(off) == invoice["discounts"]
        assert off.keys() <= begun.keys()
        on_lines = [one for line in invoice["lines"]["data"] for one in line.get("discount_amounts", [])]
        assert {one["discount"]: one["amount"] for one in on_lines} == off
