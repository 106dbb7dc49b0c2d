"""When two values are the same, and that their hashes say so."""

from __future__ import annotations

import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.upkeep.comparison import values
from pipelines.upkeep.comparison.values import Kind

NAN, INF = float("nan"), float("inf")


def same(one: Any, other: Any, kind: Kind = "number", type_: pa.DataType | None = None) -> bool:
    pair = [values.canonical(pa.array([value], type_), kind) for value in (one, other)]
    return bool(values.same(*pair, kind)[0])


def hashed(value: Any, kind: Kind = "number", type_: pa.DataType | None = None) -> int:
    return int(values.hashes(values.canonical(pa.array([value], type_), kind), kind)[0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (0.1 + 0.2, 0.3, True),
        (1e15, 1e15 * (1 + 9e-10), True),
        (1.0, 1.0 + 2e-9, False),
        (0.0, -0.0, True),
        (0.0, 9e-13, True),
        (0.0, 2e-12, False),
        (NAN, NAN, True),
        (NAN, None, False),
        (NAN, 0.0, False),
        (None, None, True),
        (None, 0.0, False),
        (INF, INF, True),
        (INF, 1e308, False),
        (INF, -INF, False),
    ],
)
def test_doubles_are_the_same_but_for_noise(one: float | None, other: float | None, expected: bool) -> None:
    assert same(one, other, type_=pa.float64()) is expected
    assert same(other, one, type_=pa.float64()) is expected


@given(st.floats(), st.floats(-1e-7, 1e-7))
def test_doubles_whose_hashes_are_equal_are_the_same(one: float, away: float) -> None:
    other = one * (1 + away)
    assert hashed(one) != hashed(other) or same(one, other)


@given(st.floats(min_value=1e-6, max_value=1e12).map(lambda value: round(value, 6)), st.sampled_from([-1, 1]))
def test_noise_beside_a_short_number_does_not_change_its_hash(one: float, away: int) -> None:
    assert same(one, one * (1 + away * 1e-15))
    if one == int(one) and one < 2**30:
        assert hashed(one) == hashed(one * (1 + away * 1e-15))


def test_what_is_no_double_is_compared_exactly() -> None:
    assert not same(10**17, 10**17 + 1, "exact")
    assert hashed(10**17, "exact") != hashed(10**17 + 1, "exact")
    assert not same("a", "a ", "exact")
    assert not same("", None, "exact", pa.string())
    assert hashed("", "exact") != hashed(None, "exact", pa.string())


@pytest.mark.parametrize(
    "other",
    [pa.timestamp("us"), pa.timestamp("ms"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "Europe/Berlin")],
    ids=str,
)
def test_a_moment_is_the_same_in_any_zone_and_unit(other: pa.DataType) -> None:
    utc = pa.array([1_767_225_600_000_000, None], pa.timestamp("us", "UTC"))
    pair = [values.canonical(array, "exact") for array in (utc, utc.cast(other))]
    assert values.same(*pair, "exact").all()
    assert (values.hashes(pair[0], "exact") == values.hashes(pair[1], "exact")).all()


@pytest.mark.parametrize("other", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_a_text_is_the_same_however_it_is_stored(other: pa.DataType) -> None:
    texts = pa.array(["usd", None, "eur"])
    pair = [values.canonical(array, "exact") for array in (texts, texts.cast(other))]
    assert values.same(*pair, "exact").all()
    assert (values.hashes(pair[0], "exact") == values.hashes(pair[1], "exact")).all()


def test_bytes_that_hold_doubles_are_compared_as_doubles() -> None:
    one, noise, other = (struct.pack("<3d", 1.0, NAN, x) for x in (0.3, 0.1 + 0.2, 0.4))
    assert same(one, noise, "numbers")
    assert hashed(one, "numbers") == hashed(noise, "numbers")
    assert not same(one, other, "numbers")
    assert hashed(one, "numbers") != hashed(other, "numbers")
    assert not same(one, one[:8], "numbers")
    assert not same(b"abc", b"abd", "numbers")


def test_of_the_name_of_a_model_version_its_digest_does_not_count() -> None:
    assert same("fraud-1-688986e9", "fraud-1-d2439a0a", "version")
    assert not same("fraud-1-688986e9", "fraud-2-688986e9", "version")


def test_different_types_are_never_the_same() -> None:
    assert not values.same(pa.array([1]), pa.array(["1"]), "exact").any()
