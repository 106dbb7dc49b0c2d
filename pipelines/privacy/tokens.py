"""Tokens in place of personal data: the same value gives the same token in every table, and no way leads back.

A token is ``em_<key id>_<digest>``: what it stands for, the key it was made with, and 32 hexadecimal digits of the
HMAC-SHA256 of kind and value. Values are compared as people mean them: case and white space make no other person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from pipelines.privacy.texts import scrubbed
from pipelines.privacy.token_key import TokenKey

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.table import Table

Kind = Literal["email", "name", "phone", "address", "ip", "document", "identity"]

PREFIXES: dict[Kind, str] = {
    "email": "em", "name": "nm", "phone": "ph", "address": "ad", "ip": "ip", "document": "dc", "identity": "id",
}  # fmt: skip

DIGITS = 32
"""Hexadecimal digits of the digest that a token keeps: 128 bits, so that no two values ever share one."""

_SPACE = "[ \t\n\r]+"


def tokenised(rows: DataFrame, columns: Iterable[str], table: Table, key: TokenKey) -> DataFrame:
    """The rows with tokens in place of personal data; texts scrubbed, locations to the whole degree.

    Their columns are named, and not asked of the engine: it would plan everything once more to say them.
    """
    personal = {column.name: column for column in table.columns if column.personal}
    if not personal:
        return rows
    inner, outer = key.pads()
    # In a frame of their own: a literal would show in plans, logs and errors.
    schema = pa.schema({"inner_pad": pa.binary(), "outer_pad": pa.binary()})
    pads = pa.Table.from_pylist([{"inner_pad": inner, "outer_pad": outer}], schema)
    # On the left: Sail goes through the right side for each row of the left one, and makes a batch of each.
    keyed = F.broadcast(rows.sparkSession.createDataFrame(pads)).crossJoin(rows)
    names = [F.col(column.name) for column in table.columns if column.personal == "name"]
    kept = []
    for name in columns:
        match personal[name].personal if name in personal else None:
            case None:
                kept.append(F.col(name))
            case "text":
                kept.append(scrubbed(F.col(name), names).alias(name))
            case "location":
                kept.append(F.floor(name).cast("double").alias(name))
            case kind:
                kept.append(_token(kind, F.col(name), key.id).alias(name))
    return keyed.select(*kept)


def token(kind: Kind, value: str, key: TokenKey) -> str:
    """The token of one value, as :func:`tokenised` makes it: to look a person up by what is known of them."""
    return f"{PREFIXES[kind]}_{key.id}_{key.digest(f'{kind}:{normalised(kind, value)}')[:DIGITS]}"


def normalised(kind: Kind, value: str) -> str:
    """What is the same of all spellings of a value."""
    if kind == "phone":
        return re.sub("^00", "", re.sub("[^0-9]", "", value))
    return re.sub(_SPACE, " ", value).strip(" ").lower()


def _normalised(kind: Kind, value: Expression) -> Expression:
    if kind == "phone":
        return F.regexp_replace(F.regexp_replace(value, "[^0-9]", ""), "^00", "")
    return F.lower(F.trim(F.regexp_replace(value, _SPACE, " ")))


def _token(kind: Kind, value: Expression, key_id: str) -> Expression:
    text = F.encode(F.concat(F.lit(f"{kind}:"), _normalised(kind, value)), "utf-8")
    digest = F.sha2(F.concat(F.col("inner_pad"), text), 256)
    hmac = F.sha2(F.concat(F.col("outer_pad"), F.unhex(digest)), 256)
    return F.concat(F.lit(f"{PREFIXES[kind]}_{key_id}_"), F.substring(hmac, 1, DIGITS))
