"""Subscriptions, invoices and invoice payments as JSON, and their state while they are open."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from pipelines.simulate.merchants import Merchant
from pipelines.simulate.people import Customer
from pipelines.simulate.render import EMPTY, discounts
from pipelines.simulate.render.prices import price, product_of


@dataclass(frozen=True, slots=True)
class Proration:
    """Rest of a period that was paid for at one price (a credit, negative) and is used at another."""

    id: str
    price: str
    amount: int
    created: int
    until: int


@dataclass(slots=True, eq=False)
class Subscription:
    """`amount` a month, in minor units."""

    id: str
    item: str
    merchant: Merchant
    customer: Customer
    price: str
    amount: int
    currency: str
    created: int
    anchor: int
    period_start: int
    period_end: int
    status: str = "incomplete"
    trial_end: int | None = None
    canceled_at: int | None = None
    ended_at: int | None = None
    cancel_at_period_end: bool = False
    cancel_reason: str | None = None
    feedback: str | None = None
    latest_invoice: str | None = None
    invoices: int = 0
    discount: str | None = None
    discounted_at: int = 0
    plan_changes: int = 0
    prorations: list[Proration] = field(default_factory=list)
    """What changes of plan have left to be billed."""


@dataclass(slots=True, eq=False)
class Invoice:
    """An invoice: `amount` for the period, besides what is prorated, and `support` that a discount takes off again."""

    id: str
    line: str
    subscription: Subscription
    number: str
    reason: str
    created: int
    amount: int
    prorations: tuple[Proration, ...] = ()
    status: str = "draft"
    attempts: int = 0
    next_attempt: int | None = None
    payment_intent: str | None = None
    charge: str | None = None
    finalized_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    uncollectible_at: int | None = None
    support: int = 0

    @property
    def total(self) -> int:
        """What it asks for, in minor units."""
        return self.amount + sum(proration.amount for proration in self.prorations)


def subscription(state: Subscription, old: bool) -> bytes:
    """A subscription; its period stands on itself in the old version, on its item in the new."""
    body: dict[str, Any] = {
        "id": state.id,
        "object": "subscription",
        "application": None,
        "automatic_tax": {"enabled": False, "liability": None},
        "billing_cycle_anchor": state.anchor,
        "cancel_at": state.period_end if state.cancel_at_period_end else None,
        "cancel_at_period_end": state.cancel_at_period_end,
        "canceled_at": state.canceled_at,
        "cancellation_details": {"comment": None, "feedback": state.feedback, "reason": state.cancel_reason},
        "collection_method": "charge_automatically",
        "created": state.created,
        "currency": state.currency,
        "customer": state.customer.id,
        "days_until_due": None,
        "default_payment_method": state.customer.methods[0].id,
        "description": None,
        "ended_at": state.ended_at,
        "items": {
            "data": [item(state, old)],
            "has_more": False,
            "object": "list",
            "total_count": 1,
            "url": f"/v1/subscription_items?subscription={state.id}",
        },
        "latest_invoice": state.latest_invoice,
        "livemode": True,
        "metadata": EMPTY,
        "pause_collection": None,
        "pending_setup_intent": None,
        "schedule": None,
        "start_date": state.created,
        "status": state.status,
        "test_clock": None,
        "trial_end": state.trial_end,
        "trial_start": state.created if state.trial_end else None,
    }
    if old:
        body |= {"current_period_end": state.period_end, "current_period_start": state.period_start}
        body["discount"] = discount(state, old) if state.discount else None
    else:
        body["billing_mode"] = {"type": "classic"}
        body["discounts"] = [state.discount] if state.discount else []
    return orjson.dumps(body)


def discount(state: Subscription, old: bool) -> dict[str, Any]:
    """The discount that a subscription has."""
    id, customer = state.discount or "", state.customer.id
    return discounts.discount(id, state.id, customer, state.discounted_at, state.merchant.created, old)


def item(state: Subscription, old: bool) -> dict[str, Any]:
    """The one item of a subscription."""
    body: dict[str, Any] = {
        "id": state.item,
        "object": "subscription_item",
        "created": state.created,
        "metadata": EMPTY,
        "price": price(
            state.price, product_of(state.price), state.amount, state.currency, state.merchant.created
        ),
        "quantity": 1,
        "subscription": state.id,
        "tax_rates": [],
    }
    if not old:
        body |= {"current_period_end": state.period_end, "current_period_start": state.period_start}
    return body


def proration(state: Subscription, one: Proration, old: bool) -> bytes:
    """The invoice item of a proration, which waits for the next invoice."""
    body: dict[str, Any] = {
        "id": one.id,
        "object": "invoiceitem",
        "amount": one.amount,
        "currency": state.currency,
        "customer": state.customer.id,
        "date": one.created,
        "description": "Remaining time",
        "discountable": False,
        "invoice": None,
        "livemode": True,
        "metadata": EMPTY,
        "period": {"end": one.until, "start": one.created},
        "proration": True,
        "quantity": 1,
    }
    if old:
        return orjson.dumps(
            body | {"price": {"id": one.price, "product": product_of(one.price)}, "subscription": state.id}
        )
    details = {"subscription": state.id, "subscription_item": state.item}
    parent = {"subscription_details": details, "type": "subscription_details"}
    return orjson.dumps(body | {"parent": parent, "pricing": _pricing(one.price)})


def _pricing(price: str) -> dict[str, Any]:
    return {"price_details": {"price": price, "product": product_of(price)}, "type": "price_details"}


def invoice(state: Invoice, old: bool) -> bytes:
    """An invoice; where it names its subscription, charge and intent depends on the version."""
    subscription = state.subscription
    person = subscription.customer.person
    paid = state.total if state.status == "paid" else 0
    lines = [
        *(_prorated(state, one, old) for one in state.prorations),
        _line(state, old),
        *_support(state, old),
    ]
    body: dict[str, Any] = {
        "id": state.id,
        "object": "invoice",
        "account_country": subscription.merchant.trade.country,
        "account_name": subscription.merchant.name,
        "amount_due": state.total,
        "amount_paid": paid,
        "amount_remaining": state.total - paid,
        "amount_shipping": 0,
        "attempt_count": state.attempts,
        "attempted": state.attempts > 0,
        "auto_advance": state.status in ("draft", "open"),
        "billing_reason": state.reason,
        "collection_method": "charge_automatically",
        "created": state.created,
        "currency": subscription.currency,
        "customer": subscription.customer.id,
        "customer_address": person.address,
        "customer_email": person.email,
        "customer_name": person.name,
        "customer_phone": person.phone,
        "customer_tax_exempt": "none",
        "default_payment_method": None,
        "description": None,
        "discounts": [subscription.discount] if state.support else [],
        "due_date": None,
        "effective_at": state.finalized_at,
        "ending_balance": None if state.status == "draft" else 0,
        "hosted_invoice_url": None,
        "last_finalization_error": None,
        "lines": {"data": lines, "has_more": False, "object": "list", "total_count": len(lines)},
        "livemode": True,
        "metadata": EMPTY,
        "next_payment_attempt": _next_attempt(state),
        "number": None if state.status == "draft" else state.number,
        "on_behalf_of": None,
        "period_end": subscription.period_start,
        "period_start": subscription.period_start,
        "starting_balance": 0,
        "status": state.status,
        "status_transitions": {
            "finalized_at": state.finalized_at,
            "marked_uncollectible_at": state.uncollectible_at,
            "paid_at": state.paid_at,
            "voided_at": state.voided_at,
        },
        "subtotal": state.total + state.support,
        "total": state.total,
        "total_discount_amounts": discounts.taken_off(subscription.discount, state.support),
        "webhooks_delivered_at": state.created,
    }
    if old:
        body |= {
            "charge": state.charge,
            "discount": discount(subscription, old) if state.support else None,
            "paid": state.status == "paid",
            "payment_intent": state.payment_intent,
            "subscription": subscription.id,
            "tax": None,
        }
    else:
        details = {"metadata": EMPTY, "subscription": subscription.id}
        body["parent"] = {
            "quote_details": None,
            "subscription_details": details,
            "type": "subscription_details",
        }
    return orjson.dumps(body)


def _support(state: Invoice, old: bool) -> list[dict[str, Any]]:
    """The line that a discount takes off again, if there is one."""
    if not state.support:
        return []
    discount = state.subscription.discount
    line = _line(state, old) | {
        "id": f"il_1s{state.line[5:]}",
        "amount": state.support,
        "description": "Support",
        "discount_amounts": discounts.taken_off(discount, state.support),
        "discounts": [discount],
    }
    if old:
        return [line | {"subscription": None, "subscription_item": None, "type": "invoiceitem"}]
    details = {"invoice_item": f"ii_1{state.line[4:]}", "proration": False, "subscription": None}
    return [line | {"parent": {"invoice_item_details": details, "type": "invoice_item_details"}}]


def _next_attempt(state: Invoice) -> int | None:
    return state.created + 3600 if state.status == "draft" else state.next_attempt


def _line(state: Invoice, old: bool) -> dict[str, Any]:
    subscription = state.subscription
    line: dict[str, Any] = {
        "id": state.line,
        "object": "line_item",
        "amount": state.amount,
        "currency": subscription.currency,
        "description": "1 × subscription",
        "discountable": True,
        "invoice": state.id,
        "livemode": True,
        "metadata": EMPTY,
        "period": {"end": subscription.period_end, "start": subscription.period_start},
        "quantity": 1,
    }
    if old:
        return line | {
            "subscription": subscription.id,
            "subscription_item": subscription.item,
            "type": "subscription",
        }
    details = {"proration": False, "subscription": subscription.id, "subscription_item": subscription.item}
    return line | {"parent": {"subscription_item_details": details, "type": "subscription_item_details"}}


def _prorated(state: Invoice, one: Proration, old: bool) -> dict[str, Any]:
    subscription = state.subscription
    line: dict[str, Any] = {
        "id": f"il_1{one.id[4:]}",
        "object": "line_item",
        "amount": one.amount,
        "currency": subscription.currency,
        "description": "Remaining time",
        "discountable": False,
        "invoice": state.id,
        "livemode": True,
        "metadata": EMPTY,
        "period": {"end": one.until, "start": one.created},
        "quantity": 1,
    }
    if old:
        return line | {
            "invoice_item": one.id,
            "price": {"id": one.price, "product": product_of(one.price)},
            "proration": True,
            "subscription": subscription.id,
            "subscription_item": subscription.item,
            "type": "invoiceitem",
        }
    details = {"invoice_item": one.id, "proration": True, "subscription": subscription.id}
    parent = {"invoice_item_details": details, "type": "invoice_item_details"}
    return line | {"parent": parent, "pricing": _pricing(one.price)}


def invoice_payment(id: str, state: Invoice, paid_at: int) -> bytes:
    """What links an invoice to the intent that paid it, in the new version."""
    amount = state.total
    return orjson.dumps(
        {
            "id": id,
            "object": "invoice_payment",
            "amount_paid": amount,
            "amount_requested": amount,
            "created": state.finalized_at,
            "currency": state.subscription.currency,
            "invoice": state.id,
            "is_default": True,
            "livemode": True,
            "payment": {"payment_intent": state.payment_intent, "type": "payment_intent"},
            "status": "paid",
            "status_transitions": {"canceled_at": None, "paid_at": paid_at},
        }
    )
