"""Disputes, early fraud warnings and reviews as JSON."""

from typing import Any

import orjson

from pipelines.simulate.claims import Dispute
from pipelines.simulate.payment import Charge
from pipelines.simulate.people import ip_country
from pipelines.simulate.render import EMPTY

_EVIDENCE = orjson.Fragment(
    orjson.dumps(
        dict.fromkeys(
            [
                "access_activity_log",
                "billing_address",
                "cancellation_policy",
                "cancellation_policy_disclosure",
                "cancellation_rebuttal",
                "customer_communication",
                "customer_email_address",
                "customer_name",
                "customer_purchase_ip",
                "customer_signature",
                "duplicate_charge_documentation",
                "duplicate_charge_explanation",
                "duplicate_charge_id",
                "product_description",
                "receipt",
                "refund_policy",
                "refund_policy_disclosure",
                "refund_refusal_explanation",
                "service_date",
                "service_documentation",
                "shipping_address",
                "shipping_carrier",
                "shipping_date",
                "shipping_documentation",
                "shipping_tracking_number",
                "uncategorized_file",
                "uncategorized_text",
            ]
        )
    )
)
_REFUNDABLE = ("warning_needs_response", "warning_under_review", "warning_closed")


def dispute(state: Dispute, old: bool) -> bytes:
    """A dispute; the old version has neither `case_type` nor enhanced evidence."""
    charge = state.charge
    body: dict[str, Any] = {
        "id": state.id,
        "object": "dispute",
        "amount": state.amount,
        "balance_transactions": [orjson.Fragment(transaction) for transaction in state.transactions],
        "charge": charge.id,
        "created": state.created,
        "currency": charge.order.currency,
        "evidence": _EVIDENCE,
        "evidence_details": {
            "due_by": state.due_by,
            "has_evidence": state.has_evidence,
            "past_due": state.status == "lost" and not state.has_evidence,
            "submission_count": int(state.has_evidence),
        },
        "is_charge_refundable": state.status in _REFUNDABLE,
        "livemode": charge.order.livemode,
        "metadata": EMPTY,
        "payment_intent": charge.intent.id,
        "payment_method_details": _method_details(state, old),
        "reason": state.reason.reason,
        "status": state.status,
    }
    if not old:
        body["enhanced_eligibility_types"] = []
    return orjson.dumps(body)


def _method_details(state: Dispute, old: bool) -> dict[str, Any]:
    card = state.charge.method.card
    if card is None:
        return {"type": state.charge.method.kind}
    codes = {"visa": state.reason.visa, "amex": state.reason.amex}
    code = codes.get(card.brand, state.reason.mastercard)
    details = {"brand": card.brand, "network_reason_code": code}
    return {
        "card": details if old else details | {"case_type": state.case, "network": card.brand},
        "type": "card",
    }


def early_fraud_warning(id: str, charge: Charge, kind: str, created: int) -> bytes:
    """A warning; it can be acted on while the charge is neither refunded in full nor disputed."""
    return orjson.dumps(
        {
            "id": id,
            "object": "radar.early_fraud_warning",
            "actionable": charge.refundable > 0 and not charge.disputed,
            "charge": charge.id,
            "created": created,
            "fraud_type": kind,
            "livemode": charge.order.livemode,
            "payment_intent": charge.intent.id,
        }
    )


def review(id: str, charge: Charge, created: int, closed: str | None) -> bytes:
    """A review, open while `closed` is None."""
    person = charge.order.customer.person
    return orjson.dumps(
        {
            "id": id,
            "object": "review",
            "billing_zip": person.address["postal_code"],
            "charge": charge.id,
            "closed_reason": closed,
            "created": created,
            "ip_address": charge.order.ip,
            "ip_address_location": {
                "city": None,
                "country": ip_country(charge.order.ip),
                "latitude": None,
                "longitude": None,
                "region": None,
            },
            "livemode": charge.order.livemode,
            "open": closed is None,
            "opened_reason": "rule",
            "payment_intent": charge.intent.id,
            "reason": closed or "rule",
            "session": None,
        }
    )
