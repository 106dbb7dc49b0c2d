"""How large a benchmark is, and what it needs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from benchmarks.archives import EVENTS_PER_PAYMENT

RAW_BYTES_PER_EVENT = 2_800
"""Size of the archive before compression for each event, objects without an event included, about."""

DISK_SHARE = 1.0
"""Disk that a part takes at most for each byte of its raw JSON: the archive, a lakehouse per contestant, shuffles."""

BYTES_PER_PAYMENT = 1_000
"""Disk that a payment takes with its features, of each contestant, with what it puts aside."""

CONTESTANTS = 4
"""Of those that compute features."""

BYTES_PER_SCORE = 2_000
"""Disk that a payment takes with its features and the scores of all models."""


@dataclass(frozen=True)
class Size:
    """What is measured on.

    Attributes:
        events: events of the archive for throughput and memory.
        days: days that they are spread over; a multiple of 4.
        rounds: how often each contestant runs; medians are taken over the rounds.
        history_days: the short history before the one more day; the long one has ten times as many.
        day_payments: payments on each of those days.
        payments: payments whose features are computed.
        scored: payments that are scored.
        without: contestants that compute no features: window functions need hours for tens of millions of payments.
        timeout: seconds after which a process is stopped and counts as failed.
    """

    events: int = 500_000
    days: int = 40
    rounds: int = 3
    history_days: int = 12
    day_payments: int = 1_000
    payments: int = 1_000_000
    scored: int = 1_000_000
    without: tuple[str, ...] = ()
    timeout: float = 900

    @property
    def long_days(self) -> int:
        """Days of the long history."""
        return 10 * self.history_days

    def disk_bytes(self, parts: Collection[str]) -> int:
        """Disk that is needed for the time of some parts of the benchmark, about."""
        events = {
            "throughput": self.events,
            "memory": self.events,
            "day": self.long_days * self.day_payments * EVENTS_PER_PAYMENT,
        }
        of_events = max((count for part, count in events.items() if part in parts), default=0)
        of_features = self.payments * (CONTESTANTS - len(self.without)) if "features" in parts else 0
        of_scores = self.scored if "scores" in parts else 0
        # One part after another, each in a folder that is deleted at its end.
        return int(
            max(
                of_events * RAW_BYTES_PER_EVENT * DISK_SHARE,
                of_features * BYTES_PER_PAYMENT,
                of_scores * BYTES_PER_SCORE,
            )
        )


QUICK = Size(
    events=20_000,
    days=8,
    rounds=1,
    history_days=3,
    day_payments=100,
    payments=20_000,
    scored=20_000,
    timeout=300,
)
"""Small enough to try the benchmark itself; its figures are mostly start-up."""
