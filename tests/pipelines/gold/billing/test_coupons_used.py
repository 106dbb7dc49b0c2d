"""gold.coupons_used, worked out by hand: invoices that list their discounts, and those of the first years."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import Row, affected, at, built, built_apart, created

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD, INVOICES, DISCOUNTS = "gold.coupons_used", "silver.invoices", "silver.discounts"
MAY, LATER = "2026-05-01", "2026-06-01"


def invoice(invoice_id: str, when: str = MAY, *, off: Any = None, subtotal: int = 1000, **facts: Any) -> Row:
    """A paid invoice of 1000, with what discounts took off it."""
    amounts = None if off is None else [{"amount": amount, "discount": of} for of, amount in off.items()]
    total = subtotal - sum((off or {}).values())
    return created(when) | {
        "invoice_id": invoice_id, "status": "paid", "finalized_at": at(when), "customer_id": "cus_1",
        "subtotal_minor": subtotal, "total_minor": total,
        "discount_amounts": None if amounts is None else json.dumps(amounts),
    } | facts  # fmt: skip


def old(invoice_id: str, when: str = MAY, *, off: int = 0, **facts: Any) -> Row:
    """One of before discounts had ids: its coupon is in it."""
    return invoice(invoice_id, when, coupon_id="OLD", total_minor=1000 - off, **facts)


def discount(discount_id: str, coupon_id: str, **facts: Any) -> Row:
    return {"account": "acct_a", "discount_id": discount_id, "coupon_id": coupon_id, "ingest_id": 1} | facts


KNOWN = [discount("di_1", "TEN"), discount("di_2", "TEN"), discount("di_3", "FIVE")]


def rows_of(spark: SparkSession, *invoices: Row, days: tuple[str, ...] = (MAY,)) -> list[tuple[Any, ...]]:
    return told(built(spark, GOLD, {INVOICES: invoices, DISCOUNTS: KNOWN}, *days))


def told(rows: list[Row]) -> list[tuple[Any, ...]]:
    names = (
        "coupon_id", "redemptions_count", "invoices_count", "new_customers_count", "discounted_minor",
        "subtotal_minor", "net_invoiced_minor",
    )  # fmt: skip
    return [tuple(row[name] for name in names) for row in rows]


CASES: dict[str, tuple[list[Row], list[tuple[Any, ...]]]] = {
    "a discount": ([invoice("in_1", off={"di_1": 100})], [("TEN", 1, 1, 1, 100, 1000, 900)]),
    "one that takes nothing off": ([invoice("in_1", off={"di_1": 0})], []),
    "no discount": ([invoice("in_1", off={}), invoice("in_2")], []),
    "two of one coupon on one invoice": (
        [invoice("in_1", off={"di_1": 100, "di_2": 50})], [("TEN", 2, 1, 1, 150, 1000, 850)],
    ),
    "two coupons on one invoice": (
        [invoice("in_1", off={"di_1": 100, "di_3": 50})],
        [("FIVE", 1, 1, 1, 50, 1000, 850), ("TEN", 1, 1, 1, 100, 1000, 850)],
    ),
    "two customers": (
        [invoice("in_1", off={"di_1": 100}), invoice("in_2", off={"di_2": 100}, customer_id="cus_2")],
        [("TEN", 2, 2, 2, 200, 2000, 1800)],
    ),
    "one of which nobody tells the coupon": (
        [invoice("in_1", off={"di_9": 100})], [("unknown", 1, 1, 1, 100, 1000, 900)],
    ),
    "one that the invoice tells": (
        [invoice("in_1", off={"di_9": 100}, discount_id="di_9", coupon_id="NINE")], [("NINE", 1, 1, 1, 100, 1000, 900)],
    ),
    "of several the first alone is told": (
        [invoice("in_1", off={"di_9": 100, "di_8": 1}, discount_id="di_9", coupon_id="NINE")],
        [("NINE", 1, 1, 1, 100, 1000, 899), ("unknown", 1, 1, 1, 1, 1000, 899)],
    ),
    "drafts and void ones": (
        [invoice(f"in_{status}", off={"di_1": 100}, status=status) for status in ("draft", "void", None)], [],
    ),
    "test mode": ([invoice("in_1", off={"di_1": 100}, livemode=False)], []),
    "taxes are not invoiced net": (
        [invoice("in_1", off={"di_1": 100}, tax_minor=171, total_minor=1071)], [("TEN", 1, 1, 1, 100, 1000, 900)],
    ),
    "a total without taxes counts": (
        [invoice("in_1", off={"di_1": 100}, total_minor=900, total_excluding_tax_minor=756)],
        [("TEN", 1, 1, 1, 100, 1000, 756)],
    ),
    "the first years": ([old("in_1", off=100)], [("OLD", 1, 1, 1, 100, 1000, 900)]),
    "the first years with taxes": (
        [old("in_1", off=100, tax_minor=171) | {"total_minor": 1071}], [("OLD", 1, 1, 1, 100, 1000, 900)],
    ),
    "a coupon of the first years that took nothing off": ([old("in_1")], []),
}  # fmt: skip


def test_what_a_coupon_took_off_is_counted_once(any_spark: SparkSession) -> None:
    cases = {case: {INVOICES: invoices, DISCOUNTS: KNOWN} for case, (invoices, _) in CASES.items()}
    found = built_apart(any_spark, GOLD, cases, MAY)
    assert {case: told(rows) for case, rows in found.items()} == {
        case: expected for case, (_, expected) in CASES.items()
    }


def test_a_discount_that_is_written_out_is_the_same(any_spark: SparkSession) -> None:
    whole = [{"amount": 100.0, "discount": {"id": "di_1", "object": "discount", "coupon": {"id": "TEN"}}}]
    row = invoice("in_1", total_minor=900, discount_amounts=json.dumps(whole))
    assert rows_of(any_spark, row) == [("TEN", 1, 1, 1, 100, 1000, 900)]


def test_only_the_first_use_is_a_redemption_and_only_a_first_invoice_a_new_customer(
    any_spark: SparkSession,
) -> None:
    invoices = [
        invoice("in_0", "2026-04-01", customer_id="cus_2"),
        invoice("in_1", off={"di_1": 100}),
        invoice("in_2", off={"di_2": 100}, customer_id="cus_2"),
        invoice("in_3", LATER, off={"di_1": 100}),
        old("in_4", off=10, customer_id="cus_3", subscription_id="sub_3"),
        old("in_5", LATER, off=10, customer_id="cus_3", subscription_id="sub_3"),
        old("in_6", LATER, off=10, customer_id="cus_3", subscription_id="sub_4"),
    ]
    assert rows_of(any_spark, *invoices) == [
        ("OLD", 1, 1, 1, 10, 1000, 990),
        ("TEN", 2, 2, 1, 200, 2000, 1800),
    ]
    assert rows_of(any_spark, *invoices, days=(LATER,)) == [
        ("OLD", 1, 2, 0, 20, 2000, 1980),
        ("TEN", 0, 1, 0, 100, 1000, 900),
    ]


def test_accounts_and_currencies_are_apart(any_spark: SparkSession) -> None:
    invoices = [
        invoice("in_1", off={"di_1": 100}),
        invoice("in_1", off={"di_1": 1}, account="acct_b"),
        invoice("in_2", off={"di_2": 100}, currency="JPY"),
    ]
    found = built(any_spark, GOLD, {INVOICES: invoices, DISCOUNTS: KNOWN}, MAY)
    names = ("account", "currency", "coupon_id", "discounted_minor")
    assert [tuple(row[name] for name in names) for row in found] == [
        ("acct_a", "JPY", "TEN", 100),
        ("acct_a", "USD", "TEN", 100),
        ("acct_b", "USD", "unknown", 1),
    ]


def test_an_invoice_rewrites_the_days_on_which_another_may_be_the_first(any_spark: SparkSession) -> None:
    before = {
        INVOICES: [invoice("in_1", LATER, off={"di_1": 1}), invoice("in_9", LATER, customer_id="cus_9")]
    }
    assert affected(any_spark, GOLD, {INVOICES: [invoice("in_0", MAY)]}, before) == [MAY, LATER]
    of_none = {INVOICES: [invoice("in_1", LATER, off={"di_1": 1}, customer_id=None)]}
    late = {INVOICES: [invoice("in_0", MAY, off={"di_1": 1}, customer_id=None)]}
    assert affected(any_spark, GOLD, late, of_none) == [MAY, LATER]


def test_a_discount_rewrites_the_days_of_its_invoices(any_spark: SparkSession) -> None:
    before = {INVOICES: [invoice("in_1", off={"di_1": 1}), invoice("in_2", LATER, off={"di_2": 1})]}
    assert affected(any_spark, GOLD, {DISCOUNTS: [discount("di_1", "TEN")]}, before) == [MAY]
    ended = [discount("di_1", "TEN"), discount("di_1", "TEN", end_at=at(MAY))]
    assert affected(any_spark, GOLD, {DISCOUNTS: ended}, before) == []
