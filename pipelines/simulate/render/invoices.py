"""Invoices with their lines, and invoice payments, as JSON."""

from typing import Any

import orjson

from pipelines.simulate.render import EMPTY, discounts
from pipelines.simulate.render.billing import Invoice, Proration, discount, invoice_item, pricing
from pipelines.simulate.render.prices import product_of


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


def support(state: Invoice) -> bytes:
    """The invoice item of a line that a discount takes off again."""
    period = {"end": state.created, "start": state.created}
    return orjson.dumps(
        invoice_item(state.subscription, _support_item(state), state.support, "Support", period)
        | {"discounts": [state.subscription.discount]}
    )


def _support_item(state: Invoice) -> str:
    return f"ii_1{state.line[4:]}"


def _support(state: Invoice, old: bool) -> list[dict[str, Any]]:
    """The line that a discount takes off again, if there is one."""
    if not state.support:
        return []
    discount = state.subscription.discount
    line = _line(state, old) | {
        "id": f"il_2{state.line[4:]}",  # all others begin with il_1
        "amount": state.support,
        "description": "Support",
        "discount_amounts": discounts.taken_off(discount, state.support),
        "discounts": [discount],
    }
    if old:
        of = {"invoice_item": _support_item(state), "subscription": None, "subscription_item": None}
        return [line | of | {"type": "invoiceitem"}]
    details = {"invoice_item": _support_item(state), "proration": False, "subscription": None}
    return [line | {"parent": {"invoice_item_details": details, "type": "invoice_item_details"}}]


def _next_attempt(state: Invoice) -> int | None:
    return state.created + 3600 if state.status == "draft" else state.next_attempt


def _line_item(
    state: Invoice, id: str, amount: int, description: str, period: dict[str, int]
) -> dict[str, Any]:
    """A line, as every version of the API tells it."""
    return {
        "id": id,
        "object": "line_item",
        "amount": amount,
        "currency": state.subscription.currency,
        "description": description,
        "discountable": True,
        "invoice": state.id,
        "livemode": True,
        "metadata": EMPTY,
        "period": period,
        "quantity": 1,
    }


def _line(state: Invoice, old: bool) -> dict[str, Any]:
    subscription = state.subscription
    period = {"end": subscription.period_end, "start": subscription.period_start}
    line = _line_item(state, state.line, state.amount, "1 × subscription", period)
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
    period = {"end": one.until, "start": one.created}
    line = _line_item(state, f"il_1{one.id[4:]}", one.amount, "Remaining time", period)
    line["discountable"] = False
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
    return line | {"parent": parent, "pricing": pricing(one.price)}


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
