"""What was known later replaces what was known before, run by run, in every table and whatever comes in first."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.as_of import as_of
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.shared.order import ORDER
from pipelines.upkeep.verify import verify
from tests.frames import CREATED, Json, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

TABLES = (
    "bronze.records", "silver.quarantine", "silver.customers", "silver.subscriptions", "silver.subscription_history",
    "silver.accounts", "silver.account_history", "gold.audit",
)  # fmt: skip
DAY = 86_400
WRITTEN = CREATED + 90 * DAY


def subscription(status: str) -> Json:
    return {
        "id": "sub_1", "object": "subscription", "created": CREATED, "status": status, "currency": "usd",
        "customer": "cus_1", "items": {"object": "list", "data": []},
    }  # fmt: skip


def customer(number: int, **fields: object) -> Json:
    return {"id": f"cus_{number}", "object": "customer", "created": CREATED, **fields}


def gone(kind: str, name: str) -> Json:
    return {"id": name, "object": kind, "deleted": True}


def put(lake: Lakehouse, name: str, documents: Sequence[Json], written: int) -> None:
    path = lake.settings.raw_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    os.utime(path, (written, written))


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def run(lake: Lakehouse) -> dict[str, str]:
    lake.settings.raw_dir.mkdir(parents=True, exist_ok=True)
    found = flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=TABLES))
    return {outcome.table: outcome.status for outcome in found}


def answer(lake: Lakehouse, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in lake.sql(query, now=True).collect()]


def test_a_nightly_dump_that_is_written_over_replaces_what_it_said(
    tmp_path: Path, spark: SparkSession
) -> None:
    with opened(tmp_path, spark) as lake:
        for night, status in enumerate(("trialing", "active", "past_due", "active", "canceled")):
            put(lake, "account=acct_1/subscriptions.jsonl", [subscription(status)], WRITTEN + night * DAY)
            run(lake)
            assert answer(lake, "select status from silver.subscriptions") == [(status,)]
        held = answer(lake, "select status from silver.subscription_history where is_current")
        assert held == [("canceled",)]
        found = audit(lake)
        assert found.balanced
        sound = {one.table: one.count for one in verify(lake).tables}
        assert not [name for name in TABLES[:-1] if sound.get(name)]
        then = datetime.fromtimestamp(WRITTEN + DAY + 5, UTC)
        assert [
            tuple(row) for row in as_of(lake, then).sql("select status from silver.subscriptions").collect()
        ] == [("active",)]


def test_a_dump_that_says_again_what_it_said_before_the_last_counts(
    tmp_path: Path, spark: SparkSession
) -> None:
    """Its content is one that was taken in already; what is new is that it holds again."""
    with opened(tmp_path, spark) as lake:
        for night, status in enumerate(("active", "past_due", "active")):
            put(lake, "subscriptions.jsonl", [subscription(status)], WRITTEN + night * DAY)
            run(lake)
        assert answer(lake, "select status from silver.subscriptions") == [("active",)]
        assert answer(lake, "select count(*), count(distinct record_id) from bronze.records") == [(3, 3)]
        os.utime(lake.settings.raw_dir / "subscriptions.jsonl", (WRITTEN + 9 * DAY,) * 2)
        assert run(lake)["bronze.records"] == "unchanged"
        assert audit(lake).balanced


STEPS = {
    "objects": (
        "objects.ndjson",
        [customer(1, balance=5), {"id": "acct_1", "object": "account", "created": CREATED}],
    ),
    "events": (
        "events.ndjson",
        [
            event(customer(1, balance=9), "customer.updated", CREATED + DAY, "evt_1"),
            event({"id": "acct_1", "object": "account"}, "account.updated", CREATED + 200 * DAY, "evt_2"),
        ],
    ),
    "stubs": ("deleted.ndjson", [gone("customer", "cus_1"), gone("account", "acct_1")]),
}


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS)), ids="-".join)
def test_a_deletion_is_the_last_word_whatever_comes_first(
    tmp_path: Path, spark: SparkSession, order: Sequence[str]
) -> None:
    with opened(tmp_path, spark) as lake:
        for step in order:
            name, documents = STEPS[step]
            put(lake, name, documents, WRITTEN)
            run(lake)
        assert answer(lake, "select customer_id, is_deleted, balance_minor from silver.customers") == [
            ("cus_1", True, None)
        ]
        assert answer(lake, "select account_id, is_deleted from silver.accounts") == [("acct_1", True)]
        history = answer(
            lake,
            "select event_type, is_current, cast(unix_seconds(valid_from) as bigint) from silver.account_history "
            "order by version",
        )
        late = CREATED + 200 * DAY
        assert history == [(None, False, CREATED), ("account.updated", False, late), (None, True, late)]
        assert audit(lake).balanced
        sound = {one.table: one.count for one in verify(lake).tables}
        assert not [name for name in TABLES[:-1] if sound.get(name)]


def test_a_table_with_versions_of_another_order_is_rebuilt(tmp_path: Path, spark: SparkSession) -> None:
    with opened(tmp_path, spark) as lake:
        put(lake, "a.ndjson", [subscription("active")], WRITTEN)
        run(lake)
        for name in ("silver.subscriptions", "silver.subscription_history"):
            note = {key: value for key, value in lake.note(name).items() if key != "version_order"}
            lake.touch(name, note)
        again = run(lake)
        assert again["silver.subscriptions"] == again["silver.subscription_history"] == "published"
        assert lake.note("silver.subscriptions")["version_order"] == ORDER
        assert "published" not in {run(lake)[name] for name in TABLES if name.startswith("silver")}
