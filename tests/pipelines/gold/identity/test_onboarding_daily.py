from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import at, built, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.onboarding_daily"
HISTORY = "silver.account_history"
MAY = "2026-05-01"


def version(account_id: str, when: str, enabled: bool, **facts: Any) -> Row:
    """A version of an account that was created on 1 May, as an event tells it."""
    return {
        "account": "platform", "account_id": account_id, "created_at": at(MAY), "created_date": at(MAY).date(),
        "valid_from": at(when), "version": when, "event_type": "account.updated", "country": "DE",
        "account_type": "express", "business_type": "company", "is_charges_enabled": enabled,
        "is_payouts_enabled": enabled, "is_details_submitted": True, "requirements_currently_due": "[]",
        "known_at": at(when),
    } | facts  # fmt: skip


def test_an_account_counts_once_as_it_is_now(any_spark: SparkSession) -> None:
    needs = {"requirements_currently_due": '["external_account"]', "requirements_past_due": '["tos"]'}
    versions = [
        version("acct_1", MAY, False, **needs),
        version("acct_1", "2026-05-04", True, card_payments_capability="active", account="acct_1"),
        version(
            "acct_2",
            MAY,
            False,
            **needs,
            disabled_reason="rejected.other",
            card_payments_capability="pending",
        ),
        version("acct_3", MAY, True, is_payouts_enabled=False, transfers_capability="active"),
        version("acct_4", MAY, True, is_deleted=True),
        version("acct_5", MAY, True, livemode=False),
    ]
    [row] = built(any_spark, GOLD, {HISTORY: versions})
    expected = {
        "accounts_count": 4, "deleted_count": 1, "details_submitted_count": 3, "charges_enabled_count": 2,
        "payouts_enabled_count": 1, "enabled_count": 1, "requirements_due_count": 1, "requirements_past_due_count": 1,
        "restricted_count": 1, "card_payments_active_count": 1, "card_payments_pending_count": 1,
        "transfers_active_count": 1, "timed_count": 1, "enabled_seconds": 3 * 86_400,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_only_what_events_saw_happen_is_timed(any_spark: SparkSession) -> None:
    versions = [
        version("acct_1", "2026-05-09", True),
        version("acct_2", MAY, False, event_type=None),
        version("acct_2", "2026-05-09", True),
        version("acct_3", MAY, False),
        version("acct_3", "2026-05-02", True),
        version("acct_3", "2026-05-03", False),
        version("acct_3", "2026-05-09", True),
        version("acct_4", MAY, False, created_at=None, created_date=None),
        version("acct_4", "2026-05-09", True, created_at=None, created_date=None),
    ]
    [row] = built(any_spark, GOLD, {HISTORY: versions})
    expected = {"accounts_count": 4, "enabled_count": 4, "timed_count": 1, "enabled_seconds": 86_400}
    assert figures(row, *expected) == expected


def test_who_does_not_say_when_they_came_is_there_from_when_they_were_told_of(
    any_spark: SparkSession,
) -> None:
    nothing = {"created_at": None, "created_date": None}
    kinds = {"country": None, "account_type": None, "business_type": None}
    versions = [
        version("acct_1", "2026-06-01", True, **nothing),
        version("acct_1", "2026-06-09", True, **nothing),
        version("acct_2", "1970-01-01", True, **nothing, **kinds, known_at=at("2026-07-01")),
    ]
    rows = built(any_spark, GOLD, {HISTORY: versions})
    assert [(row["date"], row["country"], row["account_type"]) for row in rows] == [
        (date(2026, 6, 1), "DE", "express"),
        (date(2026, 7, 1), "unknown", "unknown"),
    ]
