from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, created, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.checkout_funnel_daily"
SESSIONS = "silver.checkout_sessions"
MAY = "2026-05-01"


def session(
    number: int, status: str | None, paid: str | None = "unpaid", minor: int = 100, **facts: Any
) -> Row:
    return created(MAY) | {
        "checkout_session_id": f"cs_{number}", "mode": "payment", "status": status, "payment_status": paid,
        "amount_total_minor": minor, "livemode": True,
    } | facts  # fmt: skip


def test_every_session_has_one_outcome(any_spark: SparkSession) -> None:
    sessions = [
        session(1, "complete", "paid", 100, amount_discount_minor=25),
        session(2, "complete", "no_payment_required", 0),
        session(3, "complete", "unpaid", 200),
        session(4, "expired", "unpaid", 400),
        session(5, "open", "unpaid", 800),
        session(6, "complete", "paid", 5000, livemode=False),
    ]
    [row] = built(any_spark, GOLD, {SESSIONS: sessions}, MAY)
    expected = {
        "opened_count": 5, "opened_minor": 1500, "completed_count": 3, "completed_minor": 300, "expired_count": 1,
        "expired_minor": 400, "open_count": 1, "paid_count": 1, "paid_minor": 100, "free_count": 1, "unpaid_count": 1,
        "discount_minor": 25,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_records_from_before_there_was_a_status_say_it_by_their_event(any_spark: SparkSession) -> None:
    sessions = [
        session(1, None, None, event_type="checkout.session.completed"),
        session(2, None, "paid", event_type="checkout.session.async_payment_succeeded"),
        session(3, None, None, event_type="checkout.session.expired"),
        session(4, None, None),
    ]
    [row] = built(any_spark, GOLD, {SESSIONS: sessions}, MAY)
    expected = {"completed_count": 2, "paid_count": 1, "unpaid_count": 1, "expired_count": 1, "open_count": 1}
    assert figures(row, *expected) == expected


def test_kinds_currencies_and_accounts_are_apart(any_spark: SparkSession) -> None:
    sessions = [
        session(1, "complete", "paid", ui_mode="embedded", payment_link_id="plink_1"),
        session(2, "complete", "paid", payment_link_id="plink_1", recovered_from_id="cs_0"),
        session(3, "complete", "no_payment_required", mode="setup", currency=None, amount_total_minor=None),
        session(4, "complete", "paid", currency="JPY", mode=None),
        session(5, "complete", "paid", account="acct_b"),
    ]
    rows = built(any_spark, GOLD, {SESSIONS: sessions}, MAY)
    names = ("account", "currency", "mode", "ui_mode", "origin", "opened_count", "paid_minor")
    assert [tuple(figures(row, *names).values()) for row in rows] == [
        ("acct_a", "JPY", "unknown", "unknown", "direct", 1, 100),
        ("acct_a", "USD", "payment", "embedded", "payment_link", 1, 100),
        ("acct_a", "USD", "payment", "unknown", "recovered", 1, 100),
        ("acct_a", "XXX", "setup", "unknown", "direct", 1, 0),
        ("acct_b", "USD", "payment", "unknown", "direct", 1, 100),
    ]


def test_a_changed_session_rewrites_the_day_on_which_it_was_opened(any_spark: SparkSession) -> None:
    assert affected(any_spark, GOLD, {SESSIONS: [session(1, "expired")]}) == [MAY]
