"""What must hold of every amount in a simulated archive."""

from collections import defaultdict

import pytest

from pipelines.simulate import money

from .reading import Json, Made


def objects_of(made: Made, kind: str) -> list[Json]:
    return [event["data"]["object"] for event in made.events if event["data"]["object"]["object"] == kind]


def test_a_balance_transaction_nets_its_amount_less_its_fees(clean: Made) -> None:
    transactions = [body for _, body in clean.objects("balance_transaction")]
    assert len(transactions) > 5_000
    for body in transactions:
        assert body["net"] == body["amount"] - body["fee"]
        assert sum(part["amount"] for part in body["fee_details"]) == body["fee"]


def test_a_payout_pays_exactly_what_is_available_by_then(clean: Made) -> None:
    transactions = defaultdict(list)
    for account, body in clean.objects("balance_transaction"):
        transactions[account, body["currency"]].append(body)
    payouts = 0
    for history in transactions.values():
        for number, body in enumerate(history):
            if body["type"] == "payout":
                payouts += 1
                until_then = history[: number + 1]
                assert sum(past["net"] for past in until_then if past["available_on"] <= body["created"]) == 0
    assert payouts > 200


def test_every_payout_is_told_with_the_amount_that_left_the_balance(clean: Made) -> None:
    left = {
        body["source"]: -body["amount"]
        for _, body in clean.objects("balance_transaction")
        if body["type"] == "payout"
    }
    told = {payout["id"]: payout["amount"] for payout in objects_of(clean, "payout")}
    assert told == left


def test_a_failed_payout_comes_back(clean: Made) -> None:
    failed = {payout["id"]: payout for payout in objects_of(clean, "payout") if payout["status"] == "failed"}
    returned = {
        body["source"]: body
        for _, body in clean.objects("balance_transaction")
        if body["type"] == "payout_failure"
    }
    assert failed
    assert failed.keys() == returned.keys()
    for id, payout in failed.items():
        assert returned[id]["amount"] == payout["amount"]
        assert payout["failure_balance_transaction"] == returned[id]["id"]


def test_refunded_is_at_most_captured_is_at_most_charged(clean: Made) -> None:
    for charge in objects_of(clean, "charge"):
        assert 0 <= charge["amount_refunded"] <= charge["amount_captured"] <= charge["amount"]
        assert charge["captured"] or charge["amount_captured"] == 0


def test_refunds_add_up_to_what_the_charge_says(clean: Made) -> None:
    latest = {charge["id"]: charge for charge in objects_of(clean, "charge")}
    refunds = {refund["id"]: refund for refund in objects_of(clean, "refund")}
    given_back: dict[str, int] = defaultdict(int)
    for refund in refunds.values():
        given_back[refund["charge"]] += refund["amount"] if refund["status"] == "succeeded" else 0
    assert len(refunds) > 100
    assert {id: latest[id]["amount_refunded"] for id in given_back} == given_back


def test_amounts_fit_their_currency(clean: Made) -> None:
    amounts = defaultdict(list)
    for charge in objects_of(clean, "charge"):
        amounts[charge["currency"]].append(charge["amount"])
    assert {"usd", "eur", "gbp", "jpy", "kwd"} <= amounts.keys()
    assert all(amount % 10 == 0 for amount in amounts["kwd"])
    median_yen = sorted(amounts["jpy"])[len(amounts["jpy"]) // 2]
    assert 2_000 < median_yen < 60_000, "a basket of some ten thousand yen, not of a million"


def test_converted_payments_name_their_rate(clean: Made) -> None:
    charges = {charge["id"]: charge for charge in objects_of(clean, "charge")}
    for _, body in clean.objects("balance_transaction"):
        if body["type"] in ("charge", "payment"):
            charge = charges[body["source"]]
            assert (body["exchange_rate"] is None) == (body["currency"] == charge["currency"])
            if body["exchange_rate"]:
                expected = money.convert(
                    charge["amount_captured"], charge["currency"], body["currency"], body["exchange_rate"]
                )
                assert body["amount"] == expected


def test_conversion_goes_by_major_units() -> None:
    assert money.convert(10_000, "jpy", "usd", 0.0067) == 6_700
    assert money.convert(1_000, "kwd", "aed", 12.0) == 1_200


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (20.37, "usd", 2_099),
        (4.2, "usd", 429),
        (8_417.0, "jpy", 8_410),
        (3.217, "kwd", 3_200),
        (0.01, "usd", 50),
    ],
)
def test_prices_look_like_prices(amount: float, currency: str, expected: int) -> None:
    assert money.price(amount, currency) == expected
