"""What the versions of an object say, in plain words: for those who work on it, and for the customer it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipelines.base.money import formatted
from vermeil.support.declines import BLOCKED, explained
from vermeil.support.declines import told as told_of
from vermeil.support.objects import (
    CHARGE,
    CUSTOMER,
    DISPUTE,
    INTENT,
    INVOICE,
    MOVEMENT,
    PAYOUT,
    REFUND,
    REVIEW,
    SUBSCRIPTION,
    WARNING,
    Kind,
    Row,
)

UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """Something that happened.

    Attributes:
        at: when.
        object, id: to what.
        said: what, in words for those who work on it.
        told: what of it the customer may be told; None for nothing.
    """

    at: datetime
    object: str
    id: str
    said: str
    told: str | None = None


Said = tuple[datetime | None, str, str | None]
"""When, what is said of it, and what the customer may be told."""


def amount(row: Row, name: str) -> str:
    """An amount with its currency, as people write it."""
    code, minor = str(row["currency"]), int(row[name] or 0)
    return f"{formatted(minor, code)} {code}"


def entries(kind: Kind, id: str, versions: Sequence[Row]) -> Iterator[Entry]:
    """What happened to an object, from its versions, the oldest first."""
    before: Row = {}
    for row in versions:
        for at, said, told in _SAID[kind](row, before):
            test = " (test mode)" if row["livemode"] is False else ""
            yield Entry(
                at or row["occurred_at"] or row["created_at"] or UNKNOWN, kind.name, id, said + test, told
            )
        before = row


def items(payout: Row, found: Sequence[Row]) -> Iterator[Entry]:
    """What a payout pays, by category."""
    for item in found:
        category = str(item["reporting_category"] or "other").replace("_", " ")
        said = (
            f"It holds {item['movements']:,} of {category}, together {amount(item, 'net_minor')} after fees."
        )
        yield Entry(payout["created_at"], PAYOUT.name, payout[PAYOUT.id], said)


def _new(row: Row, before: Row, name: str) -> bool:
    """Whether a value is there that was not there before."""
    return bool(row[name]) and row[name] != before.get(name)


def _charge(row: Row, before: Row) -> Iterator[Said]:
    asked = f"{amount(row, 'amount_minor')} by {row['payment_method_type'] or 'an unknown method'}"
    if not before:
        yield row["created_at"], f"A payment of {asked} was tried.", f"A payment of {asked} was tried."
    if _new(row, before, "is_blocked"):
        why = row["outcome_rule_id"] or row["outcome_reason"] or "the processor's own estimate"
        yield None, f"It was blocked before the bank was asked, by {why}; risk {_risk(row)}.", BLOCKED
    elif _new(row, before, "is_issuer_declined"):
        code = row["decline_reason"]
        yield None, f"The bank declined it: {explained(code, row['advice_code'])}.", told_of(code)
    elif row["status"] == "failed" and before.get("status") != "failed":
        yield (
            None,
            f"It failed: {explained(row['failure_code'], row['advice_code'])}.",
            told_of(row["failure_code"]),
        )
    if _new(row, before, "is_authorized"):
        said = "The bank authorized it" if row["card_network"] else "It was accepted"
        yield None, f"{said}; risk {_risk(row)}.", f"{said}."
    if _new(row, before, "is_captured") and row["is_authorized"]:
        taken = f"{amount(row, 'amount_captured_minor')} was taken."
        yield None, taken, taken
    if _new(row, before, "amount_returned_minor"):
        given = f"Of it {amount(row, 'amount_returned_minor')} is given back in all."
        yield None, given, given
    if _new(row, before, "is_disputed"):
        yield (
            None,
            "It is contested at the bank, or the bank asks about it.",
            "The payment is contested at the bank.",
        )


def _risk(row: Row) -> str:
    level = row["risk_level"] or "not told"
    return f"{level} ({row['risk_score']} of 100)" if row["risk_score"] is not None else str(level)


_INTENT: Mapping[str, str] = {
    "requires_payment_method": "waits for a way to pay: there was none yet, or the last attempt failed",
    "requires_confirmation": "waits to be confirmed",
    "requires_action": "waits for the customer, such as to confirm it at the bank",
    "processing": "is being processed",
    "requires_capture": "is authorized and waits to be taken",
    "canceled": "was canceled",
    "succeeded": "succeeded",
}


def _intent(row: Row, before: Row) -> Iterator[Said]:
    asked = f"A payment of {amount(row, 'amount_minor')} was begun."
    yield row["created_at"], asked, asked
    status = str(row["status"])
    why = f" ({row['cancellation_reason']})" if status == "canceled" and row["cancellation_reason"] else ""
    now = f"It {_INTENT.get(status, f'is {status}')}"
    yield row["canceled_at"], f"{now}{why}.", f"{now}."


def _refund(row: Row, before: Row) -> Iterator[Said]:
    given = amount(row, "amount_minor")
    why = f" ({row['reason']})" if row["reason"] else ""
    yield row["created_at"], f"A refund of {given} was made{why}.", f"A refund of {given} was made."
    match row["status"]:
        case "succeeded":
            shown = "It went through: banks show it some days later, or never show the payment."
            yield None, shown, shown
        case "failed" | "canceled":
            failed = f"It {'failed' if row['status'] == 'failed' else 'was canceled'}"
            yield (
                None,
                f"{failed} ({row['failure_reason'] or 'no reason told'}).",
                f"{failed}: please contact us.",
            )
        case status:
            yield None, f"It is {status or 'under way'}.", "It is under way."


_DISPUTE: Mapping[str, str] = {
    "warning_needs_response": "The bank asks about it and has taken no money; an answer is due",
    "warning_under_review": "The bank looks at what was answered; no money was taken",
    "warning_closed": "The bank has closed its question; no money was taken",
    "needs_response": "The bank took the money back; evidence can be given",
    "under_review": "The bank looks at the evidence",
    "won": "It was decided for the merchant: the money is back",
    "lost": "It was decided for the customer",
    "prevented": "It was resolved before it was raised",
}
_CLOSED = {
    "won": "The bank decided for the merchant.",
    "lost": "The bank decided for you.",
    "warning_closed": "The bank has closed its question.",
}


def _dispute(row: Row, before: Row) -> Iterator[Said]:
    if not before:
        contested = f"{amount(row, 'amount_minor')} was contested at the bank"
        yield row["created_at"], f"{contested}, as {row['reason'] or 'no reason told'}.", f"{contested}."
    if _new(row, before, "status"):
        status = str(row["status"])
        due = row["evidence_due_at"] if status.endswith("needs_response") else None
        until = f" until {due:%Y-%m-%d}" if due else ""
        yield None, f"{_DISPUTE.get(status, f'It is {status}')}{until}.", _CLOSED.get(status)
    if _new(row, before, "submission_count"):
        yield None, "Evidence was sent to the bank.", None


def _warning(row: Row, before: Row) -> Iterator[Said]:
    averted = (
        "a refund may still avert a dispute" if row["is_actionable"] else "a refund averts nothing any more"
    )
    yield row["created_at"], f"The network warned of fraud ({row['fraud_type']}): {averted}.", None


def _review(row: Row, before: Row) -> Iterator[Said]:
    yield row["created_at"], f"It was put under review ({row['opened_reason'] or 'no reason told'}).", None
    if not row["is_open"]:
        yield None, f"The review was closed: {row['closed_reason'] or 'no reason told'}.", None


def _movement(row: Row, before: Row) -> Iterator[Said]:
    when = f"; it can be paid out from {row['available_at']:%Y-%m-%d}" if row["available_at"] else ""
    yield (
        row["created_at"],
        f"The balance changed by {amount(row, 'net_minor')} ({row['type']} of {amount(row, 'amount_minor')}, fees "
        f"{amount(row, 'fee_minor')}){when}.",
        None,
    )


def _payout(row: Row, before: Row) -> Iterator[Said]:
    due = f", expected at the bank on {row['arrival_date']}" if row["arrival_date"] else ""
    yield row["created_at"], f"A payout of {amount(row, 'amount_minor')} was made{due}.", None
    failed = f" ({row['failure_code']})" if row["failure_code"] else ""
    turned = f" The payout {row['reversed_by_id']} reverses it." if row["reversed_by_id"] else ""
    yield None, f"It is {str(row['status']).replace('_', ' ')}{failed}.{turned}", None


def _invoice(row: Row, before: Row) -> Iterator[Said]:
    due = f"An invoice over {amount(row, 'amount_due_minor')} was made."
    yield row["created_at"], due, due
    for name, said in (
        ("finalized_at", "The invoice was finalized."),
        ("paid_at", "The invoice was paid."),
        ("voided_at", "The invoice was voided: nothing is due of it."),
    ):
        if row[name]:
            yield row[name], said, said
    if row["marked_uncollectible_at"]:
        yield row["marked_uncollectible_at"], "The invoice was given up as uncollectible.", None
    if row["status"] == "open":
        left = f"Of the invoice {amount(row, 'amount_remaining_minor')} is still due"
        after = row["next_payment_attempt_at"]
        again = f"; payment is tried again on {after:%Y-%m-%d}" if after else ""
        yield None, f"{left} after {row['attempt_count'] or 0} attempts{again}.", f"{left}{again}."


def _subscription(row: Row, before: Row) -> Iterator[Said]:
    if not before:
        yield row["created_at"], "The subscription was made.", "The subscription was made."
    if _new(row, before, "status"):
        now = f"It is {str(row['status']).replace('_', ' ')}"
        yield None, f"{now}.", f"{now}."
    if _new(row, before, "unit_amount_minor") and before:
        price = f"Its price is now {amount(row, 'unit_amount_minor')} each {row['interval'] or 'period'}."
        yield None, price, price
    if _new(row, before, "canceled_at"):
        why = f" ({row['cancellation_reason']})" if row["cancellation_reason"] else ""
        yield row["canceled_at"], f"It was canceled{why}.", "It was canceled."
    if _new(row, before, "ended_at"):
        yield row["ended_at"], "It ended.", "It ended."


def _customer(row: Row, before: Row) -> Iterator[Said]:
    yield row["created_at"], "The customer was made.", None
    if row["is_deleted"]:
        yield None, "The customer was deleted.", None
    elif row["is_delinquent"]:
        yield None, "The latest invoice could not be collected in time.", None


_SAID: Mapping[Kind, Callable[[Any, Any], Iterator[Said]]] = {
    CHARGE: _charge,
    INTENT: _intent,
    REFUND: _refund,
    DISPUTE: _dispute,
    WARNING: _warning,
    REVIEW: _review,
    MOVEMENT: _movement,
    PAYOUT: _payout,
    INVOICE: _invoice,
    SUBSCRIPTION: _subscription,
    CUSTOMER: _customer,
}
