"""``vermeil why``: what it prints of a change, and how it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.vermeil.cli.running import as_json, vermeil

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "gold.payments_daily"
TESTED = "gold.card_testing_alerts"
FIRST = date(2026, 3, 2)
EMPTY = {"bigint": 0, "string": "", "double": 0.0, "timestamp": datetime(2026, 3, 10, 7, tzinfo=UTC)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """Two weeks of payments in two currencies; in the second one shop captures more, and half of another's fail."""
    folder = tmp_path_factory.mktemp("home")
    days = [FIRST + timedelta(days=number) for number in range(14)]
    payments = [
        {
            "account": shop,
            "currency": currency,
            "date": day,
            "captured_minor": 10_000 + number % 7 + (30_000 if shop == "books" and number > 6 else 0),
            "payments_count": 100 - (50 if shop == "films" and number > 6 else 0),
            "failed_count": 50 if shop == "films" and number > 6 else 0,
        }
        for number, day in enumerate(days)
        for shop in ("books", "films")
        for currency in ("EUR", "JPY")
    ]
    tested = [{"account": "films", "date": days[8], "attempts_count": 40, "refused_count": 38}]
    with Lakehouse(load_settings({"home": folder}), all_tables(), spark) as lake, lake.writing("a test"):
        for name, rows in ((NAME, payments), (TESTED, tested)):
            table = lake.declaration(name)
            lake.create(name)
            full = [tuple(row.get(c.name, EMPTY.get(c.type)) for c in table.columns) for row in rows]
            frame = spark.createDataFrame(full, table.spark_schema())
            lake.publish(name, lake.staging.write(name, "1", frame), Append(), {})
    return folder


def test_a_rate_that_fell_in_one_shop(home: Path) -> None:
    result = vermeil("why", "payment_success_rate", "--time", "2026-03-09..2026-03-15", "--home", home)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "payment_success_rate 2026-03-09..2026-03-15 against 2026-03-02..2026-03-08"
    assert lines[2].startswith("100 % → 75 %, −25.00 points: more than noise")
    table = lines.index(next(line for line in lines if line.startswith("account ")))
    assert lines[table + 1].split() == [
        "films", "100", "%", "50", "%", "−25.00", "points", "−25.00", "points", "±0.00", "points",
    ]  # fmt: skip
    assert lines[table].split()[0] == "account"
    assert table < lines.index(next(line for line in lines if line.startswith("currency ")))
    assert (
        lines[-1].strip()
        == "2026-03-10  card testing: Cards were tested at films: 40 small attempts, 38 refused."
    )


def test_money_is_told_by_currency_in_its_own_decimals(home: Path) -> None:
    asked = ("why", "captured_minor", "--time", "last_7_days", "--home", home)
    said = vermeil(*asked).stdout
    assert "EUR: 1,400.42 → 3,500.42, +2,100.00: more than noise" in said
    assert "JPY: 140,042 → 350,042, +210,000: more than noise" in said
    found = as_json(*asked)
    assert [one["currency"] for one in found["changes"]] == ["EUR", "JPY"]
    for change in found["changes"]:
        [split] = change["by"]
        assert [(part["value"], part["part"]) for part in split["parts"]] == [
            ("books", 210_000),
            ("films", 0),
        ]
        assert change["change"] == 210_000
    assert [one["kind"] for one in found["happened"]] == ["card testing"]


def test_an_unequal_stretch_is_said(home: Path) -> None:
    asked = ("captured_minor", "--time", "2026-03-12..2026-03-15", "--against", "2026-03-02..2026-03-08")
    said = vermeil("why", *asked, "--where", "currency = 'JPY'", "--home", home).stdout
    assert "The periods have 7 and 4 days" in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("captred_minor", "--time", "last_7_days"), "nearest: captured_minor"),
        (("captured_minor", "--time", "2026-03", "--against", "2026-03-02"), "days in common"),
        (("captured_minor", "--time", "last_7_days", "--by", "network"), "no dimension 'network'"),
    ],
)
def test_what_would_be_wrong_is_refused(home: Path, asked: tuple[Any, ...], said: str) -> None:
    result = vermeil("why", *asked, "--home", home)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
