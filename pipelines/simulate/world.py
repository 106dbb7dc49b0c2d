"""What the actors share: chance, identifiers, what is still to come, and where events and objects are
sent."""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from pipelines.simulate.chance import Ids
from pipelines.simulate.merchants import Merchant
from pipelines.simulate.settings import DAY, NEW_VERSION, OLD_VERSION, Simulation
from pipelines.simulate.truth import Truth

Action = Callable[..., None]


class Item(NamedTuple):
    """One line on its way to the archive. `account` is None for the platform; objects have `is_event` False
    and their object type as `type`."""

    created: int
    number: int
    is_event: bool
    type: str
    account: str | None
    body: bytes


@dataclass(slots=True, eq=False)
class World:
    """State of a running simulation. It only moves forward and holds open business, never history."""

    settings: Simulation
    rng: random.Random
    ids: Ids
    truth: Truth
    merchants: list[Merchant]
    available: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    """Balance that can be paid out, by account and settlement currency, in minor units."""
    maturing: dict[tuple[str, str], dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """Balance that is not available yet, by the time at which it will be."""
    _agenda: list[tuple[int, int, Action, tuple[Any, ...]]] = field(default_factory=list)
    _outbox: dict[int, list[Item]] = field(default_factory=lambda: defaultdict(list))
    _number: int = 0
    _delivered: int = -1
    _tick_seconds: int = field(init=False)

    def __post_init__(self) -> None:
        """Keep the length of a tick at hand."""
        self._tick_seconds = self.settings.tick_seconds

    @property
    def platform(self) -> Merchant:
        """The merchant whose account the archive is of."""
        return self.merchants[0]

    def day_of(self, at: int) -> int:
        """Number of the day, counted from the archive's first."""
        return (at - self.settings.started_at) // DAY

    def later(self, at: int, action: Action, *arguments: Any) -> None:
        """Call `action(world, at, *arguments)` when the simulation reaches `at`."""
        self._number += 1
        heapq.heappush(self._agenda, (at, self._number, action, arguments))

    def catch_up(self, until: int) -> None:
        """Do everything that falls due before `until`, in order of time."""
        while self._agenda and self._agenda[0][0] < until:
            at, _, action, arguments = heapq.heappop(self._agenda)
            action(self, at, *arguments)

    def emit(
        self,
        at: int,
        merchant: Merchant,
        type: str,
        body: bytes,
        previous: dict[str, Any] | None = None,
        live: bool = True,
        requested: bool = True,
        id: str = "",
    ) -> None:
        """Send an event about the object in `body`; `previous` holds the values that an update replaced.

        With an `id` of its own it takes none of the world's, so that all else is as it were without it.
        """
        account = None if merchant.is_platform else merchant.id
        line = event_line(
            id or self.ids.new("evt_1"),
            at,
            account,
            merchant.is_old(at),
            type,
            body,
            previous,
            live,
            requested,
        )
        self._send(at, True, type, account, line)

    def export(self, at: int, merchant: Merchant, type: str, body: bytes) -> None:
        """Send an object without an envelope, as Stripe has no events for some."""
        self._send(at, False, type, None if merchant.is_platform else merchant.id, body)

    def collect(self, tick: int, is_final: bool = True) -> Iterator[Item]:
        """Take what is dated within a tick, in order of time. If this is final, nothing may be sent into it
        afterwards."""
        self._delivered = tick if is_final else self._delivered
        return iter(sorted(self._outbox.pop(tick, [])))

    def _send(self, at: int, is_event: bool, type: str, account: str | None, body: bytes) -> None:
        self._number += 1
        item = Item(at, self._number, is_event, type, account, body)
        tick = at // self._tick_seconds
        if tick <= self._delivered:
            raise RuntimeError(f"{type} at {at} comes too late: its tick has been written")
        self._outbox[tick].append(item)


def event_line(
    id: str,
    at: int,
    account: str | None,
    old: bool,
    type: str,
    body: bytes,
    previous: dict[str, Any] | None,
    live: bool,
    requested: bool,
) -> bytes:
    """An event as one line of JSON; only connected accounts are named in it."""
    data: dict[str, Any] = {"object": orjson.Fragment(body)}
    if previous is not None:
        data["previous_attributes"] = previous
    request = (
        {"id": f"req_{id[-14:]}", "idempotency_key": None}
        if requested
        else {"id": None, "idempotency_key": None}
    )
    event: dict[str, Any] = {"id": id, "object": "event"}
    if account is not None:
        event["account"] = account
    event |= {
        "api_version": OLD_VERSION if old else NEW_VERSION,
        "created": at,
        "data": data,
        "livemode": live,
        "pending_webhooks": 1,
        "request": request,
        "type": type,
    }
    return orjson.dumps(event)
