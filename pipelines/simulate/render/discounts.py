"""Coupons, the discounts that come of them, and what these take off invoices, as JSON."""

from typing import Any

from pipelines.simulate.render import EMPTY

COUPON = "WELCOME"
MONTHS = 3
"""Invoices of a subscription, from the first of the archive on, that its discount takes something off."""


def coupon(created: int) -> dict[str, Any]:
    """What waives the support that comes with a subscription."""
    return {
        "id": COUPON,
        "object": "coupon",
        "amount_off": None,
        "created": created,
        "currency": None,
        "duration": "repeating",
        "duration_in_months": MONTHS,
        "livemode": True,
        "max_redemptions": None,
        "metadata": EMPTY,
        "name": "Support for free",
        "percent_off": 100.0,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }


def discount(
    id: str, subscription: str, customer: str | None, since: int, offered: int, old: bool
) -> dict[str, Any]:
    """The discount of a subscription. In the old version it holds its coupon, in the new it names it."""
    source: dict[str, Any] = (
        {"coupon": coupon(offered)} if old else {"source": {"coupon": COUPON, "type": "coupon"}}
    )
    return {
        "id": id,
        "object": "discount",
        "checkout_session": None,
        "customer": customer,
        "end": None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": None,
        "start": since,
        "subscription": subscription,
    } | source


def taken_off(id: str | None, amount: int) -> list[dict[str, Any]]:
    """What discounts took off an invoice, or a line of it."""
    return [{"amount": amount, "discount": id}] if id and amount else []
