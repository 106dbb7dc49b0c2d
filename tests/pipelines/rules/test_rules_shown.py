"""The rules that the documentation shows catch fraud in the archive that the demo makes."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import functions as F  # noqa: N812

from pipelines.catalog import all_tables
from pipelines.features.payments import PAYMENTS
from pipelines.rules.columns import rule_names
from pipelines.rules.condition import parse_condition
from pipelines.simulate import Simulation, simulate
from vermeil.cli.commands import SAMPLE

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PLACES = ("README.md", "docs/models.md", "vermeil/cli/rules.py")


def examples() -> list[str]:
    texts = [(ROOT / place).read_text(encoding="utf-8") for place in PLACES]
    found = [re.findall(r'vermeil rule test "(.+?)"', text) for text in texts]
    assert all(found), "each of the places shows a rule"
    return sorted({rule for rules in found for rule in rules})


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> DataFrame:
    """The charges of the demo's archive, without its dirt, with what rules look at, and whether each is fraud."""
    home = tmp_path_factory.mktemp("demo")
    start = date(2026, 11, 26) - timedelta(days=SAMPLE["days"])
    simulate(Simulation(**SAMPLE, start=start, dirt=False), home / "raw", home / "truth")
    with (home / "truth" / "frauds.csv").open(encoding="utf-8") as file:
        frauds = {row["charge"] for row in csv.DictReader(file)}
    rows = {charge["id"]: row(charge, charge["id"] in frauds) for charge in charges(home / "raw")}
    types = "card_country string, ip_country string, customer_id string, is_fraud boolean"
    return spark.createDataFrame(list(rows.values()), types)


def charges(raw: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(raw.glob("events/**/*.gz")):
        for line in gzip.decompress(file.read_bytes()).split(b"\n"):
            if b'"type":"charge.succeeded"' in line:
                record = json.loads(line)
                yield (record.get("detail") or record)["data"]["object"]


def row(charge: dict[str, Any], is_fraud: bool) -> tuple[object, ...]:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    metadata = charge.get("metadata") or {}
    ip_country = metadata.get("ip_country") or metadata.get("customer_ip_country")
    return card.get("country"), ip_country, charge.get("customer"), is_fraud


@pytest.mark.parametrize("rule", examples())
def test_an_example_catches_more_fraud_than_it_hurts(rule: str, payments: DataFrame) -> None:
    condition = parse_condition(rule, rule_names(all_tables()))
    own = {one.name: f"cast({one.sql} as double)" for one in PAYMENTS.own}
    columns = [F.expr(own.get(name, name)).alias(name) for name in condition.names]
    held = payments.select("is_fraud", *columns).filter(condition.holds())
    caught, hurt = (held.filter(F.col("is_fraud") == fraud).count() for fraud in (True, False))
    assert caught > hurt > 0
