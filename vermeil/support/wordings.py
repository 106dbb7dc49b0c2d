"""Words of which rules speak: numbers, comparisons, stretches of time, currencies, countries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from pipelines.base.money import exponents, from_major
from pipelines.errors import RuleError
from vermeil.ask.numerals import NUMERALS

COUNTS: Mapping[str, int] = {
    "zero": 0,
    **NUMERALS,
    "twenty": 20,
    "thirty": 30,
    "fifty": 50,
    "hundred": 100,
    "a": 1,
    "an": 1,
    "once": 1,
    "twice": 2,
    "thrice": 3,
}

NUMBER = rf"(?:\d+(?:[.,]\d+)*|{'|'.join(sorted(COUNTS, key=len, reverse=True))})"
"""A number in digits or as a word; in digits a comma stands between thousands."""

COMPARED = (
    r"(?:more than|over|above|greater than|at least|no less than|from|less than|fewer than|under|below|at most|"
    r"up to|no more than|exactly|just|only|equal to)"
)
"""How a number is compared."""

_OPERATORS: Mapping[str, str] = {
    "more than": ">", "over": ">", "above": ">", "greater than": ">", "at least": ">=", "no less than": ">=",
    "from": ">=", "less than": "<", "fewer than": "<", "under": "<", "below": "<", "at most": "<=", "up to": "<=",
    "no more than": "<=", "exactly": "=", "just": "=", "only": "=", "equal to": "=",
}  # fmt: skip

WINDOW = (
    rf"(?:(?:in|within|over|during|per|for|of)\s+(?:the\s+)?(?:last\s+|past\s+)?(?:(?P<length>{NUMBER})\s+)?"
    r"(?P<unit>minute|hour|day|week|month)s?|(?P<short>today|yesterday))"
)
"""A stretch of time up to the payment."""

_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000}

CURRENCIES: Mapping[str, str] = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "dollar": "USD", "dollars": "USD", "£": "GBP",
    "pound": "GBP", "pounds": "GBP", "¥": "JPY", "yen": "JPY", "franc": "CHF", "francs": "CHF",
}  # fmt: skip
"""Signs and names of currencies; dollars, pounds and francs are those that most mean, and it is said."""

MONEY = (
    r"(?:(?P<before>[€$£¥])\s*(?P<money>\d+(?:[.,]\d+)*)|(?P<amount>\d+(?:[.,]\d+)*)\s*"
    r"(?P<after>[€$£¥]|euros?|dollars?|pounds?|yen|francs?|[a-z]{3})?)"
)

COUNTRIES: Mapping[str, str] = {
    "argentina": "AR", "australia": "AU", "austria": "AT", "belgium": "BE", "brazil": "BR", "bulgaria": "BG",
    "canada": "CA", "chile": "CL", "china": "CN", "colombia": "CO", "croatia": "HR", "czechia": "CZ",
    "denmark": "DK", "egypt": "EG", "finland": "FI", "france": "FR", "germany": "DE", "ghana": "GH", "greece": "GR",
    "hong kong": "HK", "hungary": "HU", "india": "IN", "indonesia": "ID", "ireland": "IE", "israel": "IL",
    "italy": "IT", "japan": "JP", "kenya": "KE", "kuwait": "KW", "luxembourg": "LU", "malaysia": "MY",
    "mexico": "MX", "morocco": "MA", "netherlands": "NL", "new zealand": "NZ", "nigeria": "NG", "norway": "NO",
    "pakistan": "PK", "peru": "PE", "philippines": "PH", "poland": "PL", "portugal": "PT", "romania": "RO",
    "russia": "RU", "saudi arabia": "SA", "singapore": "SG", "slovakia": "SK", "slovenia": "SI",
    "south africa": "ZA", "south korea": "KR", "spain": "ES", "sweden": "SE", "switzerland": "CH", "taiwan": "TW",
    "thailand": "TH", "turkey": "TR", "ukraine": "UA", "united arab emirates": "AE", "united kingdom": "GB",
    "united states": "US", "vietnam": "VN", "the us": "US", "the uk": "GB", "the usa": "US", "america": "US",
    "uk": "GB", "usa": "US", "great britain": "GB", "britain": "GB", "england": "GB",
}  # fmt: skip

_NAMED = "|".join(sorted(map(re.escape, COUNTRIES), key=len, reverse=True))
COUNTRY = rf"(?:the\s+)?(?:{_NAMED}|(?-i:(?!IP|EU)[A-Z]{{2}}))\b"
"""A country by its name, or by its code in capitals."""


def number(word: str) -> Decimal:
    """What a number is."""
    text = word.strip().lower()
    return Decimal(COUNTS[text]) if text in COUNTS else Decimal(text.replace(",", ""))


def operator(words: str | None, default: str) -> str:
    """The sign of a comparison."""
    return _OPERATORS[" ".join(words.split())] if words else default


def seconds(found: re.Match[str]) -> int | None:
    """How long a window is; None where none is told."""
    groups = found.groupdict()
    if groups.get("short"):
        return _SECONDS["day"]
    if not groups.get("unit"):
        return None
    return int(number(groups.get("length") or "one") * _SECONDS[groups["unit"]])


def money(found: re.Match[str]) -> tuple[int, str, str | None]:
    """Minor units, the currency's code, and what was assumed.

    Raises:
        RuleError: no currency is told, or an amount that it has not.
    """
    sign = (found["before"] or found["after"] or "").lower()
    code = CURRENCIES.get(sign, sign.upper())
    if code not in exponents():
        raise RuleError(
            f"an amount of {found['money'] or found['amount']} of which currency? Amounts of two are not compared: say "
            "such as above 100 EUR"
        )
    try:
        minor = from_major(number(found["money"] or found["amount"]), code)
    except ValueError as error:
        raise RuleError(str(error)) from None
    named = sign and sign.upper() != code and sign not in ("€", "euro", "euros", "yen", "¥")
    return minor, code, f"{sign} are {code}" if named else None


def country(text: str) -> str:
    """The code of a country."""
    name = text.strip().lower()
    plain = name.removeprefix("the ")
    return COUNTRIES.get(name) or COUNTRIES.get(plain) or plain.upper()
