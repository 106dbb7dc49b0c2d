"""Charges, payment intents and refunds as JSON."""

from typing import Any

import orjson

from pipelines.simulate.claims import Refund
from pipelines.simulate.payment import Charge, Intent
from pipelines.simulate.people import ip_country
from pipelines.simulate.render import EMPTY, methods

_ACCEPTED = orjson.Fragment(
    b'{"advice_code":null,"network_advice_code":null,"network_decline_code":null,'
    b'"network_status":"approved_by_network","reason":null,"risk_level":"not_assessed",'
    b'"seller_message":"Payment complete.","type":"authorized"}'
)
_MESSAGES = {
    "normal": "Payment complete.",
    "elevated": "Stripe evaluated this payment as having elevated risk.",
    "highest": "Stripe blocked this payment as too risky.",
}


def charge(state: Charge, old: bool) -> bytes:
    """A charge; in the old version it names its invoice, as that was later moved to `invoice_payment`."""
    order, merchant = state.order, state.order.merchant
    failed = state.decline is not None or state.blocked
    body: dict[str, Any] = {
        "id": state.id,
        "object": "charge",
        "amount": order.amount,
        "amount_captured": state.amount_captured,
        "amount_refunded": state.amount_refunded,
        "application": None,
        "application_fee": state.application_fee,
        "application_fee_amount": state.fee_amount,
        "balance_transaction": state.balance_transaction,
        "billing_details": order.customer.person.billing,
        "calculated_statement_descriptor": merchant.name.upper()[:22],
        "captured": state.captured,
        "created": state.created,
        "currency": order.currency,
        "customer": order.customer.id,
        "description": "Subscription update" if order.invoice else None,
        "disputed": state.disputed,
        "failure_balance_transaction": None,
        "failure_code": _failure_code(state),
        "failure_message": _failure_message(state),
        "fraud_details": state.fraud_details or EMPTY,
        "livemode": order.livemode,
        "metadata": _metadata(state),
        "on_behalf_of": None,
        "outcome": outcome(state),
        "paid": not failed and state.status == "succeeded",
        "payment_intent": state.intent.id,
        "payment_method": state.method.id,
        "payment_method_details": methods.details(state, old),
        "receipt_email": order.customer.person.email,
        "receipt_number": None,
        "receipt_url": None if failed else f"https://pay.stripe.com/receipts/payment/{state.id}",
        "refunded": 0 < state.amount_captured == state.amount_refunded,
        "review": state.review,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": state.status,
        "transfer_data": None,
        "transfer_group": None,
    }
    if old:
        body["invoice"] = order.invoice
        body["order"] = None
        body["destination"] = None
    return orjson.dumps(body)


def outcome(state: Charge) -> dict[str, Any] | orjson.Fragment | None:
    """What network and fraud screen said; payments without a card are not assessed."""
    if not state.is_card:
        return None if state.status == "pending" else _ACCEPTED
    score = state.risk_score
    level = "highest" if score >= 75 else "elevated" if score >= 65 else "normal"
    body: dict[str, Any] = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": level,
        "risk_score": score,
        "seller_message": "Payment complete." if level == "normal" else _MESSAGES["elevated"],
        "type": "authorized",
    }
    body.update(_verdict(state, level))
    return body


def _verdict(state: Charge, level: str) -> dict[str, Any]:
    """How the outcome differs from a plain authorization."""
    if state.blocked:
        reason = "highest_risk_level" if level == "highest" else "rule"
        rule = None if level == "highest" else "block_if_card_country_differs"
        verdict = {"network_status": "not_sent_to_network", "reason": reason, "type": "blocked"}
        return verdict | {"seller_message": _MESSAGES["highest"]} | ({"rule": rule} if rule else {})
    if state.decline is not None:
        return {
            "advice_code": state.decline.advice,
            "network_advice_code": state.decline.network_advice,
            "network_decline_code": state.decline.network_code,
            "network_status": "declined_by_network",
            "reason": state.decline.code,
            "seller_message": f"The bank returned the decline code `{state.decline.code}`.",
            "type": "issuer_declined",
        }
    if state.manual_review:
        return {
            "reason": "elevated_risk_level",
            "rule": "manual_review_if_elevated_risk",
            "type": "manual_review",
        }
    return {}


def intent(state: Intent, old: bool, latest: bytes | None = None) -> bytes:
    """A payment intent; the old version carries its charges (`latest` is the newest) and its invoice."""
    order = state.order
    method = state.method
    body: dict[str, Any] = {
        "id": state.id,
        "object": "payment_intent",
        "amount": order.amount,
        "amount_capturable": state.capturable,
        "amount_details": {"tip": EMPTY},
        "amount_received": state.received,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None
        if order.off_session
        else {"allow_redirects": "always", "enabled": True},
        "canceled_at": state.canceled_at,
        "cancellation_reason": state.cancellation_reason,
        "capture_method": _capture_method(state),
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": state.created,
        "currency": order.currency,
        "customer": order.customer.id,
        "description": "Subscription update" if order.invoice else None,
        "last_payment_error": state.error,
        "latest_charge": state.charge.id if state.charge else None,
        "livemode": order.livemode,
        "metadata": {"order_id": state.id[-8:]},
        "next_action": _next_action(state),
        "on_behalf_of": None,
        "payment_method": method.id if method and state.status != "requires_payment_method" else None,
        "payment_method_options": EMPTY,
        "payment_method_types": [order.method.kind],
        "processing": None,
        "receipt_email": order.customer.person.email,
        "review": state.charge.review if state.charge else None,
        "setup_future_usage": "off_session" if order.invoice else None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": state.status,
        "transfer_data": None,
        "transfer_group": None,
    }
    if old:
        body["invoice"] = order.invoice
        body["charges"] = _charge_list(state, latest)
    return orjson.dumps(body)


def refund(state: Refund, old: bool) -> bytes:
    """A refund; the old version says less about where the money went."""
    body: dict[str, Any] = {
        "id": state.id,
        "object": "refund",
        "amount": state.amount,
        "balance_transaction": state.balance_transaction,
        "charge": state.charge.id,
        "created": state.created,
        "currency": state.charge.order.currency,
        "metadata": EMPTY,
        "payment_intent": state.charge.intent.id,
        "reason": state.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": state.status,
        "transfer_reversal": None,
    }
    if state.failure is not None:
        body["failure_reason"] = state.failure
        body["failure_balance_transaction"] = state.failure_balance_transaction
    if not old:
        body["destination_details"] = methods.destination(state)
    return orjson.dumps(body)


def payment_error(state: Charge | None, method: str | None) -> dict[str, Any]:
    """`last_payment_error` of an intent: its charge was refused, or without one, not authenticated."""
    if state is None:
        return {
            "code": "payment_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication.",
            "payment_method": {"id": method, "object": "payment_method"},
            "type": "invalid_request_error",
        }
    decline = state.decline
    return {
        "advice_code": decline.advice if decline else None,
        "charge": state.id,
        "code": _failure_code(state),
        "decline_code": decline.code if decline else "fraudulent",
        "message": _failure_message(state),
        "network_decline_code": decline.network_code if decline else None,
        "payment_method": {"id": method, "object": "payment_method"},
        "type": "card_error",
    }


def _failure_code(state: Charge) -> str | None:
    if state.blocked:
        return "card_declined"
    return state.decline.failure_code if state.decline else None


def _failure_message(state: Charge) -> str | None:
    if state.blocked:
        return "Your card was declined."
    return state.decline.message if state.decline else None


def _metadata(state: Charge) -> dict[str, Any]:
    """What merchants put there: the order, and the buyer's address and its country, where one was seen."""
    order = {"order_id": state.intent.id[-8:]}
    if state.order.off_session:
        return order
    country = ip_country(state.order.ip)
    return {"ip": state.order.ip, **({"ip_country": country} if country else {}), **order}


def _capture_method(state: Intent) -> str:
    return (
        "manual"
        if state.order.merchant.trade.capture == "manual" and not state.order.invoice
        else "automatic"
    )


def _next_action(state: Intent) -> dict[str, Any] | None:
    if state.status != "requires_action":
        return None
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}


def _charge_list(state: Intent, latest: bytes | None) -> dict[str, Any]:
    return {
        "data": [orjson.Fragment(latest)] if latest else [],
        "has_more": state.attempts > 1,
        "object": "list",
        "total_count": state.attempts if latest else 0,
        "url": f"/v1/charges?payment_intent={state.id}",
    }
