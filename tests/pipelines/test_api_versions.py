"""An archive says the same in every spelling that Stripe's API had: in silver and in gold, as today's does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from deliveries import refresh
from frames import CREATED, Json, event

from pipelines.bronze.drift.objects import detector, reads
from pipelines.catalog import all_tables, tables_of
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.shared.contract import PROVENANCE
from tests.pipelines.gold.oracle import texts
from tests.pipelines.gold.oracles import ORACLES
from tests.spellings import CHANGES, at, today

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

TODAY = "today"
SILVER = (
    "silver.accounts", "silver.balance_transactions", "silver.charges", "silver.customers", "silver.disputes",
    "silver.invoices", "silver.payment_intents", "silver.payouts", "silver.refunds", "silver.subscriptions",
)  # fmt: skip
EMPTY = {
    "gold.checkout_funnel_daily", "gold.invoice_lines_enriched", "gold.payouts_itemized", "gold.retries",
    "gold.verification_funnel_daily",
}  # fmt: skip
"""The archive's one payout is made before anything is available, what is declined is not tried again, nobody is at a
payment page, nobody proves who they are, and invoices have no lines."""
ONE_OF_ALL = {"gold.onboarding_daily"}
"""The archives are of one account, which counts once, whoever told of it."""
GOLD = (
    "gold.authorizations_daily", "gold.balances_daily", "gold.disputes_daily", "gold.payments_daily",
    *(name for name in ORACLES if name not in EMPTY | ONE_OF_ALL),
)  # fmt: skip
UNTOLD: Mapping[str, Mapping[str, str]] = {
    "silver.charges": {"card_network": "2019-02-11"},
    "silver.balance_transactions": {"type": "2017-04-06"},
    "silver.invoices": dict.fromkeys(("coupon_id", "discount_amounts", "discount_id"), "2020-08-27"),
    "silver.subscriptions": {"subscription_item_id": "2016-07-06"},
    "gold.subscription_items_mrr_monthly": {"subscription_item_id": "2016-07-06"},
}
"""Columns that no field said before a version, or that said another thing: a payout was called a transfer, a discount
had no id and said its coupon."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse with an account for each version, all of them with the same archive in another spelling."""
    home = tmp_path_factory.mktemp("versions")
    for account, told in {TODAY: today(), **{version: at(version) for version in CHANGES}}.items():
        folder = home / "raw" / f"account={account}"
        folder.mkdir(parents=True)
        events = [_event(kind, subject, account, n) for n, (kind, subject) in enumerate(told)]
        (folder / "events.ndjson").write_text("\n".join(map(json.dumps, events)) + "\n")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        refresh(
            lakehouse,
            [
                "bronze.records",
                *(table.name for table in tables_of("silver")),
                *GOLD,
                *ORACLES,
                "gold.audit",
            ],
        )
        yield lakehouse


def _event(kind: str, subject: Json, version: str, number: int) -> Json:
    found = event(subject, kind, CREATED + number, f"evt_{version}_{number}") | {"api_version": version}
    return found if version > "2017-05-25" else found | {"request": "req_1", "user_id": version}


def test_no_spelling_is_refused(lake: Lakehouse) -> None:
    assert lake.table("silver.quarantine").select("reason").collect() == []


@pytest.mark.parametrize("version", CHANGES)
@pytest.mark.parametrize("name", SILVER)
def test_silver_says_what_it_says_today(lake: Lakehouse, name: str, version: str) -> None:
    own = {column.name for column in PROVENANCE} | {"account"}
    table = lake.declaration(name)
    expected, found = (_rows(lake, name, account, table.key[1]) for account in (TODAY, version))
    own |= {column for column, since in UNTOLD.get(name, {}).items() if version <= since}
    assert found.keys() == expected.keys()
    unlike = {
        (key, column): (row[column], expected[key][column])
        for key, row in found.items()
        for column in row.keys() - own
        if row[column] != expected[key][column]
    }
    assert unlike == {}


@pytest.mark.parametrize("version", CHANGES)
@pytest.mark.parametrize("name", GOLD)
def test_gold_has_the_figures_of_today(lake: Lakehouse, name: str, version: str) -> None:
    expected, found = (_rows(lake, name, account) for account in (TODAY, version))
    untold = {column for column, since in UNTOLD.get(name, {}).items() if version <= since}
    assert expected
    assert [_without(row, untold) for row in found.values()] == [
        _without(row, untold) for row in expected.values()
    ]


def _without(row: Json, columns: set[str]) -> Json:
    return {name: value for name, value in row.items() if name not in columns}


@pytest.mark.parametrize("name", ORACLES)
def test_a_table_is_as_reckoned_from_silver_of_every_version(lake: Lakehouse, name: str) -> None:
    assert texts(lake.table(name).toArrow().to_pylist()) == ORACLES[name].reckoned(lake, name)


@pytest.mark.parametrize("version", CHANGES)
def test_an_old_spelling_is_no_drift(version: str) -> None:
    assert _drift(at(version), version) <= _drift(today(), TODAY)


def _drift(told: list[tuple[str, Json]], version: str) -> set[tuple[str, str, str]]:
    """What differs from the known fields in records that are too old for a field to be missed."""
    look = detector(reads(tables_of("silver"))).drift
    events = [_event(kind, subject, version, 1) | {"api_version": "2017-04-06"} for kind, subject in told]
    texts = [
        look("event", one["data"]["object"]["object"], "2017-04-06", json.dumps(one).encode())
        for one in events
    ]
    return {
        (found["type"], found["path"], found["kind"]) for text in texts for found in json.loads(text or "[]")
    }


def test_columns_are_as_full_in_every_version(lake: Lakehouse, capsys: pytest.CaptureFixture[str]) -> None:
    """The shares are printed: which part of what today's archive fills an older one fills, too."""
    full = {name: _filled(lake, name, TODAY) for name in SILVER}
    shares = {
        version: sum(len(_filled(lake, name, version) & full[name]) for name in SILVER)
        / sum(map(len, full.values()))
        for version in CHANGES
    }
    with capsys.disabled():
        print("\nshare of columns filled, of those that today's spelling fills, by API version before")
        print("\n".join(f"  {version}  {share:7.2%}" for version, share in shares.items()))
    assert min(shares.values()) > 0.98


def _filled(lake: Lakehouse, name: str, account: str) -> set[tuple[Any, str]]:
    """The values of a table's own columns that are there, as the key of the row and the column."""
    own = {column.name for column in PROVENANCE}
    rows = _rows(lake, name, account, lake.declaration(name).key[1])
    return {(key, c) for key, row in rows.items() for c in row.keys() - own if row[c] is not None}


def _rows(lake: Lakehouse, name: str, account: str, key: str | None = None) -> dict[Any, Json]:
    rows = lake.table(name).filter(f"account = '{account}'").drop("account").toArrow().to_pylist()
    rows.sort(key=lambda row: str(row[key]) if key else str(list(row.values())))
    return {row[key] if key else n: row for n, row in enumerate(rows)}
