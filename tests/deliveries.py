"""Payments and what comes back to them, as documents that a test delivers in the order and the files that it wants."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frames import Json, envelope, event

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SILVER = (
    "silver.charges", "silver.charge_history", "silver.disputes", "silver.dispute_history",
    "silver.early_fraud_warnings", "silver.refunds",
)  # fmt: skip
GOLD = ("gold.payments_daily", "gold.disputes_daily")
TABLES = ("bronze.records", *SILVER, "silver.quarantine", *GOLD)
"""The tables that these documents reach; a refresh of them alone takes seconds."""

PLACE = {"record_id", "ingest_id", "file", "file_id", "line", "item"}
"""Columns that say where a record came from: they differ with the files that it was delivered in."""


@dataclass(frozen=True)
class Document:
    """One record.

    Attributes:
        body: as it stands in a file.
        known: when it was known, UTC.
    """

    body: Json
    known: datetime


def moment(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(subject: Json, kind: str, at: datetime, event_id: str = "") -> Document:
    """An event about an object, known when it happened."""
    seconds = int(at.timestamp())
    name = event_id or f"evt_{subject['id']}_{kind}_{seconds}".replace(".", "_")
    return Document(event(subject, kind, seconds, name), at)


def enveloped(document: Document, after: timedelta = timedelta(seconds=5)) -> Document:
    """The same event as EventBridge delivers it, some time later."""
    known = document.known + after
    return Document(envelope(document.body) | {"time": known.isoformat().replace("+00:00", "Z")}, known)


def charge(charge_id: str, at: datetime, amount: int = 1000, **fields: Any) -> Json:
    """A captured card payment."""
    return {
        "id": charge_id, "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
        "currency": "usd", "created": int(at.timestamp()), "captured": True, "paid": True, "refunded": False,
        "status": "succeeded", "outcome": {"type": "authorized"},
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "network": "visa"}}, **fields,
    }  # fmt: skip


def refund(refund_id: str, charge_id: str, at: datetime, amount: int, **fields: Any) -> Json:
    """A refund that succeeded."""
    return {
        "id": refund_id, "object": "refund", "amount": amount, "currency": "usd", "charge": charge_id,
        "created": int(at.timestamp()), "status": "succeeded", **fields,
    }  # fmt: skip


def dispute(dispute_id: str, charge_id: str, at: datetime, amount: int, **fields: Any) -> Json:
    """A chargeback for fraud."""
    return {
        "id": dispute_id, "object": "dispute", "amount": amount, "currency": "usd", "charge": charge_id,
        "created": int(at.timestamp()), "reason": "fraudulent", "status": "needs_response",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "case_type": "chargeback"}}, **fields,
    }  # fmt: skip


def world(seed: int, payments: int = 25, start: str = "2026-01-05", days: int = 40) -> list[Document]:
    """What happened to some payments, in the order in which it was known: updates, refunds, disputes long after."""
    chance = random.Random(seed)
    found: list[Document] = []
    for number in range(payments):
        at = moment(start) + timedelta(seconds=chance.randrange(days * 86_400))
        found += _life(chance, f"{seed}_{number}", at)
    found += [enveloped(one, _delay(chance)) for one in found if chance.random() < 0.2]
    return sorted(found, key=lambda document: document.known)


def _delay(chance: random.Random) -> timedelta:
    return timedelta(seconds=chance.randrange(3 * 86_400))


def _life(chance: random.Random, name: str, at: datetime) -> Iterator[Document]:
    paid = charge(f"ch_{name}", at, chance.randrange(100, 9000))
    yield told(paid, "charge.succeeded", at)
    if chance.random() < 0.5:
        later = at + timedelta(seconds=chance.choice([0, 1, 3600]))
        yield told({**paid, "description": f"order {name}"}, "charge.updated", later)
    if chance.random() < 0.1:
        yield told({**paid, "currency": "zzz"}, "charge.updated", at + timedelta(hours=2))
    if chance.random() < 0.4:
        later = at + timedelta(days=chance.randrange(30))
        part = chance.randrange(1, paid["amount"])
        yield told({**paid, "amount_refunded": part}, "charge.refunded", later)
        yield told(refund(f"re_{name}", paid["id"], later, part), "refund.created", later)
    if chance.random() < 0.4:
        raised = at + timedelta(days=chance.randrange(1, 120))
        case = dispute(f"du_{name}", paid["id"], raised, paid["amount"])
        yield told(case, "charge.dispute.created", raised)
        yield told({**case, "status": "lost"}, "charge.dispute.closed", raised + timedelta(days=20))


def deliver(documents: Iterable[Document], raw: Path, file: str) -> None:
    """Write documents into one file below the raw folder, a line each; it was last written when the last was known."""
    listed = list(documents)
    target = raw / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(json.dumps(document.body) + "\n" for document in listed), encoding="utf-8")
    last = max((document.known.timestamp() for document in listed), default=0.0)
    os.utime(target, (last, last))


def refreshed(home: Path, spark: SparkSession, tables: Sequence[str] = TABLES) -> Lakehouse:
    """The lakehouse of a home, brought up to date with its raw folder."""
    lake = Lakehouse(load_settings({"home": home}), all_tables(), spark)
    refresh(lake, tables)
    return lake


def refresh(lake: Lakehouse, tables: Sequence[str] = TABLES) -> None:
    """Take in what lies in the raw folder."""
    outcomes = list(flow.refresh(lake, flow.Run(lake.settings.home / "raw", accept_all, sweep, only=tables)))
    assert not [outcome for outcome in outcomes if outcome.failed or outcome.status == "refused"]


def content(rows: Any) -> list[str]:
    """The rows of a frame as sorted text, without their places."""
    kept = [column for column in rows.columns if column not in PLACE]
    return sorted(str(row) for row in rows.select(*kept).toArrow().to_pylist())
