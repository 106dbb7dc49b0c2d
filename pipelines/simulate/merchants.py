"""Merchants: a trade with an account, its buyers and how it stands."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipelines.simulate.chance import Ids, weighted
from pipelines.simulate.people import Customer, Method, country_of, draw_method, draw_person
from pipelines.simulate.settings import DAY, Simulation
from pipelines.simulate.trades import HOURS, TRADES, WEEKDAYS, Trade

_POOL_LIMIT = 120_000
_RETURNING_CUSTOMERS = 12


Standing = Literal["asked", "checked", "asked_again", "enabled", "rejected"]
"""How an account stands with Stripe: asked for all that is needed, what it told is checked, asked for what was not
good, it may take payments, or may never again."""


@dataclass(slots=True, eq=False)
class Merchant:
    """`id` is the account; `is_platform` for the archive's own, whose records name no account.
    `upgraded_at` is when its events change to the new API version, `turns_bad_at` when it stops
    delivering."""

    id: str
    index: int
    name: str
    trade: Trade
    is_platform: bool
    daily: float
    created: int
    upgraded_at: int
    payout_second: int
    pool_limit: int
    turns_bad_at: int | None
    customers: list[Customer] = field(default_factory=list)
    standing: Standing = "enabled"

    def is_old(self, at: int) -> bool:
        """Whether its events are still rendered in the old API version."""
        return at < self.upgraded_at

    def is_bad(self, at: int) -> bool:
        """Whether it has stopped delivering what it sells."""
        return self.turns_bad_at is not None and at >= self.turns_bad_at

    def settles_in(self, currency: str) -> str:
        """The currency in which a payment made in `currency` reaches this merchant's balance."""
        return currency if currency in self.trade.settles else self.trade.settles[0]

    def arrivals(self, at: int, day: int) -> float:
        """Mean number of one-off payments in the hour that begins at `at`."""
        if self.standing != "enabled":
            return 0.0
        local = (at // 3600 + self.trade.utc_offset) % 24
        weekday = (at // DAY + 3) % 7  # 1970-01-01 was a Thursday
        trend = 1 + 0.0008 * day
        one_off = 1 - 0.8 * self.trade.subscriptions
        return self.daily / 24 * HOURS[local] * WEEKDAYS[weekday] * trend * one_off


def open_merchants(settings: Simulation, rng: random.Random, ids: Ids) -> list[Merchant]:
    """The merchants of an archive, sized so that together they take `payments_per_day`."""
    trades = [TRADES[index % len(TRADES)] for index in range(settings.accounts)]
    sizes = [
        trade.share * (rng.lognormvariate(0, 0.8) if index >= len(TRADES) else 1)
        for index, trade in enumerate(trades)
    ]
    scale = settings.payments_per_day / sum(sizes)
    return [
        _open(settings, rng, ids, index, trade, size * scale)
        for index, (trade, size) in enumerate(zip(trades, sizes, strict=True))
    ]


def _open(
    settings: Simulation, rng: random.Random, ids: Ids, index: int, trade: Trade, daily: float
) -> Merchant:
    start = settings.started_at
    upgrade = settings.upgrade_day + (rng.randrange(0, 21) if index else 0)
    turns_bad = trade.profile == "turns_bad" and index < 2 * len(TRADES)
    return Merchant(
        id=ids.new("acct_1"),
        index=index,
        name=trade.name if index < len(TRADES) else f"{trade.name} {index // len(TRADES) + 1}",
        trade=trade,
        is_platform=index == 0,
        daily=daily,
        created=start - rng.randrange(200, 1_500) * DAY + rng.randrange(DAY),
        upgraded_at=start + upgrade * DAY + rng.randrange(6, 20) * 3600,
        payout_second=3 * 3600 + rng.randrange(3 * 3600),
        pool_limit=int(
            daily * _RETURNING_CUSTOMERS * min(1.0, _POOL_LIMIT / (settings.payments_per_day * 12))
        )
        + 12,
        turns_bad_at=start + 28 * DAY if turns_bad else None,
    )


def draw_customer(
    merchant: Merchant, rng: random.Random, ids: Ids, at: int, others: list[Merchant]
) -> Customer:
    """A new customer with one way to pay; now and then a person whom another merchant knows, same card."""
    known = _known_elsewhere(merchant, rng, others)
    if known is not None:
        person, card = known.person, known.methods[0].card
        method = Method(ids.new("pm_1"), known.methods[0].kind, card, at)
    else:
        person = draw_person(rng, country_of(rng, merchant.trade.buyers))
        method = draw_method(
            rng, ids, weighted(merchant.trade.methods).pick(rng), person.country, year_of(at), at
        )
    return Customer(
        id=ids.new("cus_"),
        person=person,
        created=at,
        hour=int(rng.triangular(7, 24, 19)) % 24,
        spend=rng.lognormvariate(0, 0.45),
        methods=[method],
        currency=merchant.trade.currency,
    )


def settle_in(merchant: Merchant, rng: random.Random, ids: Ids, start: int) -> Iterator[Customer]:
    """The customers a merchant has before the archive begins; they join its list as they are drawn."""
    for _ in range(merchant.pool_limit // 2):
        created = max(merchant.created, start - int(rng.expovariate(1 / (200 * DAY))) - 3600)
        customer = draw_customer(merchant, rng, ids, created, [])
        merchant.customers.append(customer)
        yield customer


def keep(merchant: Merchant, rng: random.Random, customer: Customer) -> None:
    """Add a customer to those who come back; where the list is full, someone stops coming back."""
    if len(merchant.customers) < merchant.pool_limit:
        merchant.customers.append(customer)
    else:
        merchant.customers[rng.randrange(len(merchant.customers))] = customer


def returning(merchant: Merchant, rng: random.Random, hour: int) -> Customer | None:
    """Someone who comes back: a few come often, and rather at their own hour."""
    customers = merchant.customers
    if not customers:
        return None
    first = customers[int(len(customers) * rng.random() ** 1.8)]
    second = customers[int(len(customers) * rng.random() ** 1.8)]
    return min(first, second, key=lambda customer: (customer.hour - hour) % 24)


def year_of(at: int) -> int:
    """The calendar year of a Unix time, to within a day at its ends."""
    return 1970 + int(at / (365.2425 * DAY))


def _known_elsewhere(merchant: Merchant, rng: random.Random, others: list[Merchant]) -> Customer | None:
    if not others or rng.random() > 0.07:
        return None
    other = rng.choice(others)
    same_region = (
        other.customers and other is not merchant and other.trade.currency == merchant.trade.currency
    )
    return rng.choice(other.customers) if same_region else None
