"""What a charge and a refund say of the way that was paid by: a card, a debit, a wallet."""

from typing import Any

import orjson

from pipelines.simulate.claims import Refund
from pipelines.simulate.payment import Authentication, Charge
from pipelines.simulate.render import EMPTY

_UNAVAILABLE = orjson.Fragment(b'{"status":"unavailable"}')
_DISABLED = orjson.Fragment(b'{"status":"disabled"}')
_NO_INSTALLMENTS = orjson.Fragment(b'{"plan":null}')


def details(state: Charge, old: bool) -> dict[str, Any]:
    """`payment_method_details` of a charge."""
    method = state.method
    if method.card is not None:
        return {"card": _card(state, old), "type": "card"}
    country = state.order.customer.person.country
    by_kind: dict[str, dict[str, Any]] = {
        "link": {"country": country},
        "sepa_debit": {
            "bank_code": "37040044",
            "branch_code": "",
            "country": country,
            "fingerprint": method.id[5:21],
            "last4": method.id[-4:],
            "mandate": f"mandate_{method.id[5:21]}",
        },
        "ideal": {"bank": "ing", "bic": "INGBNL2A", "iban_last4": method.id[-4:], "verified_name": None},
        "klarna": {
            "payer_details": None,
            "payment_method_category": "pay_later",
            "preferred_locale": "de-DE",
        },
        "konbini": {"store": {"chain": "lawson"}},
    }
    return {method.kind: by_kind[method.kind], "type": method.kind}


def _card(state: Charge, old: bool) -> dict[str, Any]:
    card = state.method.card
    assert card is not None
    order = state.order
    body: dict[str, Any] = {
        "amount_authorized": order.amount if state.decline is None else None,
        "authorization_code": state.authorization_code,
        "brand": card.brand,
        "checks": {
            "address_line1_check": order.postal,
            "address_postal_code_check": order.postal,
            "cvc_check": order.cvc,
        },
        "country": card.country,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "extended_authorization": _DISABLED,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "incremental_authorization": _UNAVAILABLE,
        "installments": _NO_INSTALLMENTS,
        "last4": card.last4,
        "mandate": None,
        "multicapture": _UNAVAILABLE,
        "network": card.brand,
        "network_token": {"used": card.network_token},
        "overcapture": {"maximum_amount_capturable": order.amount, "status": "unavailable"},
        "three_d_secure": _three_d_secure(state.authentication),
        "wallet": {"dynamic_last4": None, "type": card.wallet} if card.wallet else None,
    }
    if not old:
        body["regulated_status"] = card.regulated
        body["network_transaction_id"] = state.id[-15:]
    return body


def _three_d_secure(state: Authentication | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        "authentication_flow": state.flow,
        "electronic_commerce_indicator": state.indicator,
        "exemption_indicator": None,
        "result": state.result,
        "result_reason": None if state.result in ("authenticated", "attempt_acknowledged") else "rejected",
        "transaction_id": state.transaction,
        "version": state.version,
    }


_WITH_DETAILS = (
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "cashapp",
    "eps",
    "klarna",
    "p24",
    "paypal",
    "wechat_pay",
)
"""Ways to pay, other than cards, for which a refund has a hash of their own."""


def destination(state: Refund) -> dict[str, Any]:
    """`destination_details` of a refund: the way that its money went."""
    kind = state.charge.method.kind
    if kind != "card":
        return {"type": kind} | ({kind: EMPTY} if kind in _WITH_DETAILS else {})
    reference = {
        "reference": state.id[-11:],
        "reference_status": "available",
        "reference_type": "acquirer_reference_number",
    }
    pending = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
    return {"card": {"type": "refund"} | (reference if state.has_reference else pending), "type": "card"}
