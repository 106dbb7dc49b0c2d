"""Gold of a simulated archive: as an independent reckoning has it, alike on both engines, and however it came in."""

from __future__ import annotations

import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from pipelines.catalog import all_tables, tables_of
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.verdict import accept_all
from pipelines.gold.shared.recipe import ByDay, recipe
from pipelines.lakehouse import Lakehouse
from pipelines.settings import Settings
from tests.small_lakehouse import ARCHIVE
from tests.small_lakehouse import home as home

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.slow

_SCORED = {"gold.payment_scores"}
"""What follows from models, which are not made here."""

DRIFT = "gold.schema_drift"
NOTHING_OF_THE_DAY = {
    "gold.card_testing_alerts", "gold.decline_reasons", "gold.dunning", "gold.exchange_rates_daily",
    "gold.false_declines", "gold.payouts_itemized", "gold.refunds_enriched", "gold.retries",
    "gold.revenue_converted_daily", "gold.rule_performance", "gold.settlement_reconciliation",
}  # fmt: skip
"""What has nothing of the day that comes late: nothing is declined or given back on it, its payouts, known by later
events, pay what was there before; no settlement file is there, and no reporting currency is named."""
GOLD = [
    table.name
    for table in tables_of("gold")
    if isinstance(recipe(table.name), ByDay) and not _SCORED.intersection(recipe(table.name).inputs)
]
SILVER = {name for gold in GOLD for name in recipe(gold).inputs if name.startswith("silver.")}
BASES = {table.history_of.name for name in SILVER if (table := all_tables()[name]).history_of}
SOURCES = [name for name in all_tables() if name in SILVER | BASES]
MONTH = (date(2026, 4, 1), date(2026, 4, 30))
LATE = date(2026, 5, 1)
"""The day that comes last: the first of its month, which is the date of what is told by months."""


@pytest.fixture(scope="module")
def whole(home: Path, spark: SparkSession) -> Lakehouse:
    return open_lake(home, spark)


def open_lake(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(Settings(home=home), all_tables(), spark)


def refresh(lake: Lakehouse, raw: Path) -> None:
    run = flow.Run(raw, accept_all, sweep)
    for name in ("bronze.records", *SOURCES, *GOLD, DRIFT):
        list(flow.refresh_table(lake, all_tables()[name], run))


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    return frame.toArrow().to_pylist()


def sorted_rows(frame: DataFrame) -> list[str]:
    return sorted(map(str, rows(frame)))


def april(found: Iterable[dict[str, Any]], column: str = "created_date") -> list[dict[str, Any]]:
    return [row for row in found if MONTH[0] <= row[column] <= MONTH[1] and row["livemode"] is not False]


def in_april(lake: Lakehouse, name: str) -> list[dict[str, Any]]:
    return [row for row in rows(lake.table(name)) if MONTH[0] <= row["date"] <= MONTH[1]]


def test_payments_are_as_reckoned_one_by_one(whole: Lakehouse) -> None:
    expected: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    place = {}
    for row in april(rows(whole.table("silver.charges"))):
        key = (row["account"], row["currency"], row["created_date"])
        place[row["account"], row["charge_id"]] = key
        day = expected[key]
        taken = row["status"] == "succeeded" and row["is_captured"]
        day["attempts_count"] += 1
        day["payments_count"] += row["status"] == "succeeded"
        day["captured_minor"] += row["amount_captured_minor"] if taken else 0
        day["card_captured_count"] += bool(taken and row["payment_method_type"] == "card")
        day["card_issuer_declined_count"] += row["outcome_type"] == "issuer_declined"
    for row in rows(whole.table("silver.refunds")):
        if row["status"] == "succeeded" and (row["account"], row["charge_id"]) in place:
            expected[place[row["account"], row["charge_id"]]]["refunded_minor"] += row["amount_minor"]
    disputed = {
        (row["account"], row["charge_id"])
        for row in rows(whole.table("silver.disputes"))
        if not row["status"].startswith("warning")
        and row["status"] != "prevented"
        and row["case_type"] not in ("block", "inquiry", "resolution")
    }
    for payment in disputed & place.keys():
        expected[place[payment]]["disputed_count"] += 1
    found = in_april(whole, "gold.payments_daily")
    assert {(row["account"], row["currency"], row["date"]) for row in found} == expected.keys()
    names = sorted({name for day in expected.values() for name in day})
    assert {"refunded_minor", "disputed_count"} <= set(names)
    for row in found:
        day = expected[row["account"], row["currency"], row["date"]]
        assert {name: row[name] for name in names} == {name: day[name] for name in names}


def test_authorizations_are_as_reckoned_one_by_one(whole: Lakehouse) -> None:
    intents: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows(whole.table("silver.charges")):
        if row["payment_method_type"] == "card" and row["livemode"] is not False:
            intents[row["account"], row["payment_intent_id"] or row["charge_id"]].append(row)
    expected: Counter[tuple[Any, ...]] = Counter()
    for attempts in intents.values():
        ordered = sorted(attempts, key=lambda row: (row["created_at"], row["charge_id"]))
        outcomes = [row["outcome_type"] for row in ordered]
        for number, row in enumerate(ordered, start=1):
            approved = row["outcome_type"] in ("authorized", "manual_review")
            reason = "none" if approved else row["outcome_reason"]
            kind = (
                row["account"],
                row["currency"],
                row["created_date"],
                row["card_network"],
                row["card_country"],
            )
            expected[*kind, row["wallet_type"] or "none", number, reason, "attempts"] += 1
            expected[*kind, row["wallet_type"] or "none", number, reason, "authorized"] += approved
            saved = number == 1 and bool({"authorized", "manual_review"} & set(outcomes))
            expected[*kind, row["wallet_type"] or "none", number, reason, "intents_authorized"] += saved
    found: Counter[tuple[Any, ...]] = Counter()
    for row in in_april(whole, "gold.authorizations_daily"):
        key = [
            row[name]
            for name in (
                "account",
                "currency",
                "date",
                "network",
                "card_country",
                "wallet",
                "attempt_number",
                "decline_reason",
            )
        ]
        for measure in ("attempts", "authorized", "intents_authorized"):
            found[*key, measure] += row[f"{measure}_count"]
    wanted = {key: count for key, count in expected.items() if count and MONTH[0] <= key[2] <= MONTH[1]}
    assert any(key[6] > 1 for key in wanted)
    assert {key: count for key, count in found.items() if count} == wanted


def test_payouts_agree_with_the_balance(whole: Lakehouse) -> None:
    found = rows(whole.table("gold.balances_daily"))
    assert {row["payout_difference_minor"] for row in found} == {0}
    compared = [row["payable_difference_minor"] for row in found if row["payable_minor"] is not None]
    assert len(compared) > 50
    assert set(compared) == {0}


def test_records_show_no_drift_but_the_events_that_stripe_does_not_have(whole: Lakehouse) -> None:
    found = rows(whole.table(DRIFT))
    assert {(row["object_type"], row["field_path"], row["drift"], row["found"]) for row in found} == {
        ("event", "type", "unknown_value", "loyalty.card.updated")
    }


@pytest.mark.parametrize("name", GOLD)
def test_both_engines_give_the_same_rows(
    whole: Lakehouse, compiled_spark: SparkSession, tmp_path: Path, name: str
) -> None:
    how = recipe(name)
    assert isinstance(how, ByDay)
    for source in how.inputs:
        pq.write_table(whole.table(source).toArrow(), tmp_path / f"{source}.parquet")
    now = {source: compiled_spark.read.parquet(str(tmp_path / f"{source}.parquet")) for source in how.inputs}
    assert sorted_rows(how.whole(now, None)) == sorted_rows(whole.table(name))


@pytest.fixture(scope="module")
def in_pieces(
    home: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession
) -> tuple[Lakehouse, dict[str, list[dict[str, Any]]]]:
    """A lakehouse that got the archive in two pieces of all days, and one day late; and gold before that."""
    folder = tmp_path_factory.mktemp("in_pieces")
    lake, archive = open_lake(folder / "home", spark), home / "raw"
    files = sorted(path for path in archive.rglob("*") if path.is_file())
    late = [path for path in files if f"{LATE}" in str(path)]
    others = [path for path in files if path not in late]
    random.Random(1).shuffle(others)
    for piece in (others[::2], others[1::2]):
        copy(piece, archive, folder / "raw")
        refresh(lake, folder / "raw")
    before = {name: rows(lake.table(name)) for name in GOLD}
    copy(late, archive, folder / "raw")
    refresh(lake, folder / "raw")
    return lake, before


def test_an_archive_that_comes_in_pieces_gives_the_same_tables(
    in_pieces: tuple[Lakehouse, dict[str, list[dict[str, Any]]]], whole: Lakehouse
) -> None:
    lake, _ = in_pieces
    for name in (*GOLD, DRIFT):
        assert sorted_rows(lake.table(name)) == sorted_rows(whole.table(name)), name


def test_a_late_day_rewrites_only_the_days_that_it_changes(
    in_pieces: tuple[Lakehouse, dict[str, list[dict[str, Any]]]],
) -> None:
    lake, before = in_pieces
    changed = {
        name: {row["date"] for row in different(before[name], rows(lake.table(name)))} for name in GOLD
    }
    assert {name for name in GOLD if LATE not in changed[name]} == NOTHING_OF_THE_DAY
    for name in GOLD:
        assert len(changed[name]) <= lake.note(name)["dates"] < ARCHIVE.days, name


def different(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[dict[str, Any]]:
    texts = {str(row) for row in one} ^ {str(row) for row in other}
    return [row for row in [*one, *other] if str(row) in texts]


def copy(files: Iterable[Path], root: Path, target: Path) -> None:
    for file in files:
        goal = target / file.relative_to(root)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, goal)
