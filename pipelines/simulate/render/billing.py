"""Subscriptions with their items, discounts and changes of plan as JSON; what they and their invoices are meanwhile."""

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
    period = {"end": one.until, "start": one.created}
    body = invoice_item(state, one.id, one.amount, "Remaining time", period)
    body |= {"discountable": False, "proration": True}
    if old:
        return orjson.dumps(
            body | {"price": {"id": one.price, "product": product_of(one.price)}, "subscription": state.id}
        )
    details = {"subscription": state.id, "subscription_item": state.item}
    parent = {"subscription_details": details, "type": "subscription_details"}
    return orjson.dumps(body | {"parent": parent, "pricing": pricing(one.price)})


def invoice_item(
    state: Subscription, id: str, amount: int, description: str, period: dict[str, int]
) -> dict[str, Any]:
    """What is added to the next invoice of a subscription, as every version of the API tells it."""
    return {
        "id": id,
        "object": "invoiceitem",
        "amount": amount,
        "currency": state.currency,
        "customer": state.customer.id,
        "date": period["start"],
        "description": description,
        "discountable": True,
        "invoice": None,
        "livemode": True,
        "metadata": EMPTY,
        "period": period,
        "proration": False,
        "quantity": 1,
    }


def pricing(price: str) -> dict[str, Any]:
    """What a line of an invoice says of its price."""
    return {"price_details": {"price": price, "product": product_of(price)}, "type": "price_details"}
