"""Currencies and their minor units.

Amounts are integers in the minor unit of their currency. How many minor units make a major one comes from
ISO 4217, except where Stripe's API differs from it (docs.stripe.com/currencies). The currencies stand in
``currencies.txt``, a file of our own: a library drops those that are gone, and its upgrade would refuse what was paid.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib.resources import files

# Stripe sends MGA without decimals though ISO 4217 gives it two, and ISK and UGX with two that are always 00.
STRIPE_EXPONENTS = {"MGA": 0, "ISK": 2, "UGX": 2}


@cache
def exponents() -> dict[str, int]:
    """Decimal places of each currency's minor unit, by upper-case ISO 4217 code, of those that are gone as well."""
    text = files("pipelines.base").joinpath("currencies.txt").read_text("utf-8")
    listed = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {code: int(decimals) for code, decimals, *_ in listed} | STRIPE_EXPONENTS


def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit.

    Raises:
        ValueError: the code is not a currency that payments are made in.
    """
    try:
        return exponents()[currency.upper()]
    except KeyError:
        raise ValueError(f"unknown currency {currency!r}: an ISO 4217 code such as USD is expected") from None


def to_major(amount_minor: int, currency: str) -> Decimal:
    """An exact amount in major units: 1050 of USD is 10.50, 1050 of JPY is 1050, 1050 of KWD is 1.050."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def formatted(amount_minor: int, currency: str) -> str:
    """An amount in major units as people read it, without its currency: 105000 of USD is 1,050.00."""
    return f"{to_major(amount_minor, currency):,.{exponent(currency)}f}"


def majors(amounts_minor: Iterable[int], currencies: Iterable[str]) -> list[Decimal]:
    """Exact amounts in major units, of a column of amounts and one of their currencies."""
    return [to_major(int(minor), currency) for minor, currency in zip(amounts_minor, currencies, strict=True)]


def from_major(amount: Decimal, currency: str) -> int:
    """The inverse of :func:`to_major`.

    Raises:
        ValueError: the amount has more decimal places than the currency.
    """
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has more decimal places than {currency} has ({exponent(currency)})")
    return int(minor)
