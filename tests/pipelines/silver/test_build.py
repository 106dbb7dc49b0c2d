"""Records to rows: what is read, what is refused and why, and which version of an object counts."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from frames import CREATED, KEY, Json, envelope, event, of_type, read_lines, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.catalog import all_tables
from pipelines.silver.shared.build import build, parse
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def charge(charge_id: str = "ch_1", **fields: Any) -> Json:
    return {
        "id": charge_id,
        "object": "charge",
        "amount": 1000,
        "currency": "usd",
        "created": CREATED,
        **fields,
    }


def built(
    spark: SparkSession, folder: Path, documents: list[Json | str], table: str = "charges", build: Any = parse
) -> list[Json]:
    """Rows of a table from documents of one file, in the order of its lines."""
    declared = all_tables()[f"silver.{table}"]
    frame = of_type(spark, read_lines(folder, {"a.ndjson": documents}), *declared.object_types)
    return sorted(
        rows(build(frame, declared, stripe(), KEY)), key=lambda row: int(row["record_id"].split(":")[1])
    )


FAULTS: dict[str, tuple[Json, str | None]] = {
    "a good one": ({}, None),
    "no amount": ({"amount": None}, "amount_minor: missing"),
    "a fraction": ({"amount": 10.5}, "amount_minor: not a whole number of at most 18 digits"),
    "a huge integer": ({"amount": 10**30}, "amount_minor: not a whole number of at most 18 digits"),
    "18 digits": ({"amount": 10**18 - 1}, None),
    "an object for a number": ({"amount": {"x": 1}}, "amount_minor: not a whole number of at most 18 digits"),
    "a number as text": ({"amount": "1000"}, None),
    "words for a number": ({"amount": "ten"}, "amount_minor: not a whole number of at most 18 digits"),
    "negative": ({"amount": -1}, "amount_minor: less than 0"),
    "no currency": ({"currency": ""}, "currency: missing"),
    "an unknown currency": ({"currency": "zzz"}, "currency: not a currency of ISO 4217"),
    "a currency that is gone": ({"currency": "hrk"}, None),
    "gold for money": ({"currency": "xau"}, "currency: not a currency of ISO 4217"),
    "no true or false": ({"captured": "yes"}, "is_captured: not true or false"),
    "an expanded object without id": ({"customer": {"x": 1}}, "customer_id: not an id, or an object that has one"),
    "refunded beyond the amount": (
        {"amount_captured": 5, "amount_refunded": 6, "amount": 5},
        "amount_refunded_minor is more than amount_minor",
    ),
    "two faults": ({"amount": -1, "currency": "zzz"}, "currency: not a currency of ISO 4217; amount_minor: less than 0"),
    "an undocumented value": ({"status": "lost_in_space"}, None),
    "unknown fields": ({"brand_new": {"a": [1]}}, None),
}  # fmt: skip


def test_a_record_that_breaks_the_contract_says_how(any_spark: SparkSession, tmp_path: Path) -> None:
    documents = [
        event(charge(**fields), event_id=f"evt_{n}") for n, (fields, _) in enumerate(FAULTS.values())
    ]
    found = built(any_spark, tmp_path, documents)
    said = {name: row["fault"] for name, row in zip(FAULTS, found, strict=True)}

    assert said == {name: fault for name, (_, fault) in FAULTS.items()}
    assert all((row["payload"] is None) == (row["fault"] is None) for row in found)


WRITTEN = {
    "1050.0": 1050,
    "1050.000": 1050,
    "1.05E3": 1050,
    "1.05e+3": 1050,
    "105e1": 1050,
    "1.23456789E8": 123_456_789,
    "899999999999999.0": 899_999_999_999_999,
    "8.99999999999999E14": 899_999_999_999_999,
    "0.0": 0,
    '"1050.0"': 1050,
    "1050.5": None,
    "1.0505E3": None,
    "1050.0000001": None,
    "9007199254740991.0": None,
    "1.05E-3": None,
    '"1050.0 "': None,
    '"1050.0d"': None,
    '"Infinity"': None,
}


def test_a_whole_number_may_be_written_as_a_fraction(any_spark: SparkSession, tmp_path: Path) -> None:
    """Records that went through JavaScript's JSON, Gson, Lua or pandas: 1050.0 is the whole number 1050."""
    documents = [
        json.dumps(event(charge(amount=7777, created=CREATED), event_id=f"evt_{n}"))
        .replace("7777", written)
        .replace(str(CREATED), f"{CREATED}.0")
        for n, written in enumerate(WRITTEN)
    ]
    found = built(any_spark, tmp_path, documents)
    refused = "amount_minor: not a whole number of at most 18 digits"
    assert {written: row["amount_minor"] for written, row in zip(WRITTEN, found, strict=True)} == WRITTEN
    assert {row["fault"] for row in found if row["amount_minor"] is None} == {refused}
    assert {row["fault"] for row in found if row["amount_minor"] is not None} == {None}
    assert {row["created_at"].replace(tzinfo=None) for row in found} == {datetime(2026, 1, 1)}


@pytest.mark.parametrize("number", [int, float])
def test_fees_add_up_however_their_amounts_are_written(
    any_spark: SparkSession, tmp_path: Path, number: type
) -> None:
    def movement(id: str, *parts: int) -> Json:
        amounts = {"amount": number(1000), "fee": number(30), "net": number(970)}
        details = [{"type": "stripe_fee", "amount": number(part), "currency": "usd"} for part in parts]
        base = {"id": id, "object": "balance_transaction", "created": CREATED, "currency": "usd"}
        return base | amounts | {"fee_details": details}

    movements = [movement("txn_1", 10, 20), movement("txn_2", 10, 25)]
    found = built(
        any_spark,
        tmp_path,
        [event(moved, event_id=moved["id"]) for moved in movements],
        "balance_transactions",
    )
    assert [row["fault"] for row in found] == [None, "the amounts in fee_details do not add up to fee_minor"]


def test_the_parts_of_a_day_may_be_written_as_fractions(any_spark: SparkSession, tmp_path: Path) -> None:
    document = {"type": "passport", "expiration_date": {"day": 9.0, "month": 12.0, "year": 2031.0}}
    report = {
        "id": "vr_1",
        "object": "identity.verification_report",
        "created": CREATED,
        "document": document,
    }
    [row] = built(any_spark, tmp_path, [event(report)], "verification_reports")
    assert (row["fault"], row["document_expiration_date"]) == (None, date(2031, 12, 9))


def test_a_time_in_year_9999_inside_an_event_is_a_fault(any_spark: SparkSession, tmp_path: Path) -> None:
    [row] = built(any_spark, tmp_path, [event(charge(created=253_402_300_799))])
    assert row["fault"] == "created_at: not seconds since 1970 before the year 2200"
    assert json.loads(row["payload"])["data"]["object"]["created"] == 253_402_300_799


def test_values_are_typed(any_spark: SparkSession, tmp_path: Path) -> None:
    text = "Zoë 😀 <b>&amp;\u0000</b> שלום"
    [row] = built(
        any_spark, tmp_path, [event(charge(captured=True, description=text, metadata={"a": [1, "é"]}))]
    )
    assert (row["amount_minor"], row["currency"], row["is_captured"]) == (1000, "USD", True)
    assert row["created_at"].replace(tzinfo=None) == datetime(2026, 1, 1)
    assert row["created_date"] == date(2026, 1, 1)
    assert row["description"] == text
    assert row["metadata"] == '{"a":[1,"é"]}'


RULE = {"id": "rule_1", "action": "block", "predicate": ":risk_score: > 75"}


@pytest.mark.parametrize("rule", [RULE, "rule_1"])
def test_a_rule_is_known_by_its_id_also_where_it_is_told_whole(
    spark: SparkSession, tmp_path: Path, rule: Any
) -> None:
    outcome = {"type": "blocked", "reason": "rule", "rule": rule}
    [row] = built(spark, tmp_path, [event(charge(outcome=outcome, status="failed"))])
    assert (row["outcome_rule_id"], row["is_blocked"], row["fault"]) == ("rule_1", True, None)


def test_an_expandable_field_gives_its_id(any_spark: SparkSession, tmp_path: Path) -> None:
    expanded = {"id": "cus_1", "object": "customer", "name": "A"}
    found = built(any_spark, tmp_path, [event(charge(customer=given)) for given in ("cus_1", expanded, None)])
    assert [row["customer_id"] for row in found] == ["cus_1", "cus_1", None]


INTENT = {"object": "payment_intent", "amount": 1, "currency": "usd", "created": CREATED}
INVOICE = {"object": "invoice", "amount_due": 1, "currency": "usd", "created": CREATED}
DISPUTE = {"object": "dispute", "amount": 1, "currency": "usd", "created": CREATED}
SUBSCRIPTION = {"object": "subscription", "created": CREATED}
CHARGE = {"object": "charge", "amount": 1, "currency": "usd", "created": CREATED}
REFUND = {"object": "refund", "amount": 1, "currency": "usd", "created": CREATED}
DRAWN = {"object": "transfer", "amount": 1, "currency": "usd", "created": CREATED, "type": "bank_account"}
MOVED = {
    "object": "balance_transaction",
    "amount": -1,
    "fee": 0,
    "net": -1,
    "currency": "usd",
    "created": CREATED,
}
CARD = {
    "id": "card_1",
    "object": "card",
    "brand": "MasterCard",
    "last4": "4444",
    "country": "US",
    "fingerprint": "f",
}
BANK = {
    "id": "ba_1",
    "object": "bank_account",
    "last4": "6789",
    "country": "US",
    "fingerprint": "f",
    "bank_name": "B",
}
IN_SOURCE = {
    "id": "src_1",
    "object": "source",
    "type": "card",
    "card": CARD,
    "owner": {"email": "a@example.com"},
}
AT_TERMINAL = {"brand": "visa", "network": "visa", "last4": "3333", "reader": "tmr_1", "country": "CA"}


def paid_at(kind: str) -> Json:
    return {"payment_method_details": {"type": kind, kind: AT_TERMINAL}}


HISTORY: dict[str, tuple[str, Json, dict[str, Any]]] = {
    "a card at a terminal": ("charges", CHARGE | paid_at("card_present"), {"card_brand": "visa", "card_network": "visa", "card_country": "CA", "card_last4": "3333", "terminal_id": "tmr_1", "is_card_not_present": False}),
    "a card at a terminal in Canada": ("charges", CHARGE | paid_at("interac_present"), {"payment_method_type": "interac_present", "card_brand": "visa", "card_last4": "3333", "terminal_id": "tmr_1"}),
    "a card by itself": ("charges", CHARGE | {"source": CARD}, {"payment_method_type": "card", "card_brand": "mastercard", "card_last4": "4444", "payment_method_id": "card_1", "card_country": "US", "card_fingerprint": "f"}),
    "a card before sources": ("charges", CHARGE | {"card": {**CARD, "brand": None, "type": "Diners Club"}}, {"payment_method_type": "card", "card_brand": "diners", "card_last4": "4444", "payment_method_id": "card_1"}),
    "a card in a source": ("charges", CHARGE | {"source": IN_SOURCE}, {"payment_method_type": "card", "card_brand": "mastercard", "card_last4": "4444", "card_country": "US", "payment_method_id": "src_1", "billing_email_domain": "example.com"}),
    "a bank account is no card": ("charges", CHARGE | {"source": BANK}, {"payment_method_type": "ach_debit", "card_last4": None, "card_country": None, "card_fingerprint": None, "payment_method_id": "ba_1"}),
    "a card that was authenticated": ("charges", CHARGE | {"source": {"id": "src_1", "object": "source", "type": "three_d_secure", "three_d_secure": CARD}}, {"payment_method_type": "card", "card_brand": "mastercard", "card_last4": "4444"}),
    "another way to pay": ("charges", CHARGE | {"source": {"id": "src_1", "object": "source", "type": "ideal"}}, {"payment_method_type": "ideal", "card_last4": None}),
    "an id where a card could be": ("charges", CHARGE | {"id": "ch_card", "source": "src_1"}, {"payment_method_type": None, "card_last4": None, "charge_id": "ch_card"}),
    "paid, before there was a status": ("charges", CHARGE | {"paid": True}, {"status": "succeeded"}),
    "not paid, before there was a status": ("charges", CHARGE | {"paid": False, "failure_code": "card_declined"}, {"status": "failed"}),
    "a status that nothing tells": ("charges", CHARGE, {"status": None}),
    "a status that is told": ("charges", CHARGE | {"paid": True, "status": "pending"}, {"status": "pending"}),
    "a dispute before there was disputed": ("charges", CHARGE | {"dispute": {"id": "dp_1", "object": "dispute"}}, {"is_disputed": True}),
    "no dispute, before there was disputed": ("charges", CHARGE | {"dispute": None}, {"is_disputed": False}),
    "fees of the first years": ("charges", CHARGE | {"fee": 59, "fee_details": [{"amount": 59}]}, {"fee_minor": 59, "fee_details": '[{"amount":59}]'}),
    "a fee in its object": ("charges", CHARGE | {"application_fee": {"id": "fee_1", "object": "application_fee", "amount": 12}}, {"application_fee_minor": 12}),
    "a refund without a status": ("refunds", REFUND, {"status": "succeeded"}),
    "no deadline": ("disputes", DISPUTE | {"evidence_details": {"due_by": 0}}, {"evidence_due_at": None}),
    "a deadline": ("disputes", DISPUTE | {"evidence_details": {"due_by": CREATED}}, {"evidence_due_at": datetime(2026, 1, 1)}),
    "an invoice that waits": ("invoices", INVOICE | {"paid": False, "closed": False, "forgiven": False, "attempted": False, "billing": "charge_automatically"}, {"status": "draft", "is_auto_advanced": True}),
    "an invoice that was sent": ("invoices", INVOICE | {"paid": False, "closed": False, "attempted": False, "billing": "send_invoice"}, {"status": "open", "collection_method": "send_invoice"}),
    "an invoice that was closed": ("invoices", INVOICE | {"paid": False, "closed": True, "forgiven": False, "attempted": True}, {"status": "open", "is_auto_advanced": False}),
    "what was paid of an old invoice": ("invoices", INVOICE | {"amount_due": 900, "paid": True, "closed": True}, {"status": "paid", "amount_paid_minor": 900, "amount_remaining_minor": 0}),
    "what was not paid of an old invoice": ("invoices", INVOICE | {"amount_due": 900, "paid": False, "attempted": True, "closed": False}, {"amount_paid_minor": 0, "amount_remaining_minor": 900}),
    "a preview of an invoice": ("invoices", INVOICE | {"status": None}, {"status": None}),
    "an intent before payment methods": ("payment_intents", INTENT | {"status": "requires_source_action", "allowed_source_types": ["card"], "save_payment_method": True}, {"status": "requires_action", "payment_method_types": '["card"]', "setup_future_usage": "off_session"}),
    "an intent that keeps nothing": ("payment_intents", INTENT | {"status": "requires_source", "save_payment_method": False}, {"status": "requires_payment_method", "setup_future_usage": None}),
    "an account that the platform runs": ("accounts", {"object": "account", "managed": True, "charge_enabled": True, "transfer_enabled": False}, {"account_type": "custom", "is_charges_enabled": True, "is_payouts_enabled": False}),
    "an account of its own": ("accounts", {"object": "account", "managed": False, "transfer_schedule": {"interval": "weekly", "delay_days": 7}}, {"account_type": "standard", "payout_interval": "weekly", "payout_delay_days": 7}),
    "a customer of the first years": ("customers", {"object": "customer", "account_balance": 5, "default_card": "card_1"}, {"balance_minor": 5, "default_payment_method_id": "card_1"}),
    "a transfer to a bank": ("payouts", DRAWN | {"date": CREATED, "status": "paid", "bank_account": BANK, "description": "STRIPE TRANSFER"}, {"arrival_date": date(2026, 1, 1), "destination_id": "ba_1", "is_automatic": True}),
    "a transfer that somebody made": ("payouts", DRAWN | {"date": CREATED, "description": "rent"}, {"is_automatic": False}),
    "a dispute by its source": ("balance_transactions", MOVED | {"type": "adjustment", "source": "du_1"}, {"reporting_category": "dispute"}),
    "a dispute by its text": ("balance_transactions", MOVED | {"type": "adjustment", "source": "ch_1", "description": "Chargeback withdrawal for ch_1"}, {"reporting_category": "dispute"}),
    "a refund that failed": ("balance_transactions", MOVED | {"type": "adjustment", "source": {"id": "re_1", "object": "refund"}}, {"reporting_category": "refund_failure"}),
    "another adjustment": ("balance_transactions", MOVED | {"type": "adjustment", "source": None}, {"reporting_category": "other_adjustment"}),
    "a transfer to an account": ("balance_transactions", MOVED | {"type": "transfer", "source": "tr_1"}, {"reporting_category": "transfer"}),
    "a transfer to the bank": ("balance_transactions", MOVED | {"type": "transfer", "source": "tr_1", "description": "STRIPE TRANSFER"}, {"reporting_category": "payout"}),
    "a type that nobody knows": ("balance_transactions", MOVED | {"type": "brand_new"}, {"reporting_category": None}),
    "a category that is told": ("balance_transactions", MOVED | {"type": "refund", "reporting_category": "partial_capture_reversal"}, {"reporting_category": "partial_capture_reversal"}),
}  # fmt: skip
"""What old records say, by table, record and what is right."""


@pytest.mark.parametrize("table", sorted({table for table, _, _ in HISTORY.values()}))
def test_what_old_records_say_is_what_it_is_called_now(
    any_spark: SparkSession, tmp_path: Path, table: str
) -> None:
    cases = {name: (record, right) for name, (of, record, right) in HISTORY.items() if of == table}
    documents = [
        event({"id": f"x_{n}", **record}, event_id=f"evt_{n}") for n, (record, _) in enumerate(cases.values())
    ]
    found = dict(zip(cases, built(any_spark, tmp_path, documents, table), strict=True))
    said = {name: {key: _told(found[name][key]) for key in right} for name, (_, right) in cases.items()}
    assert {name: row["fault"] for name, row in found.items()} == dict.fromkeys(cases)
    assert said == {name: right for name, (_, right) in cases.items()}


def _told(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def test_nothing_is_derived_where_a_value_is_wrong(any_spark: SparkSession, tmp_path: Path) -> None:
    [row] = built(any_spark, tmp_path, [event(charge(disputed="perhaps", dispute="dp_1"))])
    assert (row["is_disputed"], row["fault"]) == (None, "is_disputed: not true or false")


SPELLINGS = {
    "latest charge": ("payment_intents", "latest_charge_id", INTENT, {"charges": {"data": [{"id": "ch_1"}]}}, {"latest_charge": "ch_1"}),
    "subscription": ("invoices", "subscription_id", INVOICE, {"subscription": "sub_1"}, {"parent": {"subscription_details": {"subscription": "sub_1"}}}),
    "payment": ("invoices", "payment_intent_id", INVOICE, {"payment_intent": "pi_1"}, {"payments": {"data": [{"payment": {"payment_intent": "pi_1"}}]}}),
    "period": ("subscriptions", "current_period_end_at", SUBSCRIPTION, {"current_period_end": CREATED}, {"items": {"data": [{"current_period_end": CREATED}]}}),
    "reason code": ("disputes", "network_reason_code", DISPUTE, {"network_reason_code": "10.4"}, {"payment_method_details": {"card": {"network_reason_code": "10.4"}}}),
}  # fmt: skip


@pytest.mark.parametrize(("table", "column", "base", "old", "new"), SPELLINGS.values(), ids=SPELLINGS)
def test_old_and_new_spellings_land_in_one_column(
    any_spark: SparkSession, tmp_path: Path, table: str, column: str, base: Json, old: Json, new: Json
) -> None:
    found = built(
        any_spark, tmp_path, [event({"id": "x_1", **base, **spelling}) for spelling in (old, new)], table
    )
    assert [row["fault"] for row in found] == [None, None]
    assert found[0][column] == found[1][column] is not None


def test_a_bare_deleted_customer_lands(any_spark: SparkSession, tmp_path: Path) -> None:
    gone = {"id": "cus_1", "object": "customer", "deleted": True}
    whole = {"id": "cus_2", "object": "customer", "created": CREATED}
    documents = [gone, event(whole, "customer.deleted"), event(whole, "customer.updated")]
    found = built(any_spark, tmp_path, documents, "customers")
    assert [(row["fault"], row["is_deleted"]) for row in found] == [(None, True), (None, True), (None, False)]


def movement(amount: int, fee: int, net: int, fees: Any) -> Json:
    base = {"object": "balance_transaction", "id": "txn_1", "currency": "usd", "created": CREATED}
    return event({**base, "amount": amount, "fee": fee, "net": net, "fee_details": fees})


def test_money_adds_up_in_the_ledger(any_spark: SparkSession, tmp_path: Path) -> None:
    cases = [
        (movement(100, 5, 95, [{"amount": 3}, {"amount": 2}]), None),
        (movement(-100, 0, -100, []), None),
        (movement(100, 5, 95, None), None),
        (movement(100, 5, 96, None), "net_minor is not amount_minor less fee_minor"),
        (movement(100, 5, 95, [{"amount": 3}]), "the amounts in fee_details do not add up to fee_minor"),
    ]
    found = built(any_spark, tmp_path, [document for document, _ in cases], "balance_transactions")
    assert [row["fault"] for row in found] == [fault for _, fault in cases]


def test_inquiries_and_prevented_disputes_are_no_chargebacks(any_spark: SparkSession, tmp_path: Path) -> None:
    cases = [
        ({"status": "warning_closed"}, (True, False, False)),
        ({"status": "needs_response", "payment_method_details": {"card": {"case_type": "inquiry"}}}, (True, False, False)),
        ({"status": "prevented"}, (False, True, False)),
        ({"status": "lost"}, (False, False, True)),
        ({"status": "won", "payment_method_details": {"card": {"case_type": "chargeback"}}}, (False, False, True)),
    ]  # fmt: skip
    documents = [event({"id": "dp_1", **DISPUTE, **fields}) for fields, _ in cases]
    found = built(any_spark, tmp_path, documents, "disputes")
    kinds = [(row["is_inquiry"], row["is_prevented"], row["is_chargeback"]) for row in found]
    assert kinds == [kind for _, kind in cases]


def test_an_authorized_charge_that_is_not_captured_is_no_failure(
    any_spark: SparkSession, tmp_path: Path
) -> None:
    authorized = charge(captured=False, status="succeeded", outcome={"type": "authorized"})
    declined = charge(status="failed", outcome={"type": "issuer_declined", "network_decline_code": "51"})
    blocked = charge(status="failed", outcome={"type": "blocked", "reason": "highest_risk_level"})
    found = built(any_spark, tmp_path, [event(subject) for subject in (authorized, declined, blocked)])
    assert [row["is_authorized"] for row in found] == [True, False, False]
    assert [row["is_issuer_declined"] for row in found] == [False, True, False]
    assert [row["is_blocked"] for row in found] == [False, False, True]
    assert [row["decline_reason"] for row in found] == [None, "51", None]


LATER = {
    "the later event counts": ([("charge.succeeded", 0, "a"), ("charge.updated", 1, "b")], "b"),
    "whatever the order they came in": ([("charge.updated", 1, "b"), ("charge.succeeded", 0, "a")], "b"),
    "in one second, what the type says": ([("charge.refunded", 0, "b"), ("charge.succeeded", 0, "a")], "b"),
    "a duplicate changes nothing": ([("charge.updated", 0, "a"), ("charge.updated", 0, "a")], "a"),
    "an object without an event comes before": ([(None, 0, "a"), ("charge.updated", 0, "b")], "b"),
    "a faulty later version does not count": ([("charge.updated", 0, "a"), ("charge.updated", 1, "faulty")], "a"),
}  # fmt: skip


def version(number: int, kind: str | None, after: int, note: str, *, wrapped: bool = False) -> Json:
    subject = charge(f"ch_{number}", description=note, **({"currency": "zzz"} if note == "faulty" else {}))
    if kind is None:
        return subject
    found = event(subject, kind, CREATED + after, f"evt_{number}_{after}_{note}")
    return envelope(found) if wrapped else found


def test_the_latest_good_version_is_the_row(any_spark: SparkSession, tmp_path: Path) -> None:
    documents = [
        version(number, *one, wrapped=bool(place % 2))
        for number, (versions, _) in enumerate(LATER.values())
        for place, one in enumerate(versions)
    ]
    found = built(any_spark, tmp_path, documents, build=build)
    current = {row["charge_id"]: row["description"] for row in found if row["fault"] is None}
    expected = {f"ch_{number}": last for number, (_, last) in enumerate(LATER.values())}
    assert current == expected
    assert [row["description"] for row in found if row["fault"]] == ["faulty"]


KINDS = (None, "charge.succeeded", "charge.captured", "charge.updated", "charge.refunded")
VERSIONS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.sampled_from("abc")), min_size=1, max_size=5
)


@given(data=st.data())
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_in_which_versions_arrive_does_not_matter(
    data: st.DataObject, spark: SparkSession, tmp_path: Path
) -> None:
    objects = data.draw(st.lists(VERSIONS, min_size=20, max_size=40))
    documents = [version(number, *one) for number, versions in enumerate(objects) for one in versions]
    shuffled = data.draw(st.permutations(documents))

    def current(order: list[Json]) -> list[Json]:
        found = built(spark, tmp_path, list(order), build=build)
        kept = ("charge_id", "version_id", "description")  # a version names when its file was written
        return sorted(({name: row[name] for name in kept} for row in found), key=str)

    assert current(documents) == current(shuffled)
