# ruff: noqa: E501 - one row a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import Row, affected, at, built, charge, created, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.invoices_enriched"
INVOICES, LINES, NOTES = "silver.invoices", "silver.invoice_line_items", "silver.credit_notes"
MAY = "2026-05-01"


def invoice(invoice_id: str, when: str = MAY, **facts: Any) -> Row:
    return created(when) | {
        "invoice_id": invoice_id, "status": "paid", "amount_due_minor": 1000, "finalized_at": at(when), "paid_at": at("2026-05-02"),
    } | facts  # fmt: skip


def line(line_id: str, amount: int, invoice_id: str = "in_1", **facts: Any) -> Row:
    named = {"invoice_line_item_id": line_id, "invoice_id": invoice_id, "amount_minor": amount}
    return {"account": "acct_a", "currency": "USD", "subscription_id": "sub_1"} | named | facts


def test_an_invoice_is_one_row_whatever_hangs_on_it(any_spark: SparkSession) -> None:
    tables = {
        INVOICES: [
            invoice("in_1"), invoice("in_1", account="acct_b"),
            invoice("in_draft", "2026-04-30", status="draft", finalized_at=None, paid_at=None),
            invoice("in_preview") | {"status": None}, invoice("in_test", livemode=False),
        ],
        LINES: [line("il_1", 700), line("il_2", -50, is_proration=True), line("il_3", 350, subscription_id=None)],
        NOTES: [
            created(MAY) | {"credit_note_id": f"cn_{n}", "invoice_id": "in_1", "amount_minor": n, "status": status}
            for n, status in ((10, "issued"), (20, "issued"), (40, "void"))
        ],
        "silver.charges": [
            declined("ch_1", MAY, invoice_id="in_1"), declined("ch_2", MAY, invoice_id="in_1"),
            charge("ch_3", "2026-05-02", invoice_id="in_1", amount_returned_minor=5, is_disputed=True),
            charge("ch_4", "2026-05-03", invoice_id="in_1", amount_returned_minor=7, is_disputed=False, card_network="jcb"),
        ],
    }  # fmt: skip
    rows = built(any_spark, GOLD, tables, MAY, "2026-04-30")
    assert [(row["account"], row["invoice_id"]) for row in rows] == [
        ("acct_a", "in_draft"),
        ("acct_a", "in_1"),
        ("acct_b", "in_1"),
    ]
    names = (
        "lines_count", "lines_minor", "prorations_minor", "unplanned_minor", "credit_notes_count", "credited_minor",
        "failed_charges_count", "charge_id", "network", "returned_minor", "is_disputed", "payment_seconds",
    )  # fmt: skip
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        (0, 0, 0, 0, 0, 0, 0, None, None, 0, None, None),
        (3, 1000, -50, 350, 2, 30, 2, "ch_4", "jcb", 12, True, 86_400),
        (0, 0, 0, 0, 0, 0, 0, None, None, 0, None, 86_400),
    ]


def test_what_hangs_on_an_invoice_rewrites_its_day(any_spark: SparkSession) -> None:
    before = {INVOICES: [invoice("in_1"), invoice("in_2", "2026-05-02")]}
    assert affected(any_spark, GOLD, {LINES: [line("il_1", 5)]}, before) == [MAY]
    assert affected(any_spark, GOLD, {LINES: [line("il_1", 5), line("il_1", 5)]}, before) == []
    note = created(MAY) | {"credit_note_id": "cn_1", "invoice_id": "in_2", "amount_minor": 1}
    assert affected(any_spark, GOLD, {NOTES: [note]}, before) == ["2026-05-02"]
    assert affected(
        any_spark, GOLD, {"silver.charges": [charge("ch_1", MAY, invoice_id="in_1")]}, before
    ) == [MAY]


def test_an_invoice_is_due_on_a_day_of_utc_or_on_none(any_spark: SparkSession) -> None:
    rows = built(
        any_spark, GOLD, {INVOICES: [invoice("in_1", due_at=at("2026-05-31 23:59:59")), invoice("in_2")]}, MAY
    )
    assert [str(row["due_date"]) for row in rows] == ["2026-05-31", "None"]
