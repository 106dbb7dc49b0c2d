from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from pipelines.base.money import STRIPE_EXPONENTS, exponent, exponents, from_major, to_major

STRIPE_ZERO_DECIMAL = [
    *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
    *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
]
STRIPE_THREE_DECIMAL = ["BHD", "JOD", "KWD", "OMR", "TND"]


@pytest.mark.parametrize("currency", STRIPE_ZERO_DECIMAL)
def test_zero_decimal_currencies_have_no_minor_unit(currency: str) -> None:
    assert exponent(currency) == 0


@pytest.mark.parametrize("currency", STRIPE_THREE_DECIMAL)
def test_three_decimal_currencies(currency: str) -> None:
    assert exponent(currency) == 3


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "HUF", "TWD", "ISK", "UGX"])
def test_stripe_sends_two_decimals_for_these(currency: str) -> None:
    assert exponent(currency) == 2


@pytest.mark.parametrize(
    ("currency", "places"),
    [
        *(
            (code, 2)
            for code in ("HRK", "BGN", "LTL", "LVL", "EEK", "SKK", "SIT", "MTL", "CYP", "DEM", "ANG")
        ),
        *(
            (code, 2)
            for code in ("STD", "SLL", "MRO", "ZMK", "VEB", "VEF", "ZWL", "ZWD", "CUC", "GHC", "TMM")
        ),
        *((code, 0) for code in ("BYR", "ITL", "ESP", "TRL", "MGF")),
    ],
)
def test_currencies_that_are_gone_keep_their_decimals(currency: str, places: int) -> None:
    assert exponent(currency) == places


@pytest.mark.parametrize("currency", ["XCG", "ZWG", "SLE", "VED", "MRU", "STN"])
def test_what_took_their_place_is_there(currency: str) -> None:
    assert exponent(currency) == 2


ACCEPTED = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
    "GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT "
    "LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR "
    "NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD "
    "XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
)
"""Currencies of rows that were accepted before the list was ours, and so is every one that follows."""


def test_a_currency_that_was_accepted_is_accepted_for_ever() -> None:
    assert set(ACCEPTED.split()) <= set(exponents())


def test_no_currency_of_the_published_list_is_missing() -> None:
    """Of the release that the tests are locked to. Where this fails after an upgrade, the new ones are to be added."""
    no_money = {"XTS", "XXX", "XAU", "XAG", "XPT", "XPD", "XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA"}
    listed = {found.code: found.exponent for found in Currency if found.exponent is not None}
    of_iso = {code: places for code, places in listed.items() if code not in no_money}
    assert of_iso | STRIPE_EXPONENTS == {code: exponents()[code] for code in of_iso}


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "ZZZ", "", "US"])
def test_codes_that_no_payment_is_made_in_are_unknown(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent(code)


def test_currency_codes_are_read_in_any_case() -> None:
    assert exponent("jpy") == exponent("JPY") == 0


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [(1050, "USD", "10.50"), (1050, "JPY", "1050"), (1050, "KWD", "1.050"), (-1, "EUR", "-0.01")],
)
def test_amounts_convert_exactly(minor: int, currency: str, major: str) -> None:
    assert to_major(minor, currency) == Decimal(major)
    assert from_major(Decimal(major), currency) == minor


@given(st.integers(-(10**17), 10**17), st.sampled_from(sorted(exponents())))
def test_conversion_there_and_back_loses_nothing(minor: int, currency: str) -> None:
    assert from_major(to_major(minor, currency), currency) == minor


def test_an_amount_finer_than_the_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="more decimal places"):
        from_major(Decimal("10.505"), "USD")
