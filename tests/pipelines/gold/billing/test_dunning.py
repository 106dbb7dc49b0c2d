# ruff: noqa: E501 - one row a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import Row, affected, at, built, charge, created, declined, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOLD = "gold.dunning"
INVOICES, PAYMENTS, CHARGES = "silver.invoices", "silver.invoice_payments", "silver.charges"
MAY = "2026-05-01"


def invoice(invoice_id: str, status: str, attempts: int, when: str = MAY, **facts: Any) -> Row:
    paid = 1000 if status == "paid" else 0
    return created(when) | {
        "invoice_id": invoice_id, "status": status, "attempt_count": attempts, "amount_due_minor": 1000,
        "amount_paid_minor": paid, "amount_remaining_minor": 1000 - paid, "finalized_at": at(when),
    } | facts  # fmt: skip


def told(rows: list[Row], *names: str) -> dict[str, tuple[Any, ...]]:
    return {row["invoice_id"]: tuple(figures(row, *names).values()) for row in rows}


def test_what_became_of_invoices_that_failed(any_spark: SparkSession) -> None:
    next_attempt = {"next_payment_attempt_at": at("2026-05-08")}
    invoices = [
        invoice("in_paid_at_once", "paid", 1, paid_at=at(f"{MAY}T01:00")),
        invoice("in_recovered", "paid", 3, paid_at=at("2026-05-03T00:00:07"), amount_paid_minor=900),
        invoice("in_retrying", "open", 2, **next_attempt),
        invoice("in_unpaid", "open", 4),
        invoice("in_given_up", "uncollectible", 4, amount_remaining_minor=700),
        invoice("in_void", "void", 1),
        invoice("in_not_tried", "open", 0, collection_method="send_invoice"),
        invoice("in_draft", "draft", 0),
        invoice("in_preview", "", 2) | {"status": None},
        invoice("in_test", "open", 2, livemode=False),
        invoice("in_yen", "uncollectible", 1, currency="JPY"),
    ]
    rows = built(any_spark, GOLD, {INVOICES: invoices}, MAY)
    names = (
        "outcome",
        "failed_attempts_count",
        "recovered_by",
        "recovery_seconds",
        "recovered_minor",
        "lost_minor",
    )
    assert told(rows, *names) == {
        "in_recovered": ("recovered", 2, "unknown", 2 * 86_400 + 7, 900, 0),
        "in_retrying": ("retrying", 2, None, None, 0, 0),
        "in_unpaid": ("unpaid", 4, None, None, 0, 0),
        "in_given_up": ("uncollectible", 4, None, None, 0, 700),
        "in_void": ("void", 1, None, None, 0, 1000),
        "in_yen": ("uncollectible", 1, None, None, 0, 1000),
    }


def test_charges_are_found_in_every_way_in_which_they_are_told(any_spark: SparkSession) -> None:
    """By the charge's invoice, the invoice's intent, and what pays the invoice; another account's are not."""
    facts = {"card_fingerprint": "a"}
    tables = {
        INVOICES: [
            invoice("in_1", "paid", 2, paid_at=at("2026-05-04")),
            invoice("in_2", "paid", 1, paid_at=at("2026-05-04"), payment_intent_id="pi_2"),
            invoice("in_3", "paid", 1, paid_at=at("2026-05-04")),
            invoice("in_4", "paid", 1, paid_at=at("2026-05-04")),
            invoice("in_5", "paid", 2, paid_at=at("2026-05-04")),
        ],
        PAYMENTS: [
            created(MAY) | {"invoice_payment_id": "inpay_3", "invoice_id": "in_3", "payment_intent_id": "pi_3", "status": "paid"},
            created(MAY) | {"invoice_payment_id": "inpay_5", "invoice_id": "in_5", "payment_record_id": "pr_5", "status": "paid"},
        ],
        CHARGES: [
            declined("ch_1", f"{MAY}T06:00", "expired_card", invoice_id="in_1", **facts),
            charge("ch_1_paid", "2026-05-04", invoice_id="in_1", card_fingerprint="b"),
            declined("ch_2", f"{MAY}T07:00", payment_intent_id="pi_2", **facts),
            charge("ch_2_paid", "2026-05-04", payment_intent_id="pi_2", **facts),
            declined("ch_3", f"{MAY}T08:00", "do_not_honor", payment_intent_id="pi_3", **facts),
            declined("ch_3_again", f"{MAY}T09:00", payment_intent_id="pi_3", **facts),
            charge("ch_3_paid", "2026-05-04", payment_intent_id="pi_3", payment_method_type="sepa_debit"),
            declined("ch_4", f"{MAY}T06:00", invoice_id="in_4", account="acct_b"),
            charge("ch_4_held", f"{MAY}T06:00", invoice_id="in_4", is_captured=False),
        ],
    }  # fmt: skip
    rows = built(any_spark, GOLD, tables, MAY)
    names = ("failed_attempts_count", "decline_reason", "recovered_by", "recovery_seconds")
    assert told(rows, *names) == {
        "in_1": (1, "expired_card", "other_card", 66 * 3600),
        "in_2": (1, "insufficient_funds", "same", 65 * 3600),
        "in_3": (2, "do_not_honor", "other_method", 64 * 3600),
        "in_5": (1, "unknown", "outside", 72 * 3600),
    }


def test_what_is_pending_did_not_fail(spark: SparkSession) -> None:
    pending = charge(
        "ch_1",
        MAY,
        status="pending",
        is_captured=False,
        invoice_id="in_1",
        payment_method_type="us_bank_account",
    )
    assert built(spark, GOLD, {INVOICES: [invoice("in_1", "open", 1)], CHARGES: [pending]}, MAY) == []


def test_a_late_charge_rewrites_the_day_of_its_invoice(any_spark: SparkSession) -> None:
    linked = {"invoice_payment_id": "inpay_1", "invoice_id": "in_1", "payment_intent_id": "pi_1"}
    before = {
        INVOICES: [invoice("in_1", "open", 1), invoice("in_2", "open", 1, "2026-05-02")],
        PAYMENTS: [created(MAY) | linked],
    }
    late = {CHARGES: [charge("ch_1", "2026-05-09", payment_intent_id="pi_1")]}
    assert affected(any_spark, GOLD, late, before) == [MAY]
    paid = {INVOICES: [invoice("in_3", "paid", 1, "2026-05-03")]}
    assert affected(any_spark, GOLD, paid, before) == ["2026-05-03"]
