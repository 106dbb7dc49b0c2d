"""What card testing looks like: many cards, one after the other, tried with small amounts and mostly refused.

Whoever has bought or guessed card numbers tries which of them work, where a payment is easy to make.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.money import exponents, from_major
from pipelines.frames.measures import live
from pipelines.payments.attempts import declined

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Burst:
    """From which figures on small attempts of one account, currency and stretch of time are a burst.

    Attributes:
        seconds: how long the stretches are, counted from midnight; a day is a whole number of them.
        cards: lowest number of different cards.
        refused_percent: lowest share of attempts that the issuer declined or that were blocked.
    """

    seconds: int
    cards: int
    refused_percent: int


BURST = Burst(seconds=3600, cards=10, refused_percent=50)
"""Ten cards: a shop's own customers rarely are so many within an hour with so small amounts, and half of them refused
is three times what issuers refuse of ordinary attempts at a distance."""

SMALL = 10
"""The highest amount that is small, in major units of a currency that ``SMALL_ELSEWHERE`` does not name."""

SMALL_ELSEWHERE: Mapping[str, int] = {
    "ALL": 1000, "AMD": 4000, "ARS": 10_000, "BDT": 1000, "BHD": 4, "BIF": 30_000, "CLP": 10_000, "COP": 40_000,
    "CRC": 5000, "CZK": 250, "DJF": 2000, "DKK": 70, "DZD": 1500, "EGP": 500, "GNF": 90_000, "HUF": 4000,
    "IDR": 150_000,
    "INR": 900, "ISK": 1400, "JMD": 1500, "JOD": 7, "JPY": 1500, "KES": 1500, "KHR": 40_000, "KMF": 5000, "KRW": 15_000,
    "KWD": 3, "KZT": 5000, "LAK": 200_000, "LBP": 900_000, "LKR": 3000, "MGA": 45_000, "MMK": 20_000, "MNT": 35_000,
    "MXN": 200, "NGN": 15_000, "NOK": 100, "NPR": 1400, "OMR": 4, "PHP": 600, "PKR": 3000, "PYG": 75_000, "RSD": 1000,
    "RUB": 900, "RWF": 14_000, "SEK": 100, "THB": 350, "TND": 30, "TRY": 400, "TWD": 300, "TZS": 25_000, "UAH": 400,
    "UGX": 37_000, "UYU": 400, "UZS": 120_000, "VND": 250_000, "VUV": 1200, "XAF": 6000, "XOF": 6000, "XPF": 1200,
    "YER": 2500, "ZAR": 200,
}  # fmt: skip
"""The same where ten units are worth far less, or more, than ten US dollars: sizes of amounts, no exchange rates."""


def small_attempts(charges: DataFrame) -> DataFrame:
    """Live attempts to pay small amounts without the card at hand, each with the ``window`` of its day.

    The first window of a day is 0.
    """
    of_day = F.unix_seconds("created_at") % 86_400
    made = live(charges).filter("coalesce(is_card_not_present, false)").filter(_is_small())
    return made.withColumns(
        {
            "window": ((of_day - of_day % BURST.seconds) / BURST.seconds).cast("bigint"),
            "is_declined": declined(),
            "is_refused": declined() | F.col("is_blocked"),
        }
    )


def is_burst() -> Column:
    """Whether a row with ``cards_count``, ``attempts_count`` and ``refused_count`` of a window is a burst."""
    refused = F.col("refused_count") * 100 >= F.col("attempts_count") * BURST.refused_percent
    return (F.col("cards_count") >= BURST.cards) & refused


def _is_small() -> Column:
    # One case of many branches: of one within another, some thirty deep, the embedded engine makes a plan of gigabytes.
    (first, codes), *others = _limits()
    limit = F.when(F.col("currency").isin(*codes), first)
    for amount, codes in others:
        limit = limit.when(F.col("currency").isin(*codes), amount)
    return F.col("amount_minor") <= limit.otherwise(SMALL * 100)


def _limits() -> Iterator[tuple[int, list[str]]]:
    """The highest small amounts in minor units, each with its currencies; but for that of most of them."""
    by_currency = {code: from_major(Decimal(SMALL_ELSEWHERE.get(code, SMALL)), code) for code in exponents()}
    ordered = sorted(by_currency, key=lambda code: (by_currency[code], code))
    for limit, codes in groupby(ordered, key=by_currency.__getitem__):
        if limit != SMALL * 100:
            yield limit, list(codes)
