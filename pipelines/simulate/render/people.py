"""Customers, accounts, payment methods and identity checks as JSON."""

from collections.abc import Mapping
from typing import Any

import orjson

from pipelines.simulate.merchants import Merchant, Standing
from pipelines.simulate.people import Card, Customer, Method
from pipelines.simulate.render import EMPTY

_NO_REQUIREMENTS: Mapping[str, str | list[str] | None] = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
_ASKED = ["business_profile.url", "company.tax_id", "external_account", "tos_acceptance.date"]
_CHECKED = ["company.tax_id"]
_REQUIREMENTS: Mapping[Standing, Mapping[str, str | list[str]]] = {
    "asked": {"currently_due": _ASKED, "disabled_reason": "requirements.past_due", "past_due": _ASKED},
    "checked": {"disabled_reason": "requirements.pending_verification", "pending_verification": _CHECKED},
    "asked_again": {
        "currently_due": _CHECKED,
        "disabled_reason": "requirements.past_due",
        "past_due": _CHECKED,
    },
    "enabled": {},
    "rejected": {
        "currently_due": ["business_profile.product_description"],
        "disabled_reason": "rejected.other",
    },
}
_CARD_PAYMENTS: Mapping[Standing, str] = {
    "asked": "inactive", "checked": "pending", "asked_again": "inactive", "enabled": "active", "rejected": "inactive",
}  # fmt: skip


def customer(state: Customer) -> bytes:
    """A customer, alike in both versions."""
    person = state.person
    return orjson.dumps(
        {
            "id": state.id,
            "object": "customer",
            "address": person.address,
            "balance": 0,
            "created": state.created,
            "currency": state.currency,
            "default_source": None,
            "delinquent": state.delinquent,
            "description": None,
            "discount": None,
            "email": person.email,
            "invoice_prefix": (state.id or "")[-8:].upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": state.methods[0].id if state.subscribed else None,
                "footer": None,
                "rendering_options": None,
            },
            "livemode": True,
            "metadata": {"signup_ip": person.ip},
            "name": person.name,
            "next_invoice_sequence": 1,
            "phone": person.phone,
            "preferred_locales": [],
            "shipping": None,
            "tax_exempt": "none",
            "test_clock": None,
        }
    )


def payment_method(state: Method, customer: Customer, old: bool) -> bytes:
    """A saved way to pay."""
    details = _card(state.card, old) if state.card else _bank(state, customer)
    return orjson.dumps(
        {
            "id": state.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": customer.person.billing,
            state.kind: details,
            "created": state.created,
            "customer": customer.id,
            "livemode": True,
            "metadata": EMPTY,
            "type": state.kind,
        }
    )


def _bank(state: Method, customer: Customer) -> dict[str, Any]:
    """What is known of a way to pay that is no card: of a debit, the bank account's last digits."""
    if state.kind != "sepa_debit":
        return {}
    country = customer.person.country
    return {"bank_code": "37040044", "country": country, "fingerprint": state.id[5:], "last4": state.id[-4:]}


def _card(card: Card, old: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "brand": card.brand,
        "checks": {"address_line1_check": "pass", "address_postal_code_check": "pass", "cvc_check": "pass"},
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": {"dynamic_last4": None, "type": card.wallet} if card.wallet else None,
    }
    return body if old else body | {"regulated_status": card.regulated}


def account(state: Merchant) -> bytes:
    """A merchant's account."""
    trade = state.trade
    domain = "".join(letter for letter in state.name.lower() if letter.isascii() and letter.isalnum())
    is_known = state.standing in ("enabled", "rejected")
    return orjson.dumps(
        {
            "id": state.id,
            "object": "account",
            "business_profile": {
                "mcc": trade.mcc,
                "name": state.name,
                "product_description": None,
                "support_address": None,
                "support_email": f"help@{domain}.example",
                "support_phone": None,
                "support_url": None,
                "url": f"https://{domain}.example",
            },
            "business_type": "company",
            "capabilities": {
                "card_payments": _CARD_PAYMENTS[state.standing],
                "transfers": "active" if is_known else "inactive",
            },
            "charges_enabled": state.standing == "enabled",
            "controller": {"type": "account"},
            "country": trade.country,
            "created": state.created,
            "default_currency": trade.settles[0],
            "details_submitted": state.standing != "asked",
            "email": f"owner@{domain}.example",
            "external_accounts": {"data": [], "has_more": False, "object": "list", "total_count": 0},
            "future_requirements": _NO_REQUIREMENTS,
            "metadata": EMPTY,
            "payouts_enabled": is_known,
            "requirements": {**_NO_REQUIREMENTS, **_REQUIREMENTS[state.standing]},
            "settings": {
                "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": True}},
                "dashboard": {"display_name": state.name, "timezone": "Etc/UTC"},
                "payouts": {
                    "debit_negative_balances": True,
                    "schedule": {"delay_days": trade.delay_days, "interval": "daily"},
                    "statement_descriptor": None,
                },
            },
            "tos_acceptance": {"date": None if state.standing == "asked" else state.created},
            "type": "standard",
        }
    )
