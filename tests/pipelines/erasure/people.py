"""Records of one person with values that nothing else has, beside those of others, in files as they come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.frames import CREATED, envelope, event

Json = dict[str, Any]

CUSTOMER = "cus_Canary7Qx2"
OTHER = "cus_Canary7Qx2b"
"""Another customer, whose id begins like the first one's."""

CANARIES = (
    "zelda.quill@canary.example", "Zelda Quillfeather", "+4915550199123", "17 Canary Row", "Canaryville",
    "CN4 9RY", "203.0.113.77", "fpCanary77Zq", "L4-Q39Z7", "dropped it in the canal", "loves-yellow-birds",
    "CANARY-PASS-88", "Quillfeather said so", "zq-idempotent-9", "her note on the fridge", "birthday-cake",
)  # fmt: skip
"""What only this person's records hold."""

ADDRESS = {
    "line1": "17 Canary Row",
    "line2": None,
    "city": "Canaryville",
    "postal_code": "CN4 9RY",
    "country": "GB",
}
BILLING = {
    "name": "Zelda Quillfeather",
    "email": "zelda.quill@canary.example",
    "phone": "+4915550199123",
    "address": ADDRESS,
}
CARD = {
    "brand": "visa", "country": "GB", "funding": "credit", "fingerprint": "fpCanary77Zq", "last4": "L4-Q39Z7",
    "exp_month": 4, "exp_year": 2031, "network": "visa",
}  # fmt: skip


def charge(customer: str | None, id: str, amount: int, **more: Any) -> Json:
    """A captured card payment."""
    return {
        "id": id, "object": "charge", "created": CREATED, "amount": amount, "amount_captured": amount,
        "amount_refunded": 0, "currency": "gbp", "captured": True, "paid": True, "refunded": False,
        "disputed": False, "status": "succeeded", "livemode": True, "customer": customer,
        "outcome": {"type": "authorized", "network_status": "approved_by_network", "risk_level": "normal"},
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "country": "GB", "network": "visa"}},
        **more,
    }  # fmt: skip


def of_the_person() -> list[Json | str]:
    """Records of the person, of every kind that a payment leaves; the later ones do not name them."""
    details = {"type": "card", "card": CARD}
    paid = charge(
        CUSTOMER, "ch_canary1", 4200, billing_details=BILLING, payment_method_details=details,
        payment_intent="pi_canary1", payment_method="pm_canary1", balance_transaction="txn_canary1",
        description="her note on the fridge", metadata={"tag": "loves-yellow-birds"},
        receipt_email="zelda.quill@canary.example", review="prv_canary1",
    )  # fmt: skip
    guest = charge(None, "ch_canary2", 900, billing_details=BILLING, payment_intent="pi_canary1")
    customer = {
        "id": CUSTOMER, "object": "customer", "created": CREATED, "name": "Zelda Quillfeather", "address": ADDRESS,
        "email": "zelda.quill@canary.example", "phone": "+4915550199123", "livemode": True, "balance": 0,
        "metadata": {"tag": "loves-yellow-birds"}, "preferred_locales": ["en-GB"],
    }  # fmt: skip
    intent = {
        "id": "pi_canary1", "object": "payment_intent", "created": CREATED, "amount": 4200, "currency": "gbp",
        "status": "succeeded", "customer": {"id": CUSTOMER, "object": "customer", "name": "Zelda Quillfeather"},
        "latest_charge": "ch_canary1", "livemode": True, "amount_received": 4200, "description": "birthday-cake",
    }  # fmt: skip
    invoice = {
        "id": "in_canary1", "object": "invoice", "created": CREATED, "currency": "gbp", "customer": CUSTOMER,
        "customer_name": "Zelda Quillfeather", "customer_email": "zelda.quill@canary.example", "livemode": True,
        "customer_address": ADDRESS, "status": "paid", "number": "A-0001", "amount_due": 4200, "amount_paid": 4200,
        "amount_remaining": 0, "total": 4200, "subtotal": 4200,
    }  # fmt: skip
    detached = {
        "id": "pm_canary1", "object": "payment_method", "created": CREATED, "type": "card", "card": CARD,
        "billing_details": BILLING, "customer": None, "livemode": True,
    }  # fmt: skip
    dispute = {
        "id": "dp_canary1", "object": "dispute", "created": CREATED + 60, "amount": 4200, "currency": "gbp",
        "charge": "ch_canary1", "reason": "fraudulent", "status": "needs_response", "livemode": True,
        "evidence": {"customer_name": "Zelda Quillfeather", "uncategorized_text": "dropped it in the canal"},
        "evidence_details": {"has_evidence": True, "submission_count": 0},
    }  # fmt: skip
    refund = {
        "id": "re_canary1", "object": "refund", "created": CREATED + 50, "amount": 200, "currency": "gbp",
        "charge": "ch_canary1", "status": "succeeded", "description": "Quillfeather said so",
    }  # fmt: skip
    review = {
        "id": "prv_canary1", "object": "review", "created": CREATED, "open": True, "reason": "rule",
        "charge": "ch_canary1", "ip_address": "203.0.113.77", "billing_zip": "CN4 9RY", "livemode": True,
        "ip_address_location": {"city": "Canaryville", "country": "GB", "latitude": 51.5, "longitude": -0.1},
    }  # fmt: skip
    moved = {
        "id": "txn_canary1", "object": "balance_transaction", "created": CREATED, "amount": 4200, "fee": 100,
        "net": 4100, "currency": "gbp", "source": "ch_canary1", "type": "charge", "status": "available",
        "fee_details": [{"type": "stripe_fee", "amount": 100, "currency": "gbp", "description": "fee"}],
        "description": "zelda.quill@canary.example",
    }  # fmt: skip
    broken = charge(CUSTOMER, "ch_canary3", 100, billing_details=BILLING) | {"amount": "a lot"}
    updated = event(customer, "customer.updated", CREATED + 5, "evt_c2")
    updated["data"]["previous_attributes"] = {"name": "Quillfeather said so", "email": None}
    created = event(customer, "customer.created", CREATED, "evt_c1")
    created["request"] = {"id": "req_1", "idempotency_key": "zq-idempotent-9"}
    return [
        created,
        updated,
        event(paid, "charge.succeeded", CREATED + 1, "evt_c3"),
        event(paid | {"amount_refunded": 200}, "charge.refunded", CREATED + 50, "evt_c4"),
        event(guest, "charge.succeeded", CREATED + 2, "evt_c5"),
        envelope(event(intent, "payment_intent.succeeded", CREATED + 1, "evt_c6")),
        invoice,
        event(detached, "payment_method.detached", CREATED + 90, "evt_c7"),
        event(dispute, "charge.dispute.created", CREATED + 60, "evt_c8"),
        refund,
        review,
        moved,
        event(broken, "charge.succeeded", CREATED + 3, "evt_c9"),
        '{"id": "evt_c10", "customer": "' + CUSTOMER + '", "name": "Zelda Quillfeather',
        {
            "id": "gift_1",
            "object": "gift",
            "customer": CUSTOMER,
            "wish": "birthday-cake",
            "passport": "CANARY-PASS-88",
        },
    ]


def of_others() -> list[Json | str]:
    """Records of other people. One was referred by the person, another's id looks like theirs."""
    someone = {
        "id": OTHER,
        "object": "customer",
        "created": CREATED,
        "name": "Bo Other",
        "email": "bo@other.example",
    }
    referred = charge(OTHER, "ch_other1", 700, metadata={"referred_by": CUSTOMER, "note": "keep this text"})
    return [
        event(someone, "customer.created", CREATED, "evt_o1"),
        event(referred, "charge.succeeded", CREATED + 1, "evt_o2"),
        event(
            charge(OTHER, "ch_other2", 800, receipt_email="bo@other.example"),
            "charge.succeeded",
            CREATED,
            "evt_o3",
        ),
        event(charge(None, "ch_other3", 50), "charge.succeeded", CREATED, "evt_o4"),
        '{"id": "evt_o5", "name": "somebody else',
    ]


def write(folder: Path, name: str, documents: list[Json | str]) -> None:
    """A file of records, one a line."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (text if isinstance(text, str) else json.dumps(text) for text in documents)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def of_a_session(session: str = "vs_canary1", *, redacted: bool) -> list[Json | str]:
    """Records of a verification session and its report, before Stripe redacted them or after."""
    name = "[redacted]" if redacted else "Zelda Quillfeather"
    proved = {
        "id": session, "object": "identity.verification_session", "created": CREATED, "type": "document",
        "status": "redacted" if redacted else "verified", "last_verification_report": "vr_canary1",
        "metadata": {} if redacted else {"tag": "loves-yellow-birds"}, "related_customer": CUSTOMER,
        "redaction": {"status": "redacted"} if redacted else None, "livemode": True,
    }  # fmt: skip
    report = {
        "id": "vr_canary1", "object": "identity.verification_report", "created": CREATED, "type": "document",
        "verification_session": session, "livemode": True,
        "document": {"status": "verified", "type": "passport", "issuing_country": "GB", "first_name": name,
                     "last_name": name, "number": None if redacted else "CANARY-PASS-88",
                     "dob": None if redacted else {"day": 3, "month": 2, "year": 1971}},
        "id_number": {"status": "verified", "id_number_type": "br_cpf",
                      "id_number": None if redacted else "CANARY-CPF-99"},
    }  # fmt: skip
    kind = "redacted" if redacted else "verified"
    at = CREATED + (900 if redacted else 10)
    return [event(proved, f"identity.verification_session.{kind}", at, f"evt_{kind}"), report]
