"""Objects that share a type, that were renamed, that stand in lists, or that have no id: each is in its table once."""

# ruff: noqa: E501 - one record a line

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from frames import CREATED, Json, event

from pipelines.catalog import all_tables, tables_of
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.upkeep.verify import verify

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine


def thing(kind: str, object_id: str | None, **fields: Any) -> Json:
    given = {"object": kind, "created": CREATED, "livemode": True, "metadata": {}, **fields}
    return given if object_id is None else {**given, "id": object_id}


PRICE = thing("price", "gold", currency="usd", unit_amount=900, product="prod_1", recurring={"interval": "month", "interval_count": 1}, type="recurring", lookup_key="gold")  # fmt: skip
PLAN = thing("plan", "gold", currency="usd", amount=900, product="prod_1", interval="month", interval_count=1)
OLD_PLAN = thing("plan", "basic", currency="eur", amount=100, interval="year", interval_count=1, name="Basic")
ITEMS = [
    thing("subscription_item", "si_a", price=PRICE, plan=PLAN, quantity=2, subscription="sub_1"),
    thing("subscription_item", "si_b", plan=OLD_PLAN, quantity=1),
]
LINES = [
    thing("line_item", "il_a", amount=900, currency="usd", type="subscription", price=PRICE, subscription="sub_1", period={"start": CREATED, "end": CREATED + 9}),
    thing("line_item", "il_b", amount=-100, currency="usd", type="invoiceitem", invoice_item="ii_1", proration=True),
]  # fmt: skip
CARD = {"object": "card", "brand": "Visa", "last4": "4242", "funding": "debit", "country": "US", "exp_month": 1, "exp_year": 2030}  # fmt: skip
BANK = {"object": "bank_account", "bank_name": "Bank", "last4": "6789", "country": "US", "currency": "usd"}
SENT = {"amount": 500, "currency": "usd"}

EVENTS: list[tuple[str, Json]] = [
    ("plan.updated", PLAN),
    ("price.updated", PRICE),
    ("customer.subscription.created", thing("subscription", "sub_1", status="active", items={"object": "list", "data": ITEMS})),
    ("invoice.created", thing("invoice", "in_1", amount_due=800, currency="usd", lines={"object": "list", "data": LINES})),
    ("transfer.created", thing("transfer", "tr_moved", destination="acct_2", **SENT)),
    ("transfer.paid", thing("transfer", "tr_drawn", type="bank_account", date=CREATED, status="paid", **SENT)),
    ("transfer.reversed", thing("transfer", "tr_back", amount_reversed=200, destination="acct_2", reversals={"object": "list", "data": [
        thing("transfer_reversal", "trr_1", amount=200, currency="usd"),
    ]}, **SENT)),
    ("customer.source.created", {"id": "card_payer", "customer": "cus_1", **CARD}),
    ("customer.source.created", {"id": "ba_payer", "customer": "cus_1", **BANK}),
    ("customer.source.deleted", {"id": "card_gone", "customer": "cus_1", **CARD}),
    ("source.chargeable", thing("source", "src_1", type="card", card=CARD | {"object": None})),
    ("account.external_account.created", {"id": "ba_payee", "account": "acct_1", "default_for_currency": True, **BANK}),
    ("account.external_account.deleted", {"id": "card_payee", "account": "acct_1", **CARD}),
    ("balance.available", thing("balance", None, available=[{"amount": 7, "currency": "usd"}], pending=[{"amount": 3, "currency": "usd"}])),
    ("balance.available", thing("balance", None, available=[{"amount": 8, "currency": "usd"}], pending=[])),
    ("customer.discount.created", thing("discount", "di_1", coupon=thing("coupon", "TEN", percent_off=10, duration="once"), customer="cus_1")),
    ("customer.discount.created", thing("discount", None, coupon=thing("coupon", "OLD", percent_off=5, duration="once"), customer="cus_1")),
    ("capability.updated", thing("capability", "card_payments", account="acct_1", status="active")),
    ("product.deleted", thing("product", "prod_1", name="Gold")),
    ("application_fee.refunded", thing("application_fee", "fee_1", amount=50, amount_refunded=20, currency="usd", refunds={"object": "list", "data": [
        thing("fee_refund", "fr_1", amount=20, currency="usd"),
    ]})),
]  # fmt: skip
OBJECTS: list[Json] = [
    thing("capability", "card_payments", account="acct_2", status="inactive"),
    thing("balance", None, available=[{"amount": 9, "currency": "eur"}]),
    {"id": "TEN", "object": "coupon", "deleted": True},
    {"id": "ba_payee", "object": "bank_account", "deleted": True},
]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    home = tmp_path_factory.mktemp("objects")
    raw = home / "raw" / "account=acct_1"
    raw.mkdir(parents=True)
    events = [event(subject, kind, CREATED, f"evt_{n:02d}") for n, (kind, subject) in enumerate(EVENTS)]
    (raw / "events.ndjson").write_text("\n".join(map(json.dumps, events)) + "\n")
    (raw / "objects.ndjson").write_text("\n".join(map(json.dumps, OBJECTS)) + "\n")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lakehouse:
        names = ["bronze.records", *(table.name for table in tables_of("silver")), "gold.audit"]
        run = flow.Run(home / "raw", accept_all, sweep, only=names)
        assert not [o for o in flow.refresh(lakehouse, run) if o.failed]
        yield lakehouse


def rows(lake: Lakehouse, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = lake.table(f"silver.{table}").select(*columns).collect()
    return sorted((tuple(row) for row in found), key=str)


def test_nothing_is_refused_and_everything_has_a_place(lake: Lakehouse) -> None:
    assert rows(lake, "quarantine", "reason") == []
    found = audit(lake)
    assert found.balanced
    assert found.total.unmodelled == 1  # the discount without an id


def test_the_deep_audit_finds_every_row_again(lake: Lakehouse) -> None:
    shared = ("prices", "payouts", "transfers", "payment_methods", "external_accounts", "balance_snapshots")
    found = verify(lake, only=[f"silver.{name}" for name in shared])
    assert found.sound
    assert {one.table for one in found.tables} == {f"silver.{name}" for name in shared}


def test_a_plan_is_the_price_of_its_id(lake: Lakehouse) -> None:
    assert rows(
        lake, "prices", "price_id", "unit_amount_minor", "price_type", "interval", "nickname", "lookup_key"
    ) == [
        ("basic", 100, "recurring", "year", "Basic", None),
        ("gold", 900, "recurring", "month", None, "gold"),
    ]


def test_items_have_their_subscription_and_their_place(lake: Lakehouse) -> None:
    assert rows(
        lake, "subscription_items", "subscription_item_id", "subscription_id", "place", "price_id"
    ) == [
        ("si_a", "sub_1", 0, "gold"),
        ("si_b", "sub_1", 1, "basic"),
    ]


def test_lines_have_their_invoice_and_their_place(lake: Lakehouse) -> None:
    columns = ("invoice_line_item_id", "invoice_id", "place", "amount_minor", "line_type", "price_id")
    assert rows(lake, "invoice_line_items", *columns) == [
        ("il_a", "in_1", 0, 900, "subscription_item_details", "gold"),
        ("il_b", "in_1", 1, -100, "invoice_item_details", None),
    ]


def test_a_transfer_to_a_bank_is_a_payout_and_another_is_not(lake: Lakehouse) -> None:
    assert rows(lake, "payouts", "payout_id") == [("tr_drawn",)]
    assert rows(lake, "transfers", "transfer_id", "amount_reversed_minor") == [
        ("tr_back", 200),
        ("tr_moved", None),
    ]
    assert rows(lake, "transfer_reversals", "transfer_reversal_id", "transfer_id") == [("trr_1", "tr_back")]


def test_cards_and_bank_accounts_belong_to_customers_or_to_accounts(lake: Lakehouse) -> None:
    columns = ("payment_method_type", "card_brand", "card_last4", "bank_last4", "is_detached")
    assert rows(lake, "payment_methods", "payment_method_id", *columns) == [
        ("ba_payee", "ach_debit", None, None, None, True),
        ("ba_payer", "ach_debit", None, None, "6789", False),
        ("card_gone", "card", "visa", "4242", None, True),
        ("card_payer", "card", "visa", "4242", None, False),
        ("src_1", "card", "visa", "4242", None, False),
    ]
    assert rows(lake, "external_accounts", "external_account_id", "last4", "card_brand", "is_deleted") == [
        ("ba_payee", "6789", None, False),
        ("card_payee", "4242", "visa", True),
    ]


def test_each_balance_that_was_told_is_a_row(lake: Lakehouse) -> None:
    assert rows(lake, "balance_snapshots", "available_minor", "pending_minor", "currency") == [
        (7, 3, "USD"),
        (8, None, "USD"),
        (9, None, "EUR"),
    ]


def test_a_capability_is_of_its_account(lake: Lakehouse) -> None:
    assert rows(lake, "capabilities", "account", "capability_id", "status") == [
        ("acct_1", "card_payments", "active"),
        ("acct_2", "card_payments", "inactive"),
    ]


def test_coupons_come_within_discounts_and_end_with_a_stub(lake: Lakehouse) -> None:
    assert rows(lake, "discounts", "discount_id", "coupon_id", "customer_id") == [("di_1", "TEN", "cus_1")]
    assert rows(lake, "coupons", "coupon_id", "is_deleted") == [("TEN", True)]
    assert rows(lake, "products", "product_id", "is_deleted") == [("prod_1", True)]


def test_what_is_given_back_of_a_fee_is_of_the_fee(lake: Lakehouse) -> None:
    assert rows(lake, "application_fee_refunds", "application_fee_refund_id", "application_fee_id") == [
        ("fr_1", "fee_1")
    ]
