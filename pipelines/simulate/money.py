"""Currencies of the simulated world: minor units, prices that look like prices, exchange rates by day."""

from dataclasses import dataclass
from math import sin


@dataclass(frozen=True)
class Currency:
    """`usd` is the worth of one major unit in dollars; `step` the smallest price step in minor units;
    `fixed_fee` the processor's fee a payment, `dispute_fee` a dispute, both in minor units."""

    exponent: int
    usd: float
    step: int
    fixed_fee: int
    dispute_fee: int
    minimum: int


CURRENCIES = {
    "usd": Currency(2, 1.0, 1, 30, 1500, 50),
    "eur": Currency(2, 1.09, 1, 25, 2000, 50),
    "gbp": Currency(2, 1.27, 1, 20, 2000, 30),
    "jpy": Currency(0, 0.0067, 10, 0, 1300, 50),
    "kwd": Currency(3, 3.25, 50, 100, 5000, 150),
    "aed": Currency(2, 0.2723, 25, 100, 5500, 200),
    "cad": Currency(2, 0.73, 1, 30, 1500, 50),
    "aud": Currency(2, 0.66, 1, 30, 2500, 50),
    "chf": Currency(2, 1.13, 5, 30, 2000, 50),
    "brl": Currency(2, 0.18, 1, 39, 5500, 50),
}


def minor(amount: float, currency: str) -> int:
    """Major units as minor units, rounded; with three decimals the last is 0, as card networks ask."""
    exponent = CURRENCIES[currency].exponent
    units = round(amount * 10.0**exponent)
    return units - units % 10 if exponent == 3 else units


def price(amount: float, currency: str) -> int:
    """A price near `amount` major units, in minor units: 19.99 rather than 20.37, where there are cents."""
    facts = CURRENCIES[currency]
    units = int(amount * 10**facts.exponent)
    if facts.step == 1:
        units = units - units % 100 + 99 if units > 1000 else units - units % 10 + 9
    return max(units - units % facts.step, facts.minimum)


def rate(source: str, target: str, day: int) -> float:
    """Units of `target` for one of `source` on a day; it drifts by about one per cent. Six decimals."""
    return round(_dollars(source, day) / _dollars(target, day), 6)


def convert(amount: int, source: str, target: str, exchange_rate: float) -> int:
    """Minor units of `source` as minor units of `target` at a rate that holds between major units."""
    major = amount / 10 ** CURRENCIES[source].exponent
    return minor(major * exchange_rate, target)


def _dollars(currency: str, day: int) -> float:
    phase = sum(currency.encode())
    return CURRENCIES[currency].usd * (1 + (0 if currency == "usd" else 0.008 * sin(day / 11 + phase)))
