"""Archives whose records may come in any order, and the ways in which they may be delivered."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from pipelines.simulate import Simulation, simulate
from tests.frames import CREATED, Json, envelope, event

DAY = 86_400


@dataclass(frozen=True)
class Delivery:
    """How an archive comes in.

    Attributes:
        seed: of the order of its events, of their files and of what comes twice.
        files: how many files the events are spread over.
        runs: in how many parts the files are delivered, with a run of the pipeline after each.
        twice: share of the events that come again, in some other file.
        batch_bytes: size of a batch.
    """

    seed: int
    files: int
    runs: int
    twice: float
    batch_bytes: int


deliveries = st.builds(
    Delivery,
    seed=st.integers(0, 2**32),
    # What hypothesis tries first stands first: the simplest delivery is the one that shows least.
    files=st.sampled_from([5, 2, 7, 1]),
    runs=st.sampled_from([3, 2, 4, 1]),
    twice=st.sampled_from([0.1, 0.5, 0.0]),
    batch_bytes=st.sampled_from([1 << 30, 20_000, 1]),
)


def write_archive(folder: Path, seed: int, days: int) -> None:
    """An archive of a simulated platform, with objects that change in all the ways that must not matter.

    ``events`` is the folder of what may stand in any file and in any order. The objects beside it keep their files: a
    file's name and time are part of what an object without an event says.
    """
    simulate(
        Simulation(seed=seed, days=days, payments_per_day=6, accounts=2), folder, folder.parent / "truth"
    )
    lines = [json.dumps(found) for found in awkward(random.Random(seed))]
    (folder / "events" / "awkward.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def deliver(archive: Path, raw: Path, how: Delivery) -> Iterator[None]:
    """Put the archive's files in place part by part, its events shuffled into other files; pauses after each part."""
    chance = random.Random(how.seed)
    events = [line for file in sorted((archive / "events").rglob("*.*")) for line in _lines(file)]
    events += chance.sample(events, int(len(events) * how.twice))
    chance.shuffle(events)
    shares = [events[n :: how.files] for n in range(how.files)]
    parts: list[tuple[str, list[bytes] | Path]] = [(f"events/{n}.ndjson", s) for n, s in enumerate(shares)]
    kept = [file for file in archive.rglob("*") if file.is_file() and "events" not in file.parts]
    parts += [(str(file.relative_to(archive)), file) for file in sorted(kept)]
    chance.shuffle(parts)
    for part in range(how.runs):
        for name, content in parts[part :: how.runs]:
            target = raw / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copy2(content, target)
            else:
                target.write_bytes(b"".join(content))
        yield


def awkward(chance: random.Random) -> Iterator[Json]:
    """Events that are hard to bring into an order: of one second, of one object in many states, of both wrappings."""
    for number in range(12):
        created = CREATED + DAY * chance.randrange(5)
        account = chance.choice([None, "acct_1", "acct_2"])
        for index, (kind, subject) in enumerate(_life(number, created, chance)):
            found = event(subject, kind, created + chance.choice([0, 0, 1, DAY]), f"evt_{number}_{index}")
            if account:
                found["account"] = account
            if chance.random() < 0.1:
                found["livemode"] = subject["livemode"] = False
            yield found
            if chance.random() < 0.4:
                copied = envelope(found) | {"time": f"2026-01-0{chance.randrange(7, 10)}T00:00:05Z"}
                yield copied


def _life(number: int, created: int, chance: random.Random) -> Iterator[tuple[str, Json]]:
    """What happens to a payment, and to all that it brings with it."""
    charge: Json = _object(
        "charge", f"ch_{number}", created, amount=1000 + number, status="pending", captured=False
    )
    charge["payment_intent"] = chance.choice([None, f"pi_{number % 4}"])
    charge["payment_method_details"] = chance.choice(
        [None, {"type": "card", "card": {"brand": "visa", "network": "visa", "country": "US"}}]
    )
    yield "charge.pending", dict(charge)
    charge |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": 1000 + number}
    charge["outcome"] = {"type": "authorized", "network_status": "approved_by_network"}
    charge["payment_method_details"] = {"type": "card", "card": {"brand": "visa", "network": "visa"}}
    yield "charge.succeeded", dict(charge)
    yield "charge.updated", charge | {"amount": "much"}  # of the wrong type: refused
    yield "charge.updated", charge | {"currency": "xxz"}
    refund = _object("refund", f"re_{number}", created + DAY, amount=400, charge=None, status="pending")
    yield "refund.created", dict(refund)
    for status in chance.sample(["succeeded", "failed", "canceled"], 2):
        yield "refund.updated", refund | {"status": status, "charge": charge["id"]}
    dispute = _object("dispute", f"dp_{number}", created + 2 * DAY, amount=900, charge=charge["id"])
    dispute |= {"reason": "fraudulent", "status": "needs_response"}
    yield "charge.dispute.created", dict(dispute)
    for status in chance.sample(["warning_closed", "won", "lost", "prevented", "under_review"], 3):
        yield chance.choice(["charge.dispute.updated", "charge.dispute.closed"]), dispute | {"status": status}
    warning = _object("radar.early_fraud_warning", f"issfr_{number}", created + DAY, charge=charge["id"])
    yield "radar.early_fraud_warning.created", warning | {"actionable": True, "fraud_type": "misc"}
    yield "radar.early_fraud_warning.updated", warning | {"actionable": False, "fraud_type": "misc"}
    payout = _object(
        "payout", f"po_{number}", created + 3 * DAY, amount=500, automatic=True, arrival_date=created
    )
    for status in chance.sample(["pending", "in_transit", "paid", "failed", "canceled"], 3):
        yield f"payout.{'updated' if status == 'pending' else status}", payout | {"status": status}
    transaction = _object("balance_transaction", f"txn_{number}", created, amount=500, fee=20, net=480)
    transaction |= {"reporting_category": "charge", "type": "charge", "source": charge["id"]}
    for days in chance.sample(range(6), 2):
        available = {"available_on": created + days * DAY, "status": chance.choice(["pending", "available"])}
        yield "balance.updated", transaction | available
    customer = _object("customer", f"cus_{number}", created, email=f"{number}@example.com")
    for kind in ("created", "updated", "deleted"):
        yield f"customer.{kind}", customer | {"name": kind, "deleted": kind == "deleted"}


def _object(kind: str, object_id: str, created: int, **values: Any) -> Json:
    return {
        "object": kind,
        "id": object_id,
        "created": created,
        "currency": "usd",
        "livemode": True,
        **values,
    }


def _lines(file: Path) -> Sequence[bytes]:
    content = file.read_bytes()
    plain = gzip.decompress(content) if file.suffix == ".gz" else content
    return [line + b"\n" for line in plain.splitlines()]
