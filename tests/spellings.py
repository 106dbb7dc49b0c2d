"""A small archive in today's spelling, and what each version of Stripe's API before wrote otherwise.

A version is named after the day on which something changed; its archive holds what was sent on the day before. Each
rewriting undoes one entry of Stripe's changelog, so an old archive is today's with all later entries undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from frames import CREATED, Json

DAY = 86_400
BRANDS = {"visa": "Visa", "mastercard": "MasterCard", "amex": "American Express", "diners": "Diners Club"}
INTENT = "pi_1"


def today() -> list[tuple[str, Json]]:
    """Events about one of each object that money flows through, as a type and an object, in today's spelling."""
    return [
        ("account.updated", account()),
        ("customer.created", customer()),
        ("charge.succeeded", charge("ch_card", card("visa"))),
        ("charge.succeeded", charge("ch_diners", card("diners", "debit"))),
        ("charge.failed", declined()),
        ("charge.failed", blocked()),
        ("charge.succeeded", charge("ch_lost", card("amex"), disputed=True)),
        ("payment_intent.succeeded", intent()),
        ("refund.created", refund()),
        ("charge.dispute.created", dispute()),
        ("customer.discount.created", discount()),
        ("invoice.paid", discounted("in_paid", "paid", amount_paid=900, amount_remaining=0)),
        ("invoice.updated", invoice("in_open", "open", paid_at=None)),
        ("invoice.marked_uncollectible", invoice("in_lost", "uncollectible", paid_at=None)),
        ("customer.subscription.created", subscription()),
        ("payout.paid", payout()),
        *(("balance.available", movement) for movement in movements()),
    ]


def at(version: str) -> list[tuple[str, Json]]:
    """The same archive as it was sent on the day before a version; with every later change undone as well."""
    found = deepcopy(today())
    for changed, rewritings in CHANGES.items():
        if changed < version:
            break
        for rewriting in rewritings:
            found = [(kind, _within(rewriting, subject)) for kind, subject in found]
    return found


def _within(rewriting: Callable[[Json], Json], value: Any) -> Any:
    """A value with all objects in it rewritten, inner ones first."""
    if isinstance(value, list):
        return [_within(rewriting, item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _within(rewriting, item) for name, item in value.items()}
    return rewriting(inner) if "object" in inner else inner


def _object(kind: str, object_id: str, **fields: Any) -> Json:
    return {"object": kind, "id": object_id, "created": CREATED, "livemode": True, "metadata": {}, **fields}


def account() -> Json:
    return _object(
        "account", "acct_1", type="custom", country="US", default_currency="usd", charges_enabled=True,
        payouts_enabled=True, details_submitted=True, business_type="company", email="owner@example.com",
        business_profile={
            "name": "Made Up", "url": "https://example.com", "support_phone": "+15555550100",
            "support_email": "help@example.com", "product_description": "Things",
        },
        requirements={
            "disabled_reason": "listed", "current_deadline": CREATED + DAY, "currently_due": ["company.tax_id"],
        },
        settings={
            "dashboard": {"display_name": "Made Up", "timezone": "Etc/UTC"},
            "card_payments": {"decline_on": {"avs_failure": True, "cvc_failure": False}},
            "payouts": {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"}},
        },
    )  # fmt: skip


def customer() -> Json:
    return _object(
        "customer", "cus_1", currency="usd", balance=-500, delinquent=False, default_source="card_visa",
        email="payer@example.com",
    )  # fmt: skip


def card(brand: str, funding: str = "credit") -> Json:
    return {
        "brand": brand, "network": brand, "country": "US", "funding": funding, "fingerprint": f"print_{brand}",
        "last4": "4242", "exp_month": 4, "exp_year": 2030, "wallet": {"type": "google_pay"},
        "checks": {"cvc_check": "pass", "address_line1_check": "pass", "address_postal_code_check": "fail"},
    }  # fmt: skip


def charge(charge_id: str, paid_with: Json, **fields: Any) -> Json:
    address = {
        "line1": "1 Road",
        "line2": None,
        "city": "Town",
        "state": "CA",
        "postal_code": "94103",
        "country": "US",
    }
    return _object(
        "charge", charge_id, amount=5000, amount_captured=5000, amount_refunded=0, application_fee_amount=None,
        currency="usd", captured=True, paid=True, refunded=False, status="succeeded", failure_code=None,
        disputed=False, customer="cus_1", payment_intent=None, payment_method=f"card_{paid_with['brand']}",
        statement_descriptor="MADE UP", transfer_data=None, balance_transaction=f"txn_{charge_id}",
        outcome={"type": "authorized", "network_status": "approved_by_network", "risk_level": "normal"},
        billing_details={"name": "Pat Example", "email": None, "phone": None, "address": address},
        payment_method_details={"type": "card", "card": paid_with},
    ) | fields  # fmt: skip


def declined() -> Json:
    outcome = {
        "type": "issuer_declined",
        "network_status": "declined_by_network",
        "reason": "insufficient_funds",
    }
    return charge(
        "ch_failed", card("mastercard"), status="failed", paid=False, captured=False, amount_captured=0,
        failure_code="card_declined", outcome=outcome, balance_transaction=None,
    )  # fmt: skip


def blocked() -> Json:
    """Blocked by a rule, which is told whole."""
    rule = {"id": "ssr_1", "action": "block", "predicate": ":card_funding: = 'prepaid'"}
    outcome = {"type": "blocked", "network_status": "not_sent_to_network", "reason": "rule", "rule": rule}
    return charge(
        "ch_blocked", card("mastercard"), status="failed", paid=False, captured=False, amount_captured=0,
        failure_code="card_declined", outcome=outcome, balance_transaction=None,
    )  # fmt: skip


def intent() -> Json:
    return _object(
        "payment_intent", INTENT, amount=5000, amount_received=5000, currency="usd", customer="cus_1",
        status="succeeded", latest_charge="ch_card", payment_method="card_visa", capture_method="automatic",
        payment_method_types=["card"], setup_future_usage="off_session",
    )  # fmt: skip


def refund() -> Json:
    return _object(
        "refund", "re_1", amount=5000, currency="usd", charge="ch_diners", status="succeeded",
        reason="requested_by_customer", balance_transaction="txn_re_1",
    )  # fmt: skip


def dispute() -> Json:
    return _object(
        "dispute", "dp_1", amount=5000, currency="usd", charge="ch_lost", status="needs_response",
        reason="subscription_canceled", is_charge_refundable=False,
        balance_transactions=[movement("txn_dp_1", -5000, "adjustment", "dispute", "dp_1", fee=1500)],
        evidence_details={"due_by": CREATED + 7 * DAY, "has_evidence": False, "past_due": False, "submission_count": 0},
    )  # fmt: skip


def invoice(invoice_id: str, status: str, paid_at: int | None = CREATED + 9, **fields: Any) -> Json:
    transitions = {"finalized_at": CREATED + 5, "paid_at": paid_at}
    return _object(
        "invoice", invoice_id, amount_due=900, amount_paid=0, amount_remaining=900, subtotal=900, total=900,
        currency="usd", customer="cus_1", status=status, status_transitions=transitions, attempted=True,
        attempt_count=1, auto_advance=status == "open", collection_method="charge_automatically",
        billing_reason="subscription_cycle", period_start=CREATED - DAY, period_end=CREATED,
        parent={"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}},
        application_fee_amount=90,
    ) | fields  # fmt: skip


def discounted(invoice_id: str, status: str, **fields: Any) -> Json:
    """An invoice that a coupon took 100 off."""
    off = [{"amount": 100, "discount": "di_1"}]
    return invoice(
        invoice_id, status, subtotal=1000, discounts=["di_1"], total_discount_amounts=off, **fields
    )


def discount() -> Json:
    return {
        "id": "di_1", "object": "discount", "customer": "cus_1", "start": CREATED, "end": None,
        "source": {"type": "coupon", "coupon": "TEN"},
    }  # fmt: skip


def subscription() -> Json:
    price = {
        "id": "gold", "object": "price", "currency": "usd", "unit_amount": 900, "product": "prod_1", "active": True,
        "created": CREATED, "livemode": True, "metadata": {}, "type": "recurring",
        "recurring": {"interval": "month", "interval_count": 1},
    }  # fmt: skip
    item = {
        "id": "si_1", "object": "subscription_item", "price": price, "quantity": 2,
        "current_period_start": CREATED, "current_period_end": CREATED + 30 * DAY,
    }  # fmt: skip
    return _object(
        "subscription", "sub_1", customer="cus_1", status="active", start_date=CREATED, currency="usd",
        collection_method="charge_automatically", cancel_at_period_end=False,
        default_tax_rates=[{"id": "txr_1", "object": "tax_rate", "percentage": 7.5}],
        items={"object": "list", "data": [item]},
    )  # fmt: skip


def payout() -> Json:
    return _object(
        "payout", "tr_out", amount=4000, currency="usd", arrival_date=CREATED + 2 * DAY, automatic=True,
        status="paid", method="standard", type="bank_account", destination="ba_1", balance_transaction="txn_out",
        description="STRIPE TRANSFER", statement_descriptor="MADE UP",
    )  # fmt: skip


def movements() -> list[Json]:
    return [
        movement("txn_ch_card", 5000, "charge", "charge", "ch_card", fee=175),
        movement("txn_ch_diners", 5000, "charge", "charge", "ch_diners", fee=175),
        movement("txn_ch_lost", 5000, "charge", "charge", "ch_lost", fee=175),
        movement("txn_py", 3000, "payment", "charge", "py_1", fee=100),
        movement("txn_re_1", -5000, "refund", "refund", "re_1"),
        movement("txn_pyr", -500, "payment_refund", "refund", "pyr_1"),
        movement("txn_dp_1", -5000, "adjustment", "dispute", "dp_1", fee=1500),
        movement("txn_won", 2000, "adjustment", "dispute_reversal", "dp_2"),
        movement("txn_back", 700, "adjustment", "refund_failure", "re_2"),
        movement("txn_other", -30, "adjustment", "other_adjustment", None),
        movement("txn_fee", -100, "stripe_fee", "fee", None),
        movement("txn_earned", 60, "application_fee", "platform_earning", "fee_1"),
        movement("txn_unearned", -20, "application_fee_refund", "platform_earning_refund", "fr_1"),
        movement("txn_moved", -800, "transfer", "transfer", "tr_1"),
        movement("txn_moved_back", 300, "transfer_refund", "transfer_reversal", "trr_1"),
        movement("txn_out", -4000, "payout", "payout", "tr_out", description="STRIPE TRANSFER"),
        movement(
            "txn_out_failed",
            100,
            "payout_failure",
            "payout_reversal",
            "tr_out2",
            description="STRIPE TRANSFER",
        ),
    ]


def movement(
    name: str, amount: int, kind: str, category: str, source: str | None, fee: int = 0, **fields: Any
) -> Json:
    details = [{"type": "stripe_fee", "amount": fee, "currency": "usd"}] if fee else []
    return _object(
        "balance_transaction", name, amount=amount, fee=fee, net=amount - fee, currency="usd", type=kind,
        reporting_category=category, source=source, fee_details=details, status="available",
        available_on=CREATED + DAY,
    ) | fields  # fmt: skip


def _rewriting(kind: str) -> Callable[[Callable[[Json], None]], Callable[[Json], Json]]:
    """A rewriting of objects of one type; others stay as they are."""

    def of(change: Callable[[Json], None]) -> Callable[[Json], Json]:
        def rewritten(subject: Json) -> Json:
            if subject["object"] == kind:
                change(subject)
            return subject

        return rewritten

    return of


def _renamed(kind: str, **names: str) -> Callable[[Json], Json]:
    def change(subject: Json) -> None:
        for now, was in names.items():
            if now in subject:
                subject[was] = subject.pop(now)

    return _rewriting(kind)(change)


def _without(kind: str, *names: str) -> Callable[[Json], Json]:
    return _rewriting(kind)(lambda subject: [subject.pop(name, None) for name in names] and None)


@_rewriting("invoice")
def invoice_at_the_top(subject: Json) -> None:
    subject["subscription"] = subject.pop("parent")["subscription_details"]["subscription"]


@_rewriting("subscription")
def period_at_the_top(subject: Json) -> None:
    for item in subject["items"]["data"]:
        subject |= {name: item.pop(name) for name in ("current_period_start", "current_period_end")}


@_rewriting("payment_intent")
def charges_within(subject: Json) -> None:
    subject["charges"] = {"object": "list", "data": [charge(subject.pop("latest_charge"), card("visa"))]}


@_rewriting("discount")
def nameless(subject: Json) -> None:
    del subject["id"]
    coupon = {
        "id": subject.pop("source")["coupon"],
        "object": "coupon",
        "percent_off": 10,
        "duration": "once",
    }
    subject["coupon"] = coupon | {"created": CREATED, "livemode": True, "metadata": {}, "valid": True}


@_rewriting("invoice")
def discount_within(subject: Json) -> None:
    if subject.pop("total_discount_amounts", None):
        subject["discount"] = discount()
        del subject["discounts"]


@_rewriting("subscription")
def plans_for_prices(subject: Json) -> None:
    for item in subject["items"]["data"]:
        price = item.pop("price")
        item["plan"] = {
            **{name: price[name] for name in ("id", "currency", "product", "active", "created", "metadata")},
            "object": "plan", "amount": price["unit_amount"], **price["recurring"],
        }  # fmt: skip
    subject.pop("currency")


@_rewriting("charge")
def dispute_within(subject: Json) -> None:
    subject["dispute"] = "dp_1" if subject.pop("disputed") else None


@_rewriting("subscription")
def tax_percent(subject: Json) -> None:
    [rate] = subject.pop("default_tax_rates")
    subject["tax_percent"] = rate["percentage"]


@_rewriting("invoice")
def finalized_at_the_top(subject: Json) -> None:
    subject["finalized_at"] = subject["status_transitions"].pop("finalized_at")


@_rewriting("account")
def account_of_2018(subject: Json) -> None:
    profile, settings, due = (subject.pop(name) for name in ("business_profile", "settings", "requirements"))
    subject |= {
        "legal_entity": {"type": subject.pop("business_type")},
        "business_name": profile["name"], "business_url": profile["url"],
        **{name: profile[name] for name in ("support_phone", "support_email", "product_description")},
        "verification": {
            "disabled_reason": due["disabled_reason"], "due_by": due["current_deadline"],
            "fields_needed": due["currently_due"],
        },
        "display_name": settings["dashboard"]["display_name"], "timezone": settings["dashboard"]["timezone"],
        "decline_charge_on": settings["card_payments"]["decline_on"],
        "debit_negative_balances": settings["payouts"]["debit_negative_balances"],
        "payout_schedule": settings["payouts"]["schedule"],
    }  # fmt: skip


@_rewriting("payment_intent")
def sources_for_methods(subject: Json) -> None:
    status = {"requires_payment_method": "requires_source", "requires_action": "requires_source_action"}
    subject["status"] = status.get(subject["status"], subject["status"])
    subject["allowed_source_types"] = subject.pop("payment_method_types")
    subject["save_payment_method"] = subject.pop("setup_future_usage") == "off_session"
    subject["source"] = subject.pop("payment_method")


@_rewriting("charge")
def card_in_source(subject: Json) -> None:
    paid_with, payer = subject.pop("payment_method_details")["card"], subject.pop("billing_details")
    checks, wallet = paid_with.pop("checks"), paid_with.pop("wallet")
    zip_check = checks.pop("address_postal_code_check")
    paid_with |= {
        "id": subject.pop("payment_method"), "object": "card", "brand": BRANDS[paid_with["brand"]], **checks,
        "address_zip_check": zip_check, "tokenization_method": wallet["type"].replace("google", "android"),
        "name": payer["name"], **{f"address_{name}": value for name, value in payer["address"].items()},
    }  # fmt: skip
    paid_with.pop("network")
    paid_with["address_zip"] = paid_with.pop("address_postal_code")
    subject["source"] = paid_with


@_rewriting("invoice")
def flags_for_status(subject: Json) -> None:
    status = subject.pop("status")
    subject |= {
        "paid": status == "paid",
        "forgiven": status == "uncollectible",
        "closed": not subject.pop("auto_advance"),
    }


@_rewriting("account")
def managed(subject: Json) -> None:
    subject["managed"] = subject.pop("type") == "custom"
    subject["transfer_schedule"] = subject.pop("payout_schedule")
    subject["transfers_enabled"] = subject.pop("payouts_enabled")


def transfer_for_payout(subject: Json) -> Json:
    if subject["object"] == "payout":
        subject.pop("automatic")
        subject |= {"object": "transfer", "date": subject.pop("arrival_date")}
    elif subject["object"] == "balance_transaction":
        subject["type"] = subject["type"].replace("payout", "transfer")
    return subject


@_rewriting("charge")
def paid_for_succeeded(subject: Json) -> None:
    subject["status"] = {"succeeded": "paid"}.get(subject["status"], subject["status"])


@_rewriting("dispute")
def one_movement(subject: Json) -> None:
    subject["balance_transaction"] = subject.pop("balance_transactions")[0]["id"]


@_rewriting("subscription")
def plan_at_the_top(subject: Json) -> None:
    [item] = subject.pop("items")["data"]
    subject |= {"plan": item["plan"], "quantity": item["quantity"]}


CHANGES: Mapping[str, tuple[Callable[[Json], Json], ...]] = {
    "2025-03-31": (invoice_at_the_top, period_at_the_top),
    "2022-11-15": (charges_within,),
    "2020-09-21": (_without("charge", "amount_captured"),),
    "2020-08-27": (discount_within, nameless),
    "2020-04-14": (plans_for_prices,),
    "2020-01-14": (_without("balance_transaction", "reporting_category"),),
    "2019-12-03": (tax_percent,),
    "2019-11-06": (dispute_within,),
    "2019-10-17": (
        _renamed("customer", balance="account_balance"),
        _renamed("subscription", start_date="start", collection_method="billing"),
        _renamed("invoice", collection_method="billing"),
    ),
    "2019-03-14": (
        _renamed("invoice", created="date", application_fee_amount="application_fee"),
        finalized_at_the_top,
    ),
    "2019-02-19": (account_of_2018,),
    "2019-02-11": (sources_for_methods, card_in_source),
    "2018-11-08": (flags_for_status,),
    "2017-05-25": (managed,),
    "2017-04-06": (transfer_for_payout,),
    "2016-07-06": (plan_at_the_top,),
    "2015-02-18": (
        paid_for_succeeded,
        _renamed("charge", source="card", statement_descriptor="statement_description"),
        _renamed("customer", default_source="default_card"),
        _without("refund", "status"),
    ),
    "2014-12-17": (_without("charge", "status"), _without("subscription", "created"), one_movement),
}  # fmt: skip
"""What changed, by the day from which on today's spelling was sent, the latest first."""
