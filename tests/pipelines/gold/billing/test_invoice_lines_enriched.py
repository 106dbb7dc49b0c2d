from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import Row, affected, built, created, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.invoice_lines_enriched"
INVOICES, LINES, PRICES = "silver.invoices", "silver.invoice_line_items", "silver.prices"
MAY = "2026-05-01"
INVOICE = created(MAY) | {"invoice_id": "in_1", "status": "open", "subscription_id": "sub_1"}


def line(line_id: str, amount: int, **facts: Any) -> Row:
    named = {"invoice_line_item_id": line_id, "invoice_id": "in_1", "amount_minor": amount}
    return {"account": "acct_a", "currency": "USD"} | named | facts


def test_a_line_has_its_kind_its_price_and_its_product(any_spark: SparkSession) -> None:
    tables = {
        INVOICES: [INVOICE, INVOICE | {"account": "acct_b"}, INVOICE | {"invoice_id": "in_2", "livemode": False}],
        LINES: [
            line("il_1", 700, subscription_item_id="si_1", price_id="gold", product_id="prod_1", discount_id="di_1"),
            line("il_2", -50, subscription_item_id="si_1", is_proration=True, price_id="calls"),
            line("il_3", 30, subscription_item_id="si_2", price_id="calls"),
            line("il_4", 9, line_type="invoice_item_details", currency=None),
            line("il_5", 8, subscription_id="sub_old"),
            line("il_6", 7),
            line("il_7", 6, invoice_id="in_2"),
        ],
        PRICES: [
            {"account": "acct_a", "price_id": "gold", "nickname": "Gold", "interval": "year", "interval_count": 1},
            {"account": "acct_b", "price_id": "gold", "nickname": "Another"},
            {"account": "acct_a", "price_id": "calls", "usage_type": "metered"},
        ],
        "silver.products": [{"account": "acct_a", "product_id": "prod_1", "product_name": "Thing"}],
        "silver.discounts": [{"account": "acct_a", "discount_id": "di_1", "coupon_id": "TEN"}],
    }  # fmt: skip
    rows = built(any_spark, GOLD, tables, MAY)
    names = (
        "account",
        "invoice_line_item_id",
        "kind",
        "amount_minor",
        "subscription_id",
        "nickname",
        "product_name",
        "coupon_id",
        "currency",
    )
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "il_1", "subscription", 700, "sub_1", "Gold", "Thing", "TEN", "USD"),
        ("acct_a", "il_2", "proration", -50, "sub_1", None, None, None, "USD"),
        ("acct_a", "il_3", "usage", 30, "sub_1", None, None, None, "USD"),
        ("acct_a", "il_4", "single", 9, "sub_1", None, None, None, "USD"),
        ("acct_a", "il_5", "subscription", 8, "sub_old", None, None, None, "USD"),
        ("acct_a", "il_6", "unknown", 7, "sub_1", None, None, None, "USD"),
    ]


def test_what_stands_beside_a_line_rewrites_the_day_of_its_invoice(any_spark: SparkSession) -> None:
    before = {INVOICES: [INVOICE], LINES: [line("il_1", 5, price_id="gold")]}
    price = {"account": "acct_a", "price_id": "gold", "nickname": "Gold"}
    assert affected(any_spark, GOLD, {PRICES: [price]}, before) == [MAY]
    assert affected(any_spark, GOLD, {PRICES: [price | {"price_id": "other"}]}, before) == []
    assert affected(any_spark, GOLD, {LINES: [line("il_2", 5)]}, before) == [MAY]
    assert affected(any_spark, GOLD, {INVOICES: [INVOICE | {"status": "paid"}]}, before) == [MAY]
