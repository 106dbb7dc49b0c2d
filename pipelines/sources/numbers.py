"""Numbers as files write them to plain ones: digits, a point before the decimals, a minus sign in front."""

from __future__ import annotations

import re
from decimal import Decimal

from pipelines.base.money import exponents
from pipelines.sources.source import Source

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\Z")
_FLOAT = re.compile(r"-?[0-9](?:\.[0-9]{1,17})?[eE]\+?[0-9]{1,2}\Z")
_WHOLE = re.compile(r"[0-9]*\Z")
_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_SAME = {" ": str.maketrans(_SPACES, " " * 3), "'": str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}", "'")}
"""Other characters that stand for the one between thousands."""
_NOISE = Decimal("0.000001")


class Refused(Exception):  # noqa: N818 - it is a finding about a row, not an error
    """Why a value cannot be what its column holds."""


def normal(text: str, source: Source) -> str:
    """A number with a point before its decimals and nothing between its thousands.

    However a file's numbers are written, ``(12.00)`` and ``12.00-`` are negative and ``.50`` is a half; thousands may
    be grouped as in India, ``1,23,456``.

    Raises:
        Refused: it is no number that is written so.
    """
    text = unfolded(text, source)
    if source.numbers.decimal == "." and _PLAIN.match(text):
        return text.removeprefix("+")
    negative, bare = _unsigned(text, source.numbers.symbols)
    whole, mark, fraction = bare.partition(source.numbers.decimal)
    whole = _ungrouped(whole, source.numbers.thousands)
    if not _WHOLE.match(whole) or not _WHOLE.match(fraction) or not (fraction if mark else whole):
        raise Refused("not a number as the mapping's numbers are written")
    return f"{'-' if negative else ''}{whole or '0'}{'.' if mark else ''}{fraction}"


def unfolded(text: str, source: Source) -> str:
    """A number without its exponent, where fields are values of JSON or Parquet: 1.2345678E7 was 12345678 once.

    In a CSV file 1.23E+07 is what a spreadsheet shows of a number whose digits are lost.
    """
    return f"{Decimal(text):f}" if source.format != "csv" and _FLOAT.match(text) else text


def minor(text: str | None, currency: str | None, source: Source) -> int:
    """An amount of major units in minor units, exactly; 0 for none.

    Raises:
        Refused: it is no number, or none that the currency can have.
    """
    if text is None:
        return 0
    places = exponents().get((currency or "").upper())
    if places is None:
        raise Refused("its currency is missing or not one of ISO 4217")
    number = normal(text, source)
    whole, _, fraction = number.partition(".")
    if _digits(whole) > 18:
        raise Refused("a number of more than 18 digits")
    fraction = fraction.rstrip("0")
    if len(fraction) <= places:
        return int(whole + fraction.ljust(places, "0"))
    exact = Decimal(number).scaleb(places)
    nearest = exact.to_integral_value()
    if not source.numbers.float_noise or abs(exact - nearest) > _NOISE:
        raise Refused(f"more decimal places than its currency has ({places})")
    return int(nearest)


def whole(text: str | None, currency: str | None, source: Source) -> int:
    """An amount that is in minor units already; 0 for none.

    Raises:
        Refused: it is no whole number.
    """
    del currency
    if text is None:
        return 0
    found, _, fraction = normal(text, source).partition(".")
    if fraction.strip("0") or _digits(found) > 18:
        raise Refused("not a whole number of at most 18 digits")
    return int(found)


def _digits(number: str) -> int:
    return len(number.removeprefix("-"))


def _unsigned(text: str, symbols: list[str]) -> tuple[bool, str]:
    """Whether a number is negative, and the number without its sign and the symbol of its currency.

    There is one sign at most, before or behind the number or around it; a symbol may stand on either side of it.
    """
    bare = _without_symbol(text, symbols)
    if bare.startswith("(") and bare.endswith(")"):
        return True, _without_symbol(bare[1:-1], symbols)
    if bare.startswith(("-", "−", "+")):
        return bare[0] != "+", _without_symbol(bare[1:], symbols)
    if bare.endswith(("-", "−")):
        return True, _without_symbol(bare[:-1], symbols)
    return False, bare


def _without_symbol(text: str, symbols: list[str]) -> str:
    for symbol in sorted(symbols, key=len, reverse=True):
        if text.startswith(symbol):
            return text[len(symbol) :].strip()
        if text.endswith(symbol):
            return text[: -len(symbol)].strip()
    return text.strip() if symbols else text


def _ungrouped(whole: str, thousands: str | None) -> str:
    """The digits before the decimals without what stands between their thousands.

    Groups are of three digits, or, as in India, of two before a last one of three. Anything else could be another
    number, such as one whose decimals stand behind a comma.
    """
    if not thousands:
        return whole
    if thousands in _SAME:
        whole = whole.translate(_SAME[thousands])
    if thousands not in whole:
        return whole
    first, *groups, last = whole.split(thousands)
    size = len(groups[0]) if groups else 3
    is_grouped = size in (2, 3) and all(len(group) == size for group in groups)
    if not is_grouped or len(last) != 3 or not 1 <= len(first) <= size:
        raise Refused("not a number as the mapping's numbers are written")
    return "".join((first, *groups, last))
