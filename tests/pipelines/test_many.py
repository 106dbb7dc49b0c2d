"""Thousands of scattered days, files and ids in one run: no plan, no predicate and no note grows with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines import catalog
from pipelines.catalog import all_tables
from pipelines.erasure.forget import erase_target, forget
from pipelines.erasure.redactions import sweep
from pipelines.flow import changes, entering
from pipelines.flow import refresh as flow
from pipelines.flow.as_of import as_of
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.privacy.forgotten import Entry, Suppression, key
from pipelines.privacy.ownership import Target
from pipelines.settings import load_settings
from pipelines.silver.quarantine import Choice
from pipelines.table import Rule, Table
from pipelines.upkeep.replay import replay
from tests.frames import Json, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

MANY = 3000
DAY = 86_400
START = 1_230_768_000
"""2009-01-01; the shop is open every second day."""

TABLES = (
    "bronze.records", "silver.charges", "silver.refunds", "silver.charge_history", "silver.quarantine",
    "gold.payments_daily", "gold.features_payments", "gold.training_fraud", "gold.fraud_labels",
)  # fmt: skip
"""Of every kind of flow one: silver, a history, gold by day, features, and gold that is made from gold."""


def charge(number: int, **more: Any) -> Json:
    return {
        "id": f"ch_{number:05d}", "object": "charge", "created": START + 2 * number * DAY, "amount": 1000,
        "amount_captured": 1000, "amount_refunded": 0, "captured": True, "paid": True, "currency": "usd",
        "status": "succeeded", "livemode": True, "customer": "cus_many", "outcome": {"type": "authorized"},
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "fingerprint": f"fp{number % 7}"}}, **more,
    }  # fmt: skip


def paid(number: int) -> list[Json]:
    made = charge(number)
    return [event(made, "charge.succeeded", made["created"], f"evt_paid{number}")]


def returned(number: int) -> list[Json]:
    """A refund a month later, of the payment of a day that nothing else happened to."""
    made = charge(number, amount_refunded=100)
    at = made["created"] + 30 * DAY
    refund = {"id": f"re_{number}", "object": "refund", "created": at, "amount": 100, "currency": "usd"}
    return [
        event(made, "charge.refunded", at, f"evt_back{number}"),
        event(refund | {"charge": made["id"], "status": "succeeded"}, "refund.created", at, f"evt_refund{number}"),
    ]  # fmt: skip


def write(home: Path, name: str, records: Any) -> None:
    folder = home / "raw" / name
    folder.mkdir(parents=True)
    for number in range(MANY):
        (folder / f"{number}.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in records(number)))


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), catalog.all_tables(), spark)


def wrong_tables() -> dict[str, Table]:
    """The tables, of which one has a rule that all its records break."""
    charges = all_tables()["silver.charges"]
    wrong = Rule("never", "amount_minor <> 1000", "a rule that is wrong")
    return {**all_tables(), charges.name: replace(charges, rules=(*charges.rules, wrong))}


def run(lake: Lakehouse, **how: Any) -> None:
    outcomes = flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=TABLES, **how))
    assert not any(outcome.failed for outcome in outcomes)


def totals(lake: Lakehouse) -> tuple[int, ...]:
    """Days, payments and money taken and given back."""
    daily = lake.table("gold.payments_daily")
    [row] = daily.selectExpr(
        "count(*)", "sum(captured_count)", "sum(captured_minor)", "sum(refunded_count)", "sum(refunded_minor)"
    ).collect()
    return tuple(row)


TAKEN = (MANY, MANY, MANY * 1000, 0, 0)
GIVEN_BACK = (*TAKEN[:3], MANY, MANY * 100)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("many")


@pytest.fixture
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with opened(home, spark) as lakehouse:
        yield lakehouse


# The tests are the life of one lakehouse, in this order.


def test_a_first_load(home: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, "paid", paid)
    monkeypatch.setattr(catalog, "all_tables", wrong_tables)
    with opened(home, spark) as lake:
        run(lake)
        assert lake.table("silver.quarantine").count() == MANY


def test_a_replay(lake: Lakehouse) -> None:
    [charges] = replay(lake, accept_all, Choice()).tables
    assert (charges.chosen, charges.taken_in) == (MANY, MANY)
    assert totals(lake) == TAKEN
    assert lake.table("gold.features_payments").count() == MANY


def test_an_increment(home: Path, lake: Lakehouse) -> None:
    write(home, "returned", returned)
    run(lake)
    assert totals(lake) == GIVEN_BACK
    assert lake.table("silver.charge_history").count() == 2 * MANY


def test_a_full_refresh(lake: Lakehouse) -> None:
    run(lake, full={"silver.charges", "silver.refunds"})
    assert totals(lake) == GIVEN_BACK


def test_no_note_has_grown(lake: Lakehouse) -> None:
    for name in TABLES:
        for commit in lake.history(name):
            assert len(json.dumps(commit.note)) < 20_000, (name, commit.operation)
    [batch, *_] = entering.noted_files(lake)
    assert batch["record_count"] in (1, 2)
    assert len(lake.note("gold.training_fraud").get(changes.DAYS) or ()) <= 16


def test_what_was_known_half_way(lake: Lakehouse) -> None:
    half = datetime.fromtimestamp(START + MANY * DAY, UTC)
    [row] = (
        as_of(lake, half).table("gold.payments_daily").selectExpr("count(*)", "sum(refunded_minor)").collect()
    )
    assert (row[0], row[1]) == (MANY // 2 + 1, (MANY // 2 - 14) * 100)


def test_many_objects_are_erased(lake: Lakehouse) -> None:
    ids = frozenset(f"re_{number}" for number in range(MANY))
    keyed = Suppression(key(lake.settings.forget_key_path, make=True))
    done = erase_target(lake, Target(ids, narrow=True, types=frozenset({"refund"})), Entry(), keyed)
    assert (done.records, done.rows["silver.refunds"]) == (MANY, MANY)
    assert totals(lake) == GIVEN_BACK


def test_somebody_with_many_records_is_forgotten(lake: Lakehouse) -> None:
    done = forget(lake, "cus_many")
    assert done.rows["silver.charges"] == MANY
    assert lake.table("silver.charges").filter("customer_id = 'cus_many'").count() == 0
    run(lake)
    assert totals(lake) == GIVEN_BACK
    assert audit(lake).faults == ()
