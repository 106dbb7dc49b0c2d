"""What happens in a simulated archive: complete, connected, in both API versions, fraudulent now and then."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from .reading import Json, Made, make, read


def of_type(made: Made, *types: str) -> list[Json]:
    return [event for event in made.events if event["type"] in types]


def latest(made: Made, kind: str) -> dict[str, Json]:
    """Objects as last reported."""
    events = [event["data"]["object"] for event in made.events if event["data"]["object"]["object"] == kind]
    return {body["id"]: body for body in events}


EXPECTED_TYPES = """
    charge.succeeded charge.failed charge.captured charge.refunded charge.updated charge.pending
    charge.expired charge.dispute.created charge.dispute.updated charge.dispute.closed
    charge.dispute.funds_withdrawn charge.dispute.funds_reinstated radar.early_fraud_warning.created
    review.opened review.closed payment_intent.created payment_intent.requires_action
    payment_intent.payment_failed payment_intent.succeeded payment_intent.canceled
    payment_intent.processing payment_intent.amount_capturable_updated payout.created payout.updated
    payout.paid payout.failed refund.created refund.updated refund.failed invoice.created
    invoice.finalized invoice.paid invoice.payment_succeeded invoice.payment_failed
    invoice.marked_uncollectible invoice_payment.paid customer.subscription.created
    customer.subscription.updated customer.subscription.deleted customer.created customer.updated
    customer.deleted account.updated invoiceitem.created payment_method.attached identity.verification_session.created
    identity.verification_session.processing identity.verification_session.verified
    identity.verification_session.requires_input identity.verification_session.redacted
""".split()  # noqa: SIM905


@pytest.mark.parametrize("type", EXPECTED_TYPES)
def test_every_kind_of_event_occurs(clean: Made, type: str) -> None:
    assert clean.summary.types[type] > 0


def test_what_is_referred_to_is_there(clean: Made) -> None:
    charges, intents, disputes = (latest(clean, kind) for kind in ("charge", "payment_intent", "dispute"))
    customers = latest(clean, "customer").keys() | {body["id"] for _, body in clean.objects("customer")}
    subscriptions = latest(clean, "subscription").keys() | {
        body["id"] for _, body in clean.objects("subscription")
    }
    transactions = {body["id"] for _, body in clean.objects("balance_transaction")}
    reports = {body["id"] for _, body in clean.objects("identity.verification_report")}
    for charge in charges.values():
        assert charge["payment_intent"] in intents
        assert charge["customer"] is None or charge["customer"] in customers
        assert charge["balance_transaction"] is None or charge["balance_transaction"] in transactions
    for kind in ("refund", "dispute", "radar.early_fraud_warning", "review"):
        assert {body["charge"] for body in latest(clean, kind).values()} <= charges.keys()
    for dispute in disputes.values():
        assert {body["id"] for body in dispute["balance_transactions"]} <= transactions
    for invoice in latest(clean, "invoice").values():
        parent = invoice.get("parent") or {"subscription_details": invoice}
        assert parent["subscription_details"]["subscription"] in subscriptions
    for session in latest(clean, "identity.verification_session").values():
        assert session["last_verification_report"] is None or session["last_verification_report"] in reports


def test_an_event_is_dated_after_the_object_it_shows(clean: Made) -> None:
    for event in clean.events:
        body = event["data"]["object"]
        told = {"discount": "start", "invoiceitem": "date"}.get(body["object"], "created")
        assert event["created"] >= body[told], event["type"]


def test_only_updates_name_what_they_replaced(clean: Made) -> None:
    for event in clean.events:
        if "previous_attributes" in event["data"]:
            assert event["type"].endswith((".updated", ".refunded")), event["type"]
        elif event["type"].endswith(".updated"):
            assert event["type"] == "payment_intent.amount_capturable_updated", event["type"]


def test_the_platform_is_not_named_and_connected_accounts_are(clean: Made) -> None:
    accounts = Counter(event.get("account") for event in clean.events)
    connected = {account for account in accounts if account is not None}
    assert accounts[None] > 0
    assert all(re.fullmatch(r"acct_1\w{16}", account) for account in connected)
    selling = {account for account, _ in clean.objects("balance_transaction")}
    assert len(selling) == 8
    assert selling < connected | {None}, "some have only just come"


def test_accounts_come_and_are_enabled_step_by_step(clean: Made) -> None:
    first = {account["id"] for _, account in clean.objects("account")}
    steps = defaultdict(list)
    for event in of_type(clean, "account.updated"):
        account = event["data"]["object"]
        if account["id"] not in first:
            assert account["id"] == event["account"]
            due = bool(account["requirements"]["currently_due"])
            steps[account["id"]].append((due, account["details_submitted"], account["charges_enabled"]))
    assert len(steps) > 5
    ended = {tuple(found) for found in steps.values()}
    asked, checked, enabled = (True, False, False), (False, True, False), (False, True, True)
    assert (asked, checked, enabled) in ended
    assert {found[:2] for found in ended} <= {(asked,), (asked, checked)}


def test_a_rejected_account_takes_no_payments(tmp_path: Path) -> None:
    made = make(tmp_path, dirt=False, days=90, payments_per_day=60)
    [rejected] = [
        event
        for event in of_type(made, "account.updated")
        if event["data"]["object"]["requirements"]["disabled_reason"] == "rejected.other"
    ]
    charged = [
        event["data"]["object"]["created"]
        for event in of_type(made, "charge.succeeded", "charge.failed")
        if event.get("account") == rejected["account"]
    ]
    assert charged
    assert max(charged) < rejected["created"] + 600


def test_a_change_of_plan_is_prorated_on_the_next_invoice(clean: Made) -> None:
    items = latest(clean, "invoiceitem")
    waiting = {id: item for id, item in items.items() if item["proration"]}
    assert all(item["invoice"] is None for item in waiting.values())
    credits = [item for item in waiting.values() if item["amount"] < 0]
    assert len(credits) * 2 == len(waiting) > 4
    invoices = latest(clean, "invoice").values()
    prorated = [invoice for invoice in invoices if len(_added_to(invoice) & waiting.keys()) == 2]
    assert prorated
    for invoice in prorated:
        lines = invoice["lines"]["data"]
        assert sum(line["amount"] for line in lines) == invoice["subtotal"] >= invoice["amount_due"] > 0
        assert [line["amount"] for line in lines[:2]] == [
            waiting[_item_of(line) or ""]["amount"] for line in lines[:2]
        ]
    changed = [
        event["data"]
        for event in of_type(clean, "customer.subscription.updated")
        if "items" in event["data"]["previous_attributes"]
    ]
    for data in changed:
        [was], [now] = (body["items"]["data"] for body in (data["previous_attributes"], data["object"]))
        assert was["id"] == now["id"]
        assert was["price"]["id"] != now["price"]["id"]
        assert was["price"]["unit_amount"] != now["price"]["unit_amount"]


def test_lines_add_up_and_name_items_that_are_there(clean: Made) -> None:
    items, invoices = latest(clean, "invoiceitem"), latest(clean, "invoice").values()
    lines = [line for invoice in invoices for line in invoice["lines"]["data"]]
    assert len({line["id"] for line in lines}) == len(lines)
    for invoice in invoices:
        taken_off = sum(one["amount"] for one in invoice["total_discount_amounts"])
        assert sum(line["amount"] for line in invoice["lines"]["data"]) == invoice["subtotal"]
        assert invoice["subtotal"] - taken_off == invoice["total"]
        assert _added_to(invoice) <= items.keys()
    assert set().union(*map(_added_to, invoices)) & {
        id for id, item in items.items() if not item["proration"]
    }


def _item_of(line: Json) -> str | None:
    details = line["parent"].get("invoice_item_details", {}) if "parent" in line else line
    found: str | None = details.get("invoice_item")
    return found


def _added_to(invoice: Json) -> set[str]:
    """The invoice items that lines of an invoice were made from."""
    return {item for line in invoice["lines"]["data"] if (item := _item_of(line))}


def test_both_api_versions_spell_as_they_do(clean: Made) -> None:
    by_version = defaultdict(list)
    for event in clean.events:
        by_version[event["api_version"]].append(event["data"]["object"])
    old, new = by_version["2022-08-01"], by_version["2026-06-24.dahlia"]
    assert old
    assert new
    assert spelled(old, "charge", "invoice")
    assert spelled(old, "payment_intent", "charges")
    assert spelled(old, "invoice", "subscription")
    assert spelled(old, "subscription", "current_period_end")
    for kind, field in (("charge", "invoice"), ("payment_intent", "charges"), ("invoice", "subscription")):
        assert not spelled(new, kind, field)
    items = [body["items"]["data"][0] for body in new if body["object"] == "subscription"]
    assert all("current_period_end" in item for item in items)
    assert all(
        "case_type" in body["payment_method_details"]["card"] for body in new if body["object"] == "dispute"
    )


def spelled(bodies: list[Json], kind: str, field: str) -> bool:
    found = [field in body for body in bodies if body["object"] == kind]
    assert found
    assert len(set(found)) == 1, f"{kind}.{field} is there only sometimes"
    return found[0]


def test_intents_are_retried_and_some_then_succeed(clean: Made) -> None:
    attempts = defaultdict(list)
    for event in of_type(clean, "charge.succeeded", "charge.failed"):
        attempts[event["data"]["object"]["payment_intent"]].append(event["data"]["object"]["status"])
    retried = [statuses for statuses in attempts.values() if len(statuses) > 1]
    assert max(map(len, retried)) >= 3
    assert any(statuses[0] == "failed" and statuses[-1] == "succeeded" for statuses in retried)


def test_issuers_refuse_for_many_reasons_and_about_one_in_ten_times(clean: Made) -> None:
    outcomes = [charge["outcome"] for charge in latest(clean, "charge").values() if charge["outcome"]]
    declined = [outcome for outcome in outcomes if outcome["type"] == "issuer_declined"]
    assert 0.05 < len(declined) / len(outcomes) < 0.16
    assert len({outcome["reason"] for outcome in declined}) >= 8
    assert all(outcome["network_decline_code"] for outcome in declined)
    assert any(outcome["type"] == "blocked" for outcome in outcomes)


def test_disputes_arrive_weeks_later_and_are_decided_weeks_after(clean: Made) -> None:
    charges = latest(clean, "charge")
    waits = [
        event["created"] - charges[event["data"]["object"]["charge"]]["created"]
        for event in of_type(clean, "charge.dispute.created")
    ]
    assert sorted(waits)[len(waits) // 2] > 7 * 86_400
    assert max(waits) > 28 * 86_400
    assert max(waits) <= 121 * 86_400
    assert {"won", "lost"} <= {dispute["status"] for dispute in latest(clean, "dispute").values()}
    assert {dispute["reason"] for dispute in latest(clean, "dispute").values()} >= {
        "fraudulent",
        "product_not_received",
    }


def test_evidence_is_submitted_in_time(clean: Made) -> None:
    updates = of_type(clean, "charge.dispute.updated")
    answered = [
        event for event in updates if event["data"]["previous_attributes"]["status"] == "needs_response"
    ]
    assert answered
    assert all(
        event["created"] <= event["data"]["object"]["evidence_details"]["due_by"] for event in answered
    )


def test_one_merchant_goes_bad_and_the_others_do_not(clean: Made) -> None:
    paid = Counter(event.get("account") for event in of_type(clean, "charge.succeeded"))
    disputed = Counter(
        event.get("account")
        for event in of_type(clean, "charge.dispute.created")
        if not event["data"]["object"]["status"].startswith("warning")
    )
    rates = sorted(disputed[account] / paid[account] for account in paid)
    assert rates[-1] > 0.018
    assert rates[-2] < 0.015


def test_fraud_is_rare_of_every_kind_and_known_only_beside_the_archive(clean: Made) -> None:
    frauds, charges = clean.frauds(), latest(clean, "charge")
    assert {fraud["charge"] for fraud in frauds} <= charges.keys()
    assert 0.005 < len(frauds) / len(charges) < 0.025
    scenarios = Counter(fraud["scenario"] for fraud in frauds)
    assert scenarios == clean.summary.frauds
    assert scenarios.keys() == {
        "stolen_card",
        "card_testing",
        "account_takeover",
        "friendly_fraud",
        "merchant_gone_bad",
        "identity_fraud",
    }


def test_the_archive_does_not_tell_the_truth(clean: Made) -> None:
    secrets = re.compile(
        rb"card_testing|account_takeover|friendly_fraud|merchant_gone_bad|identity_fraud|scenario"
    )
    for path in clean.folder.rglob("*.gz"):
        assert not secrets.search(read(path)), path
    assert not list(clean.folder.rglob("*.csv"))


def test_the_fraud_screen_sees_fraud_but_not_clearly(clean: Made) -> None:
    third_party = {
        fraud["charge"]
        for fraud in clean.frauds()
        if fraud["scenario"] not in ("friendly_fraud", "merchant_gone_bad")
    }
    scores: dict[bool, list[int]] = {True: [], False: []}
    for charge in latest(clean, "charge").values():
        if charge["payment_method_details"]["type"] == "card":
            scores[charge["id"] in third_party].append(charge["outcome"]["risk_score"])
    better = sum(fraud > honest for fraud in scores[True] for honest in scores[False])
    assert 0.65 < better / (len(scores[True]) * len(scores[False])) < 0.92


def test_there_is_no_card_number_in_it(clean: Made) -> None:
    number = re.compile(rb"(?<![\w.])\d{13,19}(?![\w.])")
    for path in clean.folder.rglob("*.gz"):
        assert not number.search(read(path)), path


def test_redaction_takes_the_person_out_of_the_report(clean: Made) -> None:
    reports = {body["id"]: body for _, body in clean.objects("identity.verification_report")}
    redacted = [event["data"]["object"] for event in of_type(clean, "identity.verification_session.redacted")]
    assert redacted
    for session in redacted:
        report = reports[session["last_verification_report"]]
        assert report[report["type"]]["last_name"] == "[redacted]"
