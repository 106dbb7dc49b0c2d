"""Texts without what can be recognized as personal; what is JSON stays JSON."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyspark.sql import functions as F  # noqa: N812

from pipelines.privacy.texts import EMAIL, IP, PHONE, scrubbed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TEXTS = {
    "Receipt for jane.doe+x@example.co.uk, thanks": "Receipt for [email], thanks",
    "mail:<zoë@exämple.de>;": "mail:<[email]>;",
    "two: a@b.de,c@d.fr": "two: [email],[email]",
    "no address: a @ b, @home": "no address: a @ b, @home",
    "call +44 20 7946 0958 or (415) 555-0100": "call [phone] or [phone]",
    "call 415-555-0100 415.555.0101": "call [phone] [phone]",
    "from 203.0.113.7 and 2001:db8::1:2": "from [ip] and [ip]",
    "order 4155550100 of 2026-03-01 12:30:45, 3 x 19.99": "order 4155550100 of 2026-03-01 12:30:45, 3 x 19.99",
    "Jane Doe paid; JANE DOE wrote": "[name] paid; JANE DOE wrote",
    '{"a":"x@y.org","n":1e+12345678901,"t":"\\nb@c.de"}': '{"a":"[email]","n":1e+12345678901,"t":"\\n[email]"}',
    '{"who":"Jane Doe","tel":"\\t+14155550100"}': '{"who":"[name]","tel":"\\t[phone]"}',
    '{"e":"jos\\u00e9@x.org"}': '{"e":"[email]"}',
    "": "",
}


def test_what_is_recognized_goes_and_the_rest_stays(any_spark: SparkSession) -> None:
    texts = [*TEXTS, None]
    frame = any_spark.createDataFrame(pa.table({"n": range(len(texts)), "text": texts}))
    name = F.lit("Jane Doe")
    found = (
        frame.select("n", scrubbed(F.col("text"), [name]).alias("text")).orderBy("n").toArrow().to_pydict()
    )
    assert found["text"] == [*TEXTS.values(), None]


@pytest.mark.parametrize("name", ["null", "Jane", "1 2", '":" "', "a: b"])
def test_a_name_that_json_could_mean_is_left(spark: SparkSession, name: str) -> None:
    text = json.dumps({"a": None, "b": "Jane", name: [12, {"c": 1}]})
    frame = spark.createDataFrame(pa.table({"text": [text], "name": [name]}))
    [row] = frame.select(scrubbed(F.col("text"), [F.col("name")]).alias("text")).collect()
    assert isinstance(json.loads(row["text"]), dict)


PIECES = st.sampled_from(
    ["a@b.de", "+14155550100", "203.0.113.7", "\n", "\\", '"', "é", "\u2028", "u00e9", ".", " ", "1e+1", "::1", "{", ","]
)  # fmt: skip
TEXT = st.lists(PIECES, max_size=8).map("".join)
VALUE = st.recursive(
    TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(VALUE, st.booleans())
@example({"a": "\\\n\\a@b.de"}, True)
def test_json_stays_json_of_the_same_form(value: object, ascii_only: bool) -> None:
    text = json.dumps({"v": value}, ensure_ascii=ascii_only, separators=(",", ":"))
    for pattern, label in ((EMAIL, "[email]"), (IP, "[ip]"), (PHONE, "[phone]")):
        text = re.sub(pattern, lambda found, label=label: found[1] + label, text)  # type: ignore[misc]
    found = json.loads(text, object_pairs_hook=lambda pairs: [inner for _, inner in pairs])
    assert form(found) == form({"v": value})


def form(value: object) -> object:
    """What a value is made of, without texts and keys."""
    match value:
        case dict():
            return [form(inner) for inner in value.values()]
        case list():
            return [form(inner) for inner in value]
        case str():
            return "text"
    return value
