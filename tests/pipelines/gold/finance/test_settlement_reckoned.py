"""Settlement files of chance against the ledger of a simulated archive, as DuckDB reckons them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pipelines.catalog import all_tables
from pipelines.gold.finance.settlement_reconciliation import RECIPE, STATUSES
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.pipelines.gold.finance_oracle import SETTLED
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.silver_rows import Row, frame
from tests.small_lakehouse import home as home

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = [pytest.mark.slow, pytest.mark.engine]

GOLD, LINES, ENRICHED = RECIPE.table.name, *RECIPE.inputs


@pytest.fixture(scope="module")
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        yield lakehouse


@dataclass
class Settled:
    """A lakehouse that has taken in settlement files."""

    lake: Lakehouse
    lines: list[Row]

    def table(self, name: str) -> DataFrame:
        return frame(self.lake.spark, name, self.lines) if name == LINES else self.lake.table(name)

    @property
    def now(self) -> dict[str, DataFrame]:
        return {name: self.table(name) for name in RECIPE.inputs}


def lines_of(lake: Lakehouse, seed: int = 5) -> list[Row]:
    """Lines of what the ledger has, without some, with others, and with faults."""
    chance = random.Random(seed)
    told = sorted(
        (row.asDict() for row in lake.table(ENRICHED).collect()),
        key=lambda row: row["balance_transaction_id"],
    )
    days = sorted({row["date"] for row in told})
    away = set(days[12:22])
    lines = [
        _line(chance, n, row)
        for n, row in enumerate(told)
        if chance.random() < 0.97 and row["date"] not in away
    ]
    return lines + [line | {"settlement_line_id": f"twice_{n}"} for n, line in enumerate(lines[::150])]


def _line(chance: random.Random, number: int, row: Row) -> Row:
    fault = (
        chance.choice(["id", "amount", "fee", "day", "far", "payout", "currency"])
        if chance.random() < 0.1
        else ""
    )
    later = {"day": chance.choice([1, 2, 5]), "far": 50}.get(fault, 0)
    fee = row["fee_minor"] + (fault == "fee")
    amount = row["amount_minor"] + (fault == "amount")
    return {
        "account": row["account"], "settlement_line_id": f"line_{number}", "record_id": f"rec_{number}",
        "balance_transaction_id": f"txn_unknown_{number}" if fault == "id" else row["balance_transaction_id"],
        "created_at": row["created_at"] + timedelta(days=later), "created_date": row["date"] + timedelta(days=later),
        "currency": "XOF" if fault == "currency" else row["currency"], "amount_minor": amount, "fee_minor": fee,
        "net_minor": amount - fee, "reporting_category": row["reporting_category"],
        "payout_id": "po_other" if fault == "payout" else row["payout_id"],
    }  # fmt: skip


def test_it_is_as_reckoned_from_silver(lake: Lakehouse) -> None:
    settled = Settled(lake, lines_of(lake))
    expected = SETTLED.reckoned(cast("Lakehouse", settled), GOLD)
    found = RECIPE.whole(settled.now, None).toArrow().to_pylist()
    assert set(Counter(row["status"] for row in found)) == set(STATUSES)
    assert texts(found) == expected


@pytest.mark.parametrize("seed", [1, 2])
def test_days_made_anew_give_the_same_as_all_made_at_once(lake: Lakehouse, seed: int) -> None:
    lines = lines_of(lake)
    late = random.Random(seed).sample(lines, 2)
    before, after = Settled(lake, [line for line in lines if line not in late]), Settled(lake, lines)
    changed = {LINES: frame(lake.spark, LINES, late), ENRICHED: lake.table(ENRICHED).limit(0)}
    days = RECIPE.touched(changed, after.now)
    kept = [
        row for row in RECIPE.whole(before.now, None).toArrow().to_pylist() if str(row["date"]) not in days
    ]
    assert kept
    anew = RECIPE.days(after.now, days, None).toArrow().to_pylist()
    assert texts(kept + anew) == texts(RECIPE.whole(after.now, None).toArrow().to_pylist())
