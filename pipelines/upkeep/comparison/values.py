"""When two values are the same, whichever engine wrote them, and a number for each that is the same where they are.

Numbers with a fraction (doubles) are sums that engines add up in different orders: they are the same where they differ
by no more than a relative :data:`RELATIVE`, or by no more than :data:`ABSOLUTE` beside zero. -0.0 is 0.0, and NaN is
NaN, which is not null. All else is compared exactly; times as microseconds, with or without a zone.
"""

from __future__ import annotations

import zlib
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

Kind = Literal["exact", "number", "numbers", "version", "presence"]
"""How a column is compared: exactly, as a double, as bytes that hold doubles, as the name of a model version without
the digest at its end, or only by whether there is a value."""

RELATIVE = 1e-9
ABSOLUTE = 1e-12

_DROPPED = np.uint64(18)
"""Bits of a double's 52 that its hash leaves out. What is left tells apart what differs by 6e-11: hashes that are equal
mean values that are the same, and values of which only the hashes differ are looked at themselves."""

_NULL = np.uint64(0x9E3779B97F4A7C15)
_TIME = pa.timestamp("us", tz="UTC")


def canonical(values: pa.Array, kind: Kind) -> pa.Array:
    """The same values in the one Arrow type that stands for all in which engines may have written them."""
    if kind == "presence":
        return values.is_valid()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    wanted = canonical_type(values.type, kind)
    if kind == "version":
        return pc.replace_substring_regex(values.cast(wanted), "-[0-9a-f]{8}$", "")
    return values if values.type == wanted else values.cast(wanted, safe=not pa.types.is_timestamp(wanted))


def canonical_type(type_: pa.DataType, kind: Kind) -> pa.DataType:
    """The type that :func:`canonical` gives."""
    if kind == "presence":
        return pa.bool_()
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    is_type = pa.types
    for tests, wanted in (
        ((is_type.is_large_string, is_type.is_string_view), pa.string()),
        ((is_type.is_large_binary, is_type.is_binary_view, is_type.is_fixed_size_binary), pa.binary()),
        ((is_type.is_timestamp,), _TIME),
        ((is_type.is_date64,), pa.date32()),
        ((is_type.is_integer,), pa.int64()),
        ((is_type.is_floating,), pa.float64()),
    ):
        if any(test(type_) for test in tests):
            return wanted
    return type_


def hashes(values: pa.Array, kind: Kind) -> Hashes:
    """A number of 64 bits for each canonical value: equal numbers mean the same value, but for one pair in 2**64."""
    if pa.types.is_floating(values.type):
        found = _mixed(_rounded(_doubles(values)))
    elif kind == "numbers":
        found = _of_vectors(values)
    elif _is_integer(values.type):
        found = _mixed(_as_integers(values))
    else:
        found = _of_bytes(values)
    found[_nulls(values)] = _NULL
    return found


def salted(found: Hashes, salt: str) -> Hashes:
    """The hashes of one column, told from those of another: sums of them stand for a row."""
    return _mixed(found + _of_text(salt))


def same(one: pa.Array, other: pa.Array, kind: Kind) -> Flags:
    """Where two arrays of canonical values hold the same; nowhere if they are of different types."""
    if one.type != other.type:
        return np.zeros(len(one), dtype=np.bool_)
    nulls, others = _nulls(one), _nulls(other)
    if pa.types.is_floating(one.type):
        equal = _close(_doubles(one), _doubles(other))
    elif kind == "numbers":
        equal = _close_vectors(one, other)
    else:
        equal = pc.equal(one, other).fill_null(False).to_numpy(zero_copy_only=False)
    return (nulls & others) | (equal & ~nulls & ~others)


def _close(one: Numbers, other: Numbers) -> Flags:
    with np.errstate(invalid="ignore"):
        away = np.abs(one - other)
        allowed = np.maximum(np.maximum(np.abs(one), np.abs(other)) * RELATIVE, ABSOLUTE)
        close = np.isfinite(one) & np.isfinite(other) & (away <= allowed)
    found: Flags = close | (one == other) | (np.isnan(one) & np.isnan(other))
    return found


def _close_vectors(one: pa.Array, other: pa.Array) -> Flags:
    pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
    return np.array([_close_bytes(a or b"", b or b"") for a, b in pairs], dtype=np.bool_)


def _close_bytes(one: bytes, other: bytes) -> bool:
    if len(one) != len(other) or len(one) % 8:
        return one == other
    return bool(_close(np.frombuffer(one, "<f8"), np.frombuffer(other, "<f8")).all())


def _nulls(values: pa.Array) -> Flags:
    found: Flags = values.is_null().to_numpy(zero_copy_only=False)
    return found


def _doubles(values: pa.Array) -> Numbers:
    found: Numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False)
    return found


def _rounded(values: Numbers) -> Hashes:
    """The bits of doubles, of which those that may be noise are rounded away, to the nearest: 0.5 and a little less
    than 0.5 come out alike."""
    plain = np.where(np.abs(values) < ABSOLUTE / 2, 0.0, values)  # NaN stays, -0.0 does not
    plain = np.where(np.isnan(plain), np.nan, plain)
    half = np.uint64(1) << (_DROPPED - np.uint64(1))
    found = (np.ascontiguousarray(plain).view(np.uint64) + half) >> _DROPPED
    # The greatest doubles are rounded up to what would be infinity.
    return found | (~np.isfinite(plain)).astype(np.uint64) << np.uint64(63)


def _of_vectors(values: pa.Array) -> Hashes:
    """Of bytes that hold doubles, by length: all rows of a model have as many features."""
    held = [value or b"" for value in values.to_pylist()]
    lengths = np.array([len(value) for value in held])
    found = np.zeros(len(held), dtype=np.uint64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        if length % 8 or not length:
            found[rows] = _of_objects(np.array([held[row] for row in rows], dtype=object))
            continue
        numbers = np.frombuffer(b"".join(held[row] for row in rows), "<f8").astype(np.float64)
        parts = _mixed(_rounded(numbers)).reshape(len(rows), -1)
        places = _mixed(np.arange(parts.shape[1], dtype=np.uint64))
        found[rows] = _mixed(parts + places).sum(axis=1, dtype=np.uint64)
    return found


def _of_bytes(values: pa.Array) -> Hashes:
    """Of texts and bytes. Most columns hold few different ones, and each is hashed once."""
    encoded = values.dictionary_encode()
    if not len(encoded.dictionary):
        return np.zeros(len(values), dtype=np.uint64)
    different = _of_objects(encoded.dictionary.to_numpy(zero_copy_only=False))
    found: Hashes = different[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    return found


def _of_objects(values: npt.NDArray[np.object_]) -> Hashes:
    return np.asarray(pd.util.hash_array(values, categorize=False), dtype=np.uint64)


def _is_integer(type_: pa.DataType) -> bool:
    return bool(pa.types.is_boolean(type_) or pa.types.is_int64(type_) or pa.types.is_temporal(type_))


def _as_integers(values: pa.Array) -> Hashes:
    if pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    found: npt.NDArray[np.int64] = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return found.astype(np.uint64)


def _of_text(text: str) -> np.uint64:
    return np.uint64(zlib.crc32(text.encode()) | zlib.adler32(text.encode()) << 32)


def _mixed(values: Hashes) -> Hashes:
    """Every bit of a number made to depend on all: the last step of SplitMix64."""
    found = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = found ^ (found >> np.uint64(31))
    return mixed
