"""Settlement files of chance against the ledger of a simulated archive, as DuckDB reckons them."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pipelines.base.money import to_major
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.gold.finance.settlement_reconciliation import RECIPE, STATUSES
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.sources.mapping import example
from tests.pipelines.gold.finance_oracle import SETTLED
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.silver_rows import Row, frame
from tests.small_lakehouse import Made
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


def test_a_file_is_taken_in_and_leads_back_to_its_lines(
    few_days: Made, tmp_path: Path, spark: SparkSession
) -> None:
    """A report in major units: all agrees but one amount, and a line of what the ledger does not have."""
    home = tmp_path / "home"
    shutil.copytree(few_days.home, home)
    (home / "sources").mkdir()
    shutil.copy(example("stripe_report_lines"), home / "sources")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        booked = [row for row in lake.table(ENRICHED).collect() if row["account"] == "platform"]
        lines = [_written(row, 100 if n == 3 else 0) for n, row in enumerate(booked)]
        lines.append(lines[0].replace(booked[0]["balance_transaction_id"], "txn_of_nobody"))
        report = home / "raw" / "settlement" / "report.csv"
        report.parent.mkdir()
        report.write_text("\n".join([_COLUMNS, *lines, ""]), encoding="utf-8")
        list(flow.refresh(lake, flow.Run(home / "raw", accept_all, sweep)))
        found = {row["balance_transaction_id"]: row for row in lake.table(GOLD).collect()}
        off = found[booked[3]["balance_transaction_id"]]
        assert (off["status"], off["difference_minor"]) == ("other_amount", -100)
        records = lake.table("bronze.records").filter(f"record_id = '{off['record_id']}'")
        [place] = records.select("file", "line").collect()
        assert tuple(place) == ("settlement/report.csv", 5)
        statuses = Counter(row["status"] for row in found.values())
        assert statuses["matched"] == len(booked) - 1
        assert found["txn_of_nobody"]["status"] in ("missing_transaction", "open", "not_comparable")


_COLUMNS = (
    "balance_transaction_id,created_utc,created,currency,gross,fee,net,reporting_category,source_id,"
    "automatic_payout_id,description"
)


def _written(row: Row, more: int) -> str:
    """A line of a report, as Stripe writes it."""
    when = row["created_at"].strftime("%Y-%m-%d %H:%M:%S")
    amounts = (row["amount_minor"] + more, row["fee_minor"], row["net_minor"] + more)
    told = ",".join(f"{to_major(amount, row['currency']):f}" for amount in amounts)
    return (
        f"{row['balance_transaction_id']},{when},{when},{row['currency'].lower()},{told},"
        f"{row['reporting_category']},{row['source_id'] or ''},{row['payout_id'] or ''},"
    )


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
