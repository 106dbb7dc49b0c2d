"""What is sold and by which page, what platforms earn and pass on, and credit notes, as JSON."""

from dataclasses import dataclass

import orjson

from pipelines.simulate.payment import Charge, Intent
from pipelines.simulate.people import Customer
from pipelines.simulate.render import EMPTY
from pipelines.simulate.render.billing import Invoice


@dataclass(slots=True, eq=False)
class Transfer:
    """`amount` in minor units of the platform's settlement currency."""

    id: str
    amount: int
    currency: str
    created: int
    destination: str
    balance_transaction: str
    reversals: tuple[bytes, ...] = ()
    amount_reversed: int = 0


def checkout_session(id: str, intent: Intent, at: int, status: str) -> bytes:
    """A visit to a payment page: complete and paid, or expired without a payment."""
    order = intent.order
    person, customer = order.customer.person, order.customer
    is_paid = status == "complete"
    return orjson.dumps(
        {
            "id": id,
            "object": "checkout.session",
            "amount_subtotal": order.amount,
            "amount_total": order.amount,
            "client_reference_id": None,
            "created": at,
            "currency": order.currency,
            "customer": customer.id,
            "customer_details": {
                "address": person.address,
                "email": person.email,
                "name": person.name,
                "phone": person.phone,
                "tax_exempt": "none",
                "tax_ids": [],
            },
            "customer_email": None,
            "expires_at": at + 86_400,
            "invoice": None,
            "livemode": True,
            "locale": None,
            "metadata": EMPTY,
            "mode": "payment",
            "payment_intent": intent.id if is_paid else None,
            "payment_method_types": [order.method.kind],
            "payment_status": "paid" if is_paid else "unpaid",
            "setup_intent": None,
            "shipping_options": [],
            "status": status,
            "subscription": None,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        }
    )


def setup_intent(id: str, customer: Customer, method: str, at: int, status: str) -> bytes:
    """A card on its way to be kept for later."""
    return orjson.dumps(
        {
            "id": id,
            "object": "setup_intent",
            "application": None,
            "cancellation_reason": None,
            "created": at,
            "customer": customer.id,
            "description": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": True,
            "mandate": None,
            "metadata": EMPTY,
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": method if status == "succeeded" else None,
            "payment_method_types": ["card"],
            "single_use_mandate": None,
            "status": status,
            "usage": "off_session",
        }
    )


def application_fee(charge: Charge, at: int, balance_transaction: str | None) -> bytes:
    """What the platform earned of a payment, in the payment's currency."""
    return orjson.dumps(
        {
            "id": charge.application_fee,
            "object": "application_fee",
            "account": charge.merchant.id,
            "amount": charge.fee_amount,
            "amount_refunded": 0,
            "application": None,
            "balance_transaction": balance_transaction,
            "charge": charge.id,
            "created": at,
            "currency": charge.order.currency,
            "fee_source": {"charge": charge.id, "type": "charge"},
            "livemode": True,
            "originating_transaction": None,
            "refunded": False,
        }
    )


def transfer(state: Transfer) -> bytes:
    """Money that the platform passed on, with what it took back of it."""
    reversals = {
        "object": "list",
        "data": [orjson.Fragment(body) for body in state.reversals],
        "has_more": False,
    }
    return orjson.dumps(
        {
            "id": state.id,
            "object": "transfer",
            "amount": state.amount,
            "amount_reversed": state.amount_reversed,
            "balance_transaction": state.balance_transaction,
            "created": state.created,
            "currency": state.currency,
            "description": None,
            "destination": state.destination,
            "destination_payment": None,
            "livemode": True,
            "metadata": EMPTY,
            "reversals": reversals,
            "reversed": state.amount_reversed == state.amount,
            "source_transaction": None,
            "source_type": "card",
            "transfer_group": None,
        }
    )


def transfer_reversal(id: str, state: Transfer, amount: int, at: int, balance_transaction: str) -> bytes:
    """What was taken back of a transfer."""
    return orjson.dumps(
        {
            "id": id,
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": balance_transaction,
            "created": at,
            "currency": state.currency,
            "destination_payment_refund": None,
            "metadata": EMPTY,
            "source_refund": None,
            "transfer": state.id,
        }
    )


def credit_note(id: str, invoice: Invoice, amount: int, at: int) -> bytes:
    """Part of a paid invoice, given to the customer's balance."""
    subscription = invoice.subscription
    return orjson.dumps(
        {
            "id": id,
            "object": "credit_note",
            "amount": amount,
            "amount_shipping": 0,
            "created": at,
            "currency": subscription.currency,
            "customer": subscription.customer.id,
            "discount_amount": 0,
            "effective_at": at,
            "invoice": invoice.id,
            "livemode": True,
            "memo": None,
            "metadata": EMPTY,
            "number": f"{invoice.number}-CN-01",
            "out_of_band_amount": None,
            "post_payment_amount": amount,
            "pre_payment_amount": 0,
            "reason": "product_unsatisfactory",
            "refunds": [],
            "status": "issued",
            "subtotal": amount,
            "subtotal_excluding_tax": amount,
            "total": amount,
            "total_excluding_tax": amount,
            "type": "post_payment",
            "voided_at": None,
        }
    )
