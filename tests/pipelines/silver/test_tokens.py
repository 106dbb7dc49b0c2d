"""Tokens in place of personal data: equal on every engine and in Python, and nothing of the key in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from frames import KEY
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy.token_key import TokenKey
from pipelines.privacy.tokens import PREFIXES, Kind, token, tokenised
from pipelines.table import Column, Table
from tests import plans

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

TABLE = Table(
    "silver.things",
    "Things.",
    ("thing_id",),
    (
        Column("thing_id", "string", "Id.", required=True),
        *(Column(kind, "string", "A value.", path=kind, personal=kind) for kind in PREFIXES),
        Column("latitude", "double", "Degrees.", path="latitude", personal="location"),
        Column("rest", "string", "Not personal.", path="rest"),
    ),
)

VALUES: dict[Kind, list[str | None]] = {
    "email": ["jane@example.com", " Jane@Example.COM ", "ÄÖÜ@exämple.de", "", None, "j\tane@x.org"],
    "name": ["Jane Doe", "JANE  DOE", "  Zoë\n Ångström ", "李小龍", None, 'O\'Brien-\\Smith "x"'],
    "phone": ["+44 20 7946 0958", "0044 (20) 7946-0958", "44.20.7946.0958", "no number", None, "１２"],
    "address": ["1 High Street", "1  high street ", "Straße 5", "🏠 7", None, "SW1A 1AA"],
    "ip": ["203.0.113.7", "2001:DB8::1", "2001:db8::1", " ::1", None, ""],
    "document": [
        "GB passport 123456789",
        "gb passport 123456789",
        "br_cpf 12345678909",
        "",
        None,
        "FR id_card AB12",
    ],
    "identity": [
        "Jane Doe 1990-01-31",
        "JANE DOE 1990-01-31",
        "李小龍 1940-11-27",
        "",
        None,
        "Zoë Ångström 2001-12-01",
    ],
}


def frame(spark: SparkSession) -> DataFrame:
    count = len(VALUES["email"])
    rows = {"thing_id": [f"t_{n}" for n in range(count)], **VALUES}
    rest = {"latitude": [51.9, -0.1, 0.0, -90.0, None, 51.0], "rest": ["jane@example.com"] * count}
    return spark.createDataFrame(pa.table(rows | rest))


def test_every_engine_makes_the_tokens_that_python_makes(any_spark: SparkSession) -> None:
    found = (
        tokenised(frame(any_spark), TABLE.column_names, TABLE, KEY).orderBy("thing_id").toArrow().to_pydict()
    )
    for kind, values in VALUES.items():
        assert found[kind] == [None if value is None else token(kind, value, KEY) for value in values]
    assert found["latitude"] == [51.0, -1.0, 0.0, -90.0, None, 51.0]
    assert found["rest"] == ["jane@example.com"] * 6
    assert found["thing_id"] == [f"t_{n}" for n in range(6)]


def test_a_token_says_what_it_stands_for_and_which_key_made_it() -> None:
    made = token("email", "jane@example.com", KEY)
    assert made.startswith(f"em_{KEY.id}_")
    assert len(made) == len("em_") + 6 + 1 + 32
    other = TokenKey(bytes(32))
    assert token("email", "jane@example.com", other)[:10] == f"em_{other.id}_" != made[:10]
    assert token("name", "jane@example.com", KEY)[10:] != made[10:]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Jane@Example.com", " jane@example.com"),
        ("name", "jane  doe", "Jane Doe"),
        ("phone", "+1 (415) 555-0100", "0014155550100"),
        ("address", "1 High\nStreet", "1 high street"),
    ],
)
def test_spellings_of_one_value_have_one_token(kind: Kind, one: str, other: str) -> None:
    assert token(kind, one, KEY) == token(kind, other, KEY)


@given(st.sampled_from(sorted(PREFIXES)), st.text())
def test_a_token_tells_nothing_but_its_kind_and_key(kind: Kind, value: str) -> None:
    made = token(kind, value, KEY)
    assert len(made) == 42
    assert made[10:].isalnum()


def test_no_plan_shows_the_key(any_spark: SparkSession) -> None:
    plan = plans.told(tokenised(frame(any_spark), TABLE.column_names, TABLE, KEY), logical=True).lower()
    assert "sha" in plan
    for secret in (KEY.secret, *KEY.pads()):
        for part in (secret[:8], secret[-8:]) if secret is KEY.secret else (secret[:8],):
            assert part.hex() not in plan
            assert str(list(part))[1:-1] not in plan
