"""Whole numbers in the texts of records: 1050, and 1050.0 or 1.05E3 of a writer that knows fractions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression

_INTEGER = r"^-?[0-9]{1,18}$"
_FRACTION = r"^-?[0-9]{1,18}([.][0-9]{1,18})?([eE][+]?[0-9]{1,2})?$"
_TOO_LARGE = 9 * 10**14
"""From here on an engine's parser of JSON may miss the last digit of 900000000000001.0."""


def whole_number(raw: Expression) -> Expression:
    """The whole number of at most 18 digits that a text says; null for any other text, and for 1050.5.

    Records that went through Lua, pandas or a map of Gson have their whole numbers as binary fractions, 1050.0 or, from
    ten million on, 1.2345678E7. Those are read below 9 * 10**14, where they are exact on every engine.
    """
    fraction = raw.try_cast("double")
    is_whole = (fraction == F.floor(fraction)) & (F.abs(fraction) < _TOO_LARGE)
    of_fraction = F.when(is_whole, fraction.cast("bigint"))
    return F.when(raw.rlike(_INTEGER), raw.cast("bigint")).when(raw.rlike(_FRACTION), of_fraction)


def whole_text(raw: Expression) -> Expression:
    """A whole number as its digits, without a fraction of zeros; any other text as it is."""
    return F.regexp_replace(raw, r"^([0-9]+)[.]0+$", "$1")
