"""The commands about metrics: what they print, and how they refuse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.lakehouse import Lakehouse
from pipelines.metrics.shared.catalog import declared
from pipelines.settings import load_settings
from tests.vermeil.cli.running import as_json, vermeil

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "gold.payments_daily"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home of three days of payments in two currencies."""
    folder = tmp_path_factory.mktemp("home")
    with Lakehouse(load_settings({"home": folder}), all_tables(), spark) as lake, lake.writing("a test"):
        table = lake.declaration(NAME)
        rows = [
            _row(currency, date(2026, 3, day), captured)
            for currency, captured in (("JPY", 1050), ("USD", 123_456))
            for day in (1, 2, 9)
        ]
        lake.create(NAME)
        frame = spark.createDataFrame(
            [tuple(row[c] for c in table.column_names) for row in rows], table.spark_schema()
        )
        lake.publish(NAME, lake.staging.write(NAME, "1", frame), Append(), {})
    return folder


def _row(currency: str, day: date, captured: int) -> dict[str, Any]:
    empty = {column.name: 0.0 if column.type == "double" else 0 for column in all_tables()[NAME].columns}
    told = {
        "account": "a",
        "currency": currency,
        "date": day,
        "captured_minor": captured,
        "captured_count": 3,
    }
    return empty | told | {"attempts_count": 8, "payments_count": 3, "failed_count": 1}


def test_amounts_and_shares_are_written_for_people(home: Path) -> None:
    result = vermeil("metric", "captured_minor", "payment_success_rate", "--by", "currency", "--home", home)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["currency", "captured_minor", "payment_success_rate"],
        ["JPY", "3,150", "75", "%"],
        ["USD", "3,703.68", "75", "%"],
    ]
    assert "the newest day of the data is 2026-03-09" in lines[3]
    assert declared()["captured_minor"].meaning in lines[3]


def test_an_amount_of_one_currency_has_its_decimals(home: Path) -> None:
    asked = ("average_captured_minor", "--where", "currency = 'USD'", "--time", "2026-03-02")
    assert vermeil("metric", *asked, "--home", home).stdout.splitlines()[1].split() == ["411.52"]


def test_programs_get_exact_figures(home: Path) -> None:
    asked = (
        "captured_minor",
        "captured_count",
        "--by",
        "currency,week",
        "--time",
        "last_8_days",
        "--home",
        home,
    )
    found = vermeil("metric", *asked, "--format", "csv").stdout
    assert found == (
        "currency,week,captured_minor,captured_count\n"
        "JPY,2026-03-02,1050,3\nJPY,2026-03-09,1050,3\nUSD,2026-03-02,123456,3\nUSD,2026-03-09,123456,3\n"
    )
    [first, *_] = json.loads(vermeil("metric", *asked, "--format", "json", "--order=-week,currency").stdout)
    assert first == {"currency": "JPY", "week": "2026-03-09", "captured_minor": 1050, "captured_count": 3}


def test_the_query_is_printed_and_not_asked(home: Path) -> None:
    result = vermeil("metric", "captured_count", "--by", "month", "--query", "--limit", "3", "--home", home)
    assert result.stdout.split() == [
        "SELECT", "CAST(TRUNC(date,", "'MONTH')", "AS", "DATE)", "AS", "month,", "COALESCE(SUM(captured_count),", "0)",
        "AS", "captured_count", "FROM", "gold.payments_daily", "GROUP", "BY", "CAST(TRUNC(date,", "'MONTH')", "AS",
        "DATE)", "ORDER", "BY", "month", "ASC", "NULLS", "LAST", "LIMIT", "3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("captured_minor",), "two currencies are never added: group by currency"),
        (("captred_minor",), "no metric 'captred_minor'; nearest: captured_minor"),
        (
            ("captured_count", "--where", "currency = 'EUR'"),
            "no currency 'EUR' in the data; there are JPY, USD",
        ),
        (("refund_rate", "--by", "currency"), "say what to do about immature cohorts: mark or leave_out"),
        (("captured_count", "--by", "network"), "no dimension 'network'"),
    ],
)
def test_what_would_be_wrong_is_refused(home: Path, asked: tuple[str, ...], said: str) -> None:
    result = vermeil("metric", *asked, "--home", home)
    assert result.exit_code == 2
    assert result.stderr.startswith("vermeil: ")
    assert said in result.stderr
    assert result.stdout == ""


def test_metrics_are_listed() -> None:
    assert len(as_json("metrics")) == len(declared())
    [found] = as_json("metrics", "--table", "payments_daily", "--about", "basket size")
    assert found["name"] == "average_captured_minor"
    assert found["dimensions"] == ["account", "currency", "day", "week", "month", "quarter", "year"]
    assert found["definition"] == "sum of captured_minor / sum of captured_count"
    shown = vermeil("metrics", "--about", "basket size").stdout
    assert "average_captured_minor" in shown
    assert "1 metrics" in shown


def test_definitions_are_written_for_other_tools(tmp_path: Path) -> None:
    file = tmp_path / "metrics.yaml"
    result = vermeil("metrics", "export", "--to", "metricflow", "--out", file)
    assert result.exit_code == 0
    assert "customers_count: may not be added up over account, currency, date" in result.stderr
    documents = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    assert documents[0].keys() == {"project_configuration"}
    assert yaml.safe_load(vermeil("metrics", "export", "--to", "ossie").stdout)["version"] == "0.2.0.dev0"
