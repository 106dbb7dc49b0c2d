"""Balance transactions and payouts as JSON."""

from dataclasses import dataclass
from typing import Any

import orjson

from pipelines.simulate.render import EMPTY


@dataclass(slots=True, eq=False)
class Payout:
    """`amount` in minor units of the settlement currency."""

    id: str
    amount: int
    currency: str
    created: int
    arrival_date: int
    balance_transaction: str
    destination: str
    status: str = "pending"
    failure: tuple[str, str] | None = None
    failure_balance_transaction: str | None = None


def balance_transaction(
    id: str,
    kind: str,
    category: str,
    amount: int,
    fees: list[tuple[str, int]],
    currency: str,
    source: str,
    created: int,
    available_on: int,
    exchange_rate: float | None,
    status: str,
) -> bytes:
    """A movement of the balance; `fees` are (type, amount) and add up to its `fee`."""
    fee = sum(part for _, part in fees)
    return orjson.dumps(
        {
            "id": id,
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": created,
            "currency": currency,
            "description": "STRIPE PAYOUT" if kind == "payout" else None,
            "exchange_rate": exchange_rate,
            "fee": fee,
            "fee_details": [_fee(type, part, currency) for type, part in fees],
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": status,
            "type": kind,
        }
    )


def _fee(type: str, amount: int, currency: str) -> dict[str, Any]:
    description = "Stripe processing fees" if type == "stripe_fee" else "Application fee"
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": description,
        "type": type,
    }


def payout(state: Payout, old: bool) -> bytes:
    """A payout; only the new version says how far it is reconciled and how to trace it."""
    code, message = state.failure or (None, None)
    body: dict[str, Any] = {
        "id": state.id,
        "object": "payout",
        "amount": state.amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": state.arrival_date,
        "automatic": True,
        "balance_transaction": state.balance_transaction,
        "created": state.created,
        "currency": state.currency,
        "description": "STRIPE PAYOUT",
        "destination": state.destination,
        "failure_balance_transaction": state.failure_balance_transaction,
        "failure_code": code,
        "failure_message": message,
        "livemode": True,
        "metadata": EMPTY,
        "method": "standard",
        "original_payout": None,
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": state.status,
        "type": "bank_account",
    }
    if not old:
        body["reconciliation_status"] = (
            "completed" if state.status in ("in_transit", "paid") else "in_progress"
        )
        body["trace_id"] = {"status": "pending" if state.status == "pending" else "supported", "value": None}
    return orjson.dumps(body)
