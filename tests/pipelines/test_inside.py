"""An object that stands inside another one is a version of its own table, in everything that is made of versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Replace
from pipelines.erasure.forget import forget
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.as_of import as_of
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.upkeep.verify import verify
from tests.frames import CREATED, Json, envelope, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

TABLES = (
    "bronze.records", "silver.charges", "silver.refunds", "silver.balance_transactions", "silver.customers",
    "silver.charge_history", "silver.quarantine", "gold.audit", "gold.schema_drift",
)  # fmt: skip
"""Enough to see it."""


def charge(amount_refunded: int, **more: Any) -> Json:
    return {
        "id": "ch_1", "object": "charge", "created": CREATED, "amount": 5000, "amount_captured": 5000, "paid": True,
        "amount_refunded": amount_refunded, "captured": True, "currency": "usd", "status": "succeeded", **more,
    }  # fmt: skip


def refund(id: str, after: int, **more: Any) -> Json:
    return {
        "id": id, "object": "refund", "created": CREATED + after, "amount": 1200, "currency": "usd",
        "status": "succeeded", "charge": "ch_1", **more,
    }  # fmt: skip


def listed(*refunds: Json) -> Json:
    return {"object": "list", "data": list(refunds), "has_more": False}


BALANCE = {
    "id": "txn_1", "object": "balance_transaction", "amount": -1200, "fee": 0, "net": -1200, "currency": "usd",
    "created": CREATED + 10, "type": "refund", "status": "pending",
}  # fmt: skip
CUSTOMER = {
    "id": "cus_1",
    "object": "customer",
    "created": CREATED - 99,
    "email": "ada@example.org",
    "name": "Ada L.",
}

FIRST: list[Json] = [
    event(
        charge(1200, refunds=listed(refund("re_1", 10, balance_transaction=BALANCE))),
        "charge.refunded", CREATED + 20, "evt_1",
    ),
    # The refund's own event is of an earlier second, and says less.
    event(refund("re_1", 10, status="pending"), "refund.created", CREATED + 10, "evt_2"),
    envelope(event(
        charge(2400, customer=CUSTOMER, refunds=listed(
            refund("re_2", 30), refund("re_1", 10, reason="duplicate"), refund("re_bad", 30, amount="all"),
        )),
        "charge.updated", CREATED + 30, "evt_3",
    )) | {"time": "2026-01-01T00:00:31Z"},
]  # fmt: skip
LATER: list[Json] = [
    # In one second, the event about the refund itself is what counts, also with the same refund inside its charge.
    event(
        refund("re_2", 30, status="failed", charge=charge(1200, refunds=listed(refund("re_2", 30)))),
        "refund.updated", CREATED + 50, "evt_4",
    ),
    event(charge(1200, refunds=listed(refund("re_2", 30, status="canceled"))), "charge.updated", CREATED + 50, "evt_5"),
]  # fmt: skip


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def write(home: Path, name: str, documents: list[Json]) -> None:
    (home / "raw").mkdir(parents=True, exist_ok=True)
    (home / "raw" / name).write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in documents))


def run(lake: Lakehouse, **how: Any) -> None:
    only = how.pop("only", TABLES)
    given = flow.Run(lake.settings.raw_dir, accept_all, sweep, only=only, **how)
    assert not any(one.failed for one in flow.refresh(lake, given))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    folder = tmp_path_factory.mktemp("inside")
    write(folder, "1.ndjson", FIRST)
    run(opened(folder, spark))
    write(folder, "2.ndjson", LATER)
    run(opened(folder, spark))
    return folder


@pytest.fixture
def lake(home: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    with opened(home, spark) as lakehouse:
        yield lakehouse


@pytest.fixture
def copied(home: Path, tmp_path: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    shutil.copytree(home, tmp_path / "home")
    with opened(tmp_path / "home", spark) as lakehouse:
        yield lakehouse


def rows(lake: Lakehouse, name: str, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, lake.table(name).select(*columns).collect()), key=str)


def test_the_latest_version_counts_wherever_it_stood(lake: Lakehouse) -> None:
    assert rows(lake, "silver.refunds", "refund_id", "status", "reason", "version_id", "record_path") == [
        ("re_1", "succeeded", "duplicate", "evt_3", "refunds.data[1]"),
        ("re_2", "failed", None, "evt_4", None),
    ]
    found = rows(lake, "silver.balance_transactions", "balance_transaction_id", "event_type", "record_path")
    assert found == [("txn_1", "charge.refunded", "refunds.data[0].balance_transaction")]
    assert rows(lake, "silver.customers", "customer_id", "record_path") == [("cus_1", "customer")]


def test_a_version_inside_another_object_is_part_of_the_history(lake: Lakehouse) -> None:
    assert rows(
        lake, "silver.charge_history", "version_id", "record_path", "amount_refunded_minor", "is_current"
    ) == [
        ("evt_1", None, 1200, False),
        ("evt_3", None, 2400, False),
        ("evt_4", "charge", 1200, False),
        ("evt_5", None, 1200, True),
    ]


def test_what_breaks_the_contract_names_its_place(lake: Lakehouse) -> None:
    [(table, reason, payload)] = rows(lake, "silver.quarantine", "table_name", "reason", "payload")
    assert (table, json.loads(payload)["id"]) == ("silver.refunds", "re_bad")
    assert reason.startswith("refunds.data[2]: amount_minor: not a whole number")


def test_the_audit_balances_and_says_how_many_came_that_way(lake: Lakehouse) -> None:
    found = audit(lake)
    assert found.faults == ()
    assert (found.total.records, found.total.current, found.total.superseded) == (5, 2, 3)
    assert (found.total.inside, found.total.inside_current, found.total.inside_missing) == (8, 3, 0)
    assert found.silver_rows == 5


def test_one_that_is_gone_is_missed(copied: Lakehouse) -> None:
    kept = copied.table("silver.refunds").filter("refund_id <> 're_1'")
    staged = copied.staging.write("silver.refunds", "tampered", kept)
    copied.publish("silver.refunds", staged, Replace(), copied.note("silver.refunds"))
    found = audit(copied)
    assert not found.balanced
    assert found.total.missing + found.total.inside_missing > 0


def test_the_deep_audit_finds_every_row_as_it_should_be(copied: Lakehouse) -> None:
    found = verify(copied, only=TABLES)
    assert found.differences == ()


def test_a_rebuilt_table_is_the_same(home: Path, copied: Lakehouse, spark: SparkSession) -> None:
    names = ("silver.refunds", "silver.charge_history", "silver.quarantine")
    run(copied, full={"silver.charges", "silver.refunds", "silver.balance_transactions"})
    with opened(home, spark) as before:
        for name in names:
            columns = [column for column in before.declaration(name).column_names if column != "payload"]
            assert rows(copied, name, *columns) == rows(before, name, *columns)


def test_what_was_known_then(lake: Lakehouse) -> None:
    then = as_of(lake, datetime.fromtimestamp(CREATED + 25, UTC))
    found = then.table("silver.refunds").select("refund_id", "version_id", "record_path").collect()
    assert list(map(tuple, found)) == [("re_1", "evt_1", "refunds.data[0]")]


def test_a_field_that_nobody_knows_is_drift_of_its_own_type(tmp_path: Path, spark: SparkSession) -> None:
    strange = event(
        charge(1200, refunds=listed(refund("re_1", 10, zeal="much"))), "charge.refunded", CREATED, "evt_1"
    )
    write(tmp_path, "1.ndjson", [strange])
    with opened(tmp_path, spark) as lake:
        run(lake)
        found = rows(lake, "gold.schema_drift", "object_type", "field_path", "drift")
    assert ("refund", "zeal", "new_field") in found


def test_a_person_is_forgotten_inside_others_as_well(copied: Lakehouse) -> None:
    done = forget(copied, "cus_1")
    assert done.rows["silver.customers"] == 1
    [(id, email)] = rows(copied, "silver.customers", "customer_id", "email")
    assert id.startswith("cus_forgotten_")
    assert email is None
    text = json.dumps([row.asDict() for row in copied.table("bronze.records").collect()], default=str)
    assert "ada@example.org" not in text
    assert "Ada L." not in text
    assert audit(copied).faults == ()
    assert verify(copied, only=TABLES).differences == ()
