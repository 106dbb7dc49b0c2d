"""The dirt of real archives: what goes wrong between Stripe's servers and a file on disk.

Nothing true is lost by it: broken lines are copies of lines that are also there whole, so that an archive
with dirt holds the same facts as one without.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable

import orjson

from pipelines.simulate.chance import Ids
from pipelines.simulate.settings import DAY, NEW_VERSION
from pipelines.simulate.world import Item

Wrap = Callable[[Item], bytes]

# Mean number of lines between two of a kind.
GAPS = {
    "duplicate_same_file": 250,
    "duplicate_other_file": 350,
    "late": 300,
    "out_of_order": 120,
    "truncated": 6_000,
    "malformed": 6_000,
    "blank": 3_000,
    "invalid_utf8": 9_000,
    "unknown_type": 1_500,
    "unknown_object": 5_000,
    "unknown_currency": 12_000,
    "negative_amount": 12_000,
    "missing_id": 12_000,
}
"""`test_mode` is counted too, but made where payments are."""

_BREACHES = ("unknown_currency", "negative_amount", "missing_id")


class Dirt:
    """Mixes faults into a stream of events, in place of none of them. Counts what it delivers in `counts`."""

    def __init__(self, rng: random.Random, ids: Ids, counts: Counter[str]) -> None:
        self._rng = rng
        self._ids = ids
        self._counts = counts
        self._seen = 0
        self._plan = [(rng.randrange(20, 600), kind) for kind in GAPS]
        heapq.heapify(self._plan)
        self._held: list[tuple[int, int, Item]] = []

    def mix(self, at: int, items: Iterable[Item], wrap: Wrap) -> tuple[list[bytes], list[Item]]:
        """The lines to write for a tick's events, and the events that they deliver for the first time."""
        lines, delivered = self._release(at, wrap)
        for item in items:
            self._seen += 1
            kind = self._due(item)
            if kind == "late":
                self._hold(at, item, 3)
                continue
            delivered.append(item)
            line = wrap(item)
            lines.append(line)
            if kind is not None:
                self._spoil(kind, at, item, line, lines, wrap)
        return lines, delivered

    def _due(self, item: Item) -> str | None:
        """The kind of dirt that falls on this event, if any; breaches wait for a charge."""
        if self._plan[0][0] > self._seen:
            return None
        _, kind = heapq.heappop(self._plan)
        fits = kind not in _BREACHES or item.type in ("charge.succeeded", "charge.failed")
        wait = 1 + int(self._rng.expovariate(1 / GAPS[kind])) if fits else 1
        heapq.heappush(self._plan, (self._seen + wait, kind))
        return kind if fits else None

    def _hold(self, at: int, item: Item, days: int) -> None:
        """Keep an event back for a file of one of the next days, as deliveries are retried for three."""
        self._held.append(((at // DAY + self._rng.randrange(1, days + 1)) * DAY, item.number, item))

    def _release(self, at: int, wrap: Wrap) -> tuple[list[bytes], list[Item]]:
        due = [entry for entry in self._held if entry[0] <= at]
        self._held = [entry for entry in self._held if entry[0] > at]
        late = [item for _, number, item in due if number >= 0]
        self._counts["late"] += len(late)
        self._counts["duplicate_other_file"] += len(due) - len(late)
        return [wrap(item) for _, _, item in due], late

    def _spoil(self, kind: str, at: int, item: Item, line: bytes, lines: list[bytes], wrap: Wrap) -> None:
        if kind == "duplicate_other_file":
            self._held.append(((at // DAY + 1) * DAY, -1, item))
            return
        if kind == "out_of_order":
            if len(lines) > 1:
                self._counts[kind] += 1
                lines.insert(self._rng.randrange(max(0, len(lines) - 200), len(lines) - 1), lines.pop())
            return
        self._counts[kind] += 1
        if kind in _BREACHES:
            lines.append(wrap(self._breach(kind, item)))
        elif kind in ("unknown_type", "unknown_object"):
            lines.append(wrap(self._stranger(kind, item)))
        else:
            lines.append(self._broken(kind, line))

    def _broken(self, kind: str, line: bytes) -> bytes:
        """A copy of a line as no reader should accept it; an exact copy for a duplicate."""
        if kind == "truncated":
            return line[: self._rng.randrange(20, len(line) - 20)]
        if kind == "malformed":
            return self._rng.choice(
                (line.replace(b'"', b"'"), line + b"}", b"{" + line, line.replace(b":", b"=", 3))
            )
        if kind == "invalid_utf8":
            return line.replace(b'"object":"event"', b'"object":"event","note":"caf\xe9 \xff\xfe"', 1)
        return b"" if kind == "blank" else line

    def _breach(self, kind: str, item: Item) -> Item:
        """Another charge that breaks the contract; the event around it is sound."""
        event = orjson.loads(item.body)
        charge = event["data"]["object"]
        event["id"], charge["id"] = self._ids.new("evt_1"), self._ids.new("ch_3")
        if kind == "unknown_currency":
            charge["currency"] = "zzq"
        elif kind == "negative_amount":
            charge["amount"] = -charge["amount"]
        else:
            del charge["id"]
        return item._replace(body=orjson.dumps(event))

    def _stranger(self, kind: str, item: Item) -> Item:
        """An event of a type that no table models: one of Stripe's others, or of something unheard of."""
        if kind == "unknown_object":
            type, body = (
                "loyalty.card.updated",
                {"object": "loyalty.card", "points": self._rng.randrange(900)},
            )
        elif self._rng.random() < 0.5:
            type, body = (
                "payment_link.created",
                {"object": "payment_link", "active": True, "currency": "usd"},
            )
        else:
            type, body = "file.created", {"object": "file", "purpose": "dispute_evidence", "size": 9_999}
        event = {
            "id": self._ids.new("evt_1"),
            "object": "event",
            "api_version": NEW_VERSION,
            "created": item.created,
            "data": {
                "object": {"id": self._ids.new("obj_1"), "created": item.created, "livemode": True} | body
            },
            "livemode": True,
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": type,
        }
        if item.account is not None:
            event["account"] = item.account
        return item._replace(type=type, body=orjson.dumps(event))
