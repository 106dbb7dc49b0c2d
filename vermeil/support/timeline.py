"""What happened to an object of payments and to everything that is linked to it, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from pipelines.errors import LakehouseError
from pipelines.metrics.shared.names import quoted
from vermeil.support.answers import Answer, arrival_answer, payout_answer, refused_answers
from vermeil.support.entries import Entry, entries, items
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
    Reader,
    Row,
    kind_of,
)

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

Linked = dict[Kind, dict[str, Row]]
"""Objects of each kind by their ids."""


@dataclass(frozen=True)
class Timeline:
    """What happened.

    Attributes:
        id, kind, account: of the object that was asked for.
        entries: in order of time.
        answers: to what is asked most: why it was not taken, and when its money comes.
    """

    id: str
    kind: str
    account: str
    entries: tuple[Entry, ...]
    answers: tuple[Answer, ...]

    def for_customers(self) -> Timeline:
        """What the customer may be told, alone."""
        told = (Entry(one.at, one.object, one.id, one.told, one.told) for one in self.entries if one.told)
        answers = (Answer(one.question, one.told, one.told) for one in self.answers if one.told)
        return Timeline(self.id, self.kind, self.account, tuple(told), tuple(answers))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def timeline(lake: Lakehouse, id: str, account: str | None = None) -> Timeline:
    """What happened to an object.

    Args:
        lake: as it was released.
        id: of a charge, payment intent, refund, dispute, payout, invoice, subscription or customer.
        account: where it is; by default wherever it is found.

    Raises:
        SettingsError: no timeline is told of such an id.
        LakehouseError: there is no such object, or one in several accounts.
    """
    kind = kind_of(id)
    found = Reader(lake, account).found(kind, kind.id, [id])
    accounts = sorted({row["account"] for row in found})
    if not found:
        raise LakehouseError(f"no {kind.name} {quoted(id)} in the latest release")
    if len(accounts) > 1:
        raise LakehouseError(f"{quoted(id)} is in several accounts: say which of {', '.join(accounts)}")
    reader = Reader(lake, accounts[0])
    linked = _Walk(reader).linked(kind, found[0])
    told = chain.from_iterable(_of(reader, kind, linked[kind]) for kind in linked)
    ordered = sorted(told, key=lambda one: (one[1].at, one[0]))
    answers = [*refused_answers(linked[CHARGE].values()), *_when_paid_out(reader, kind, linked)]
    return Timeline(id, kind.name, accounts[0], tuple(one for _, one in ordered), tuple(answers))


def _of(reader: Reader, kind: Kind, objects: dict[str, Row]) -> Iterator[tuple[int, Entry]]:
    """What happened to objects of a kind, each with its rank among what happened in the same second."""
    versions = reader.versions(kind, objects) if kind.history else {id: [row] for id, row in objects.items()}
    frame = _ORDER.index(kind) < _ORDER.index(CHARGE)
    for id, each in versions.items():
        for number, one in enumerate(entries(kind, id, each)):
            yield (0 if frame and not number else 2 if frame else 3 if kind in (MOVEMENT, PAYOUT) else 1), one
    if kind is PAYOUT:
        for id, row in objects.items():
            yield from ((3, one) for one in items(row, reader.items_of(id)))


def _when_paid_out(reader: Reader, kind: Kind, linked: Linked) -> Iterator[Answer]:
    """When money comes to the bank: that of a payout, or that of each payment."""
    if kind is PAYOUT:
        yield from map(arrival_answer, linked[PAYOUT].values())
    if kind is CUSTOMER:
        return  # whose payments are told, and not where their money went
    paid = reader.payouts_of(list(linked[MOVEMENT].values()))
    paying = {row[MOVEMENT.id]: row[PAYOUT.id] for row in paid}
    for charge in linked[CHARGE].values():
        booked = charge[MOVEMENT.id]
        if charge["is_captured"] and charge["is_authorized"]:
            payout = linked[PAYOUT].get(paying.get(booked, ""))
            yield payout_answer(charge, linked[MOVEMENT].get(booked), payout)


@dataclass(frozen=True)
class _Walk:
    """From one object to those that are linked to it."""

    reader: Reader

    def linked(self, kind: Kind, row: Row) -> Linked:
        found: Linked = {one: {} for one in _ORDER}
        found[kind][row[kind.id]] = row
        charges = self._charges(kind, row, found)
        _add(found, CHARGE, charges)
        ids = list(found[CHARGE])
        for one in (REFUND, DISPUTE, WARNING, REVIEW):
            _add(found, one, self.reader.found(one, "charge_id", ids))
        if kind is not CUSTOMER:
            _add(found, INTENT, self._by_id(INTENT, charges, "payment_intent_id"))
            _add(found, INVOICE, self._by_id(INVOICE, [*charges, *found[INTENT].values()], "invoice_id"))
            self._money(found)
        return found

    def _charges(self, kind: Kind, row: Row, found: Linked) -> Sequence[Row]:
        """The payments that an object is about, attempts of the same payment among them."""
        match kind.name:
            case "customer":
                _add(found, SUBSCRIPTION, self.reader.found(SUBSCRIPTION, CUSTOMER.id, [row[CUSTOMER.id]]))
                return self.reader.found(CHARGE, CUSTOMER.id, [row[CUSTOMER.id]])
            case "subscription":
                invoices = self.reader.found(INVOICE, SUBSCRIPTION.id, [row[SUBSCRIPTION.id]])
                _add(found, INVOICE, invoices)
                return self._paying(invoices)
            case "invoice":
                return self._paying([row])
            case "payout":
                return []
            case "payment intent":
                return self.reader.found(CHARGE, INTENT.id, [row[INTENT.id]])
        charges = [row] if kind is CHARGE else self.reader.found(CHARGE, CHARGE.id, [row["charge_id"]])
        attempts = self.reader.found(CHARGE, INTENT.id, [one["payment_intent_id"] for one in charges])
        return [*charges, *attempts]

    def _paying(self, invoices: Sequence[Row]) -> Sequence[Row]:
        ids = [row[INVOICE.id] for row in invoices]
        intents = self.reader.found(INTENT, INVOICE.id, ids)
        paid = self.reader.payments_of(ids)
        charges = [row["charge_id"] for row in (*invoices, *paid)]
        paying = [row["payment_intent_id"] for row in (*invoices, *paid, *intents)]
        return [
            *self.reader.found(CHARGE, INVOICE.id, ids),
            *self.reader.found(CHARGE, CHARGE.id, charges),
            *self.reader.found(CHARGE, INTENT.id, paying),
        ]

    def _by_id(self, kind: Kind, rows: Sequence[Row], column: str) -> Sequence[Row]:
        return self.reader.found(kind, kind.id, [row.get(column) for row in rows])

    def _money(self, found: Linked) -> None:
        """Movements of the balance, and the payouts that pay them."""
        sources = [*found[CHARGE], *found[REFUND], *found[DISPUTE]]
        booked = [row[MOVEMENT.id] for row in found[CHARGE].values()]
        movements = [
            *self.reader.found(MOVEMENT, "source_id", sources),
            *self.reader.found(MOVEMENT, MOVEMENT.id, booked),
        ]
        _add(found, MOVEMENT, movements)
        paying = self.reader.payouts_of(movements)
        _add(found, PAYOUT, self._by_id(PAYOUT, paying, PAYOUT.id))
        turned = [
            row[name] for row in found[PAYOUT].values() for name in ("original_payout_id", "reversed_by_id")
        ]
        _add(found, PAYOUT, self.reader.found(PAYOUT, PAYOUT.id, turned))


_ORDER = (CUSTOMER, SUBSCRIPTION, INVOICE, INTENT, CHARGE, REFUND, DISPUTE, WARNING, REVIEW, MOVEMENT, PAYOUT)


def _add(found: Linked, kind: Kind, rows: Sequence[Row]) -> None:
    found[kind] |= {row[kind.id]: row for row in rows}
