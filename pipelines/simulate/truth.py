"""The truth about fraud, written beside the archive and never into it."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from pipelines.simulate.merchants import Merchant
from pipelines.simulate.payment import Charge, Order

_FRAUDS = (
    "scenario",
    "account",
    "payment_intent",
    "charge",
    "customer",
    "card_fingerprint",
    "ip",
    "amount_minor",
    "currency",
    "occurred_at",
    "status",
)
_MERCHANTS = ("account", "name", "scenario", "since")
_IDENTITIES = ("account", "customer", "verification_session", "scenario", "occurred_at")


class Truth:
    """`frauds.csv`: one row per charge (attempt) of a fraud; `merchants.csv`: merchants gone bad;
    `identities.csv`: verification sessions under a false identity. Amounts in minor units, times in UTC.
    The account is always named, the platform's own too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files: list[IO[str]] = []
        self._frauds = self._table(folder / "frauds.csv", _FRAUDS)
        self._merchants = self._table(folder / "merchants.csv", _MERCHANTS)
        self._identities = self._table(folder / "identities.csv", _IDENTITIES)
        self.counts: Counter[str] = Counter()

    def fraud(self, scenario: str, order: Order, charge: Charge) -> None:
        """Record one attempt of a fraud."""
        self.counts[scenario] += 1
        card = order.method.card if charge.method.card is None else charge.method.card
        self._frauds.writerow(
            (
                scenario,
                order.merchant.id,
                charge.intent.id,
                charge.id,
                order.customer.id,
                card.fingerprint if card else None,
                order.ip,
                order.amount,
                order.currency,
                _iso(charge.created),
                "blocked" if charge.blocked else charge.status,
            )
        )

    def bad_merchant(self, merchant: Merchant, since: int) -> None:
        """Record that a merchant cheats from now on."""
        self._merchants.writerow((merchant.id, merchant.name, "merchant_turned_bad", _iso(since)))

    def false_identity(self, merchant: Merchant, customer: str | None, session: str, at: int) -> None:
        """Record a verification session under a false identity."""
        self._identities.writerow((merchant.id, customer, session, "identity_fraud", _iso(at)))

    def close(self) -> None:
        """Finish the tables."""
        for file in self._files:
            file.close()

    def __enter__(self) -> "Truth":
        """Nothing to do: the tables are open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the tables, also when the simulation failed."""
        self.close()

    def _table(self, path: Path, columns: tuple[str, ...]) -> "csv._writer":  # type: ignore[name-defined]
        file = path.open("w", newline="", encoding="utf-8")
        self._files.append(file)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        return writer


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
