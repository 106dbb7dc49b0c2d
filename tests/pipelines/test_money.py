from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.money import exponent, exponents, from_major, to_major

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
