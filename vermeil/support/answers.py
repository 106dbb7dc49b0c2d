"""What is asked most of a payment: why was it not taken, and when does its money come?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vermeil.support.declines import BLOCKED, explained, told
from vermeil.support.entries import amount
from vermeil.support.objects import Row


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        question: what is asked.
        said: for those who work on it.
        told: what the customer may be told of it; None for nothing.
    """

    question: str
    said: str
    told: str | None = None


def refused_answers(charges: Iterable[Row]) -> Iterator[Answer]:
    """Why payments were not taken."""
    for row in charges:
        question = f"Why was {row['charge_id']} ({amount(row, 'amount_minor')}) not taken?"
        if row["is_blocked"]:
            said = f"It was blocked before the bank was asked, by {row['outcome_rule_id'] or row['outcome_reason']}."
            yield Answer(question, f"{said} The customer is not told that it looked like fraud.", BLOCKED)
        elif row["is_issuer_declined"]:
            code = row["decline_reason"]
            yield Answer(
                question, f"The bank declined it: {explained(code, row['advice_code'])}.", told(code)
            )
        elif row["status"] == "failed":
            code = row["failure_code"]
            yield Answer(question, f"It failed: {explained(code, row['advice_code'])}.", told(code))


def payout_answer(charge: Row, movement: Row | None, payout: Row | None) -> Answer:
    """When the money of a payment comes to the merchant's bank."""
    question = f"When is the money of {charge['charge_id']} paid out?"
    if movement is None:
        return Answer(question, "No movement of the balance is known of it yet, and so no day.")
    net = amount(movement, "net_minor")
    if payout is None:
        when = f"from {movement['available_at']:%Y-%m-%d} on" if movement["available_at"] else "some day"
        return Answer(
            question,
            f"{net} can be paid out {when}. It is in no known payout yet: its arrival is known once it is.",
        )
    return Answer(question, f"{net} is in the payout {payout['payout_id']}, which {_arrival(payout)}.")


def arrival_answer(payout: Row) -> Answer:
    """When a payout comes to the bank; who asks is the merchant whose it is, and may be told."""
    said = f"{amount(payout, 'amount_minor')}: it {_arrival(payout)}."
    return Answer(f"When does {payout['payout_id']} arrive?", said, said)


def _arrival(payout: Row) -> str:
    status, day = payout["status"], payout["arrival_date"]
    match status:
        case "failed" | "canceled":
            return f"{'failed' if status == 'failed' else 'was canceled'}, and brings nothing to the bank"
        case "paid":
            return f"was sent, and due at the bank on {day}"
    return f"is {str(status).replace('_', ' ')}, and expected at the bank on {day}"
