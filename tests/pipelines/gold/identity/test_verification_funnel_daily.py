from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pipelines.gold.silver_rows import affected, built, created, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.verification_funnel_daily"
SESSIONS = "silver.verification_sessions"
REPORTS = "silver.verification_reports"
CUSTOMERS = "silver.customers"
MAY = "2026-05-01"
OUTCOMES = ("verified", "failed", "processing", "canceled", "redacted", "waiting")


def session(number: int, status: str, error: str | None = None, when: str = MAY, **facts: Any) -> Row:
    return created(when) | {
        "verification_session_id": f"vs_{number}", "status": status, "type": "document", "last_error_code": error,
        "customer_id": f"cus_{number}", "livemode": True,
    } | facts  # fmt: skip


def report(number: int, of: int, when: str, error: str | None = None, **facts: Any) -> Row:
    told = created(when) | {
        "verification_report_id": f"vr_{number}", "verification_session_id": f"vs_{of}", "livemode": True,
        "document_type": "passport", "document_country": "FR", "document_error_code": error,
        "document_status": "unverified" if error else "verified",
    } | facts  # fmt: skip
    return told | {"is_verified": "unverified" not in (told["document_status"], told.get("selfie_status"))}


def test_every_session_has_one_outcome(any_spark: SparkSession) -> None:
    tables = {
        SESSIONS: [
            session(1, "verified"),
            session(2, "requires_input", "abandoned"),
            session(3, "requires_input", "document_expired"),
            session(4, "processing"),
            session(5, "canceled"),
            session(6, "redacted"),
            session(7, "redacted"),
            session(8, "requires_input"),
            session(9, "verified", livemode=False),
        ],
        REPORTS: [
            report(1, 6, MAY, document_type=None, document_country=None),
            report(2, 3, MAY, "document_expired", document_type=None, document_country=None),
        ],
    }
    rows = built(any_spark, GOLD, tables, MAY)
    found = {
        row["failure_reason"]: (
            *(row[f"{outcome}_count"] for outcome in OUTCOMES),
            row["started_count"],
            row["submitted_count"],
        )
        for row in rows
    }
    assert found == {
        # verified 1 and, before it was redacted, 6; submitted: these, and 4.
        "none": (2, 0, 1, 1, 1, 1, 6, 3),
        "abandoned": (0, 1, 0, 0, 0, 0, 1, 0),
        "document_expired": (0, 1, 0, 0, 0, 0, 1, 1),
    }


def test_several_reports_are_tries_of_one_session_and_the_latest_says_what_it_came_to(
    any_spark: SparkSession,
) -> None:
    tables = {
        SESSIONS: [session(1, "verified"), session(2, "verified")],
        REPORTS: [
            report(1, 1, f"{MAY}T00:01", "document_expired", document_type="id_card", document_country="DE"),
            report(2, 1, f"{MAY}T00:10"),
            report(3, 2, f"{MAY}T00:05"),
            report(4, 2, "2026-11-01", "document_expired"),
        ],
    }
    [row] = built(any_spark, GOLD, tables, MAY)
    expected = {
        "document_type": "passport", "document_country": "FR", "failure_reason": "none", "started_count": 2,
        "verified_count": 2, "tries_count": 3, "repeated_count": 1, "first_try_verified_count": 1, "timed_count": 2,
        "verified_seconds": 600 + 300,
    }  # fmt: skip
    assert figures(row, *expected) == expected


def test_faces_that_fail_and_pictures_that_were_manipulated_are_counted_by_session(
    any_spark: SparkSession,
) -> None:
    forged = {"selfie_status": "unverified", "selfie_error_code": "selfie_manipulated"}
    tables = {
        SESSIONS: [
            session(1, "requires_input", "selfie_manipulated"),
            session(2, "verified"),
            session(3, "verified"),
        ],
        REPORTS: [
            report(1, 1, f"{MAY}T00:01", **forged),
            report(2, 1, f"{MAY}T00:02", **forged),
            report(
                3, 2, f"{MAY}T00:01", selfie_status="unverified", selfie_error_code="selfie_face_mismatch"
            ),
            report(4, 2, f"{MAY}T00:02", selfie_status="verified"),
        ],
    }
    names = ("selfie_checked_count", "selfie_failed_count", "selfie_manipulated_count")
    rows = built(any_spark, GOLD, tables, MAY)
    found = {
        (row["failure_reason"], row["document_type"]): tuple(figures(row, *names).values()) for row in rows
    }
    assert found == {
        ("selfie_manipulated", "passport"): (1, 1, 1),
        ("none", "passport"): (1, 1, 0),
        ("none", "none"): (0, 0, 0),
    }


def test_a_document_s_country_is_compared_with_the_customer_s_of_the_same_account(
    any_spark: SparkSession,
) -> None:
    tables = {
        SESSIONS: [session(n, "verified") for n in (1, 2, 3, 4)],
        REPORTS: [report(n, n, MAY) for n in (1, 2, 3)],
        CUSTOMERS: [
            created(MAY) | {"customer_id": "cus_1", "address_country": "DE"},
            created(MAY) | {"customer_id": "cus_2", "address_country": "FR"},
            created(MAY) | {"customer_id": "cus_3", "address_country": "DE", "account": "acct_b"},
            created(MAY) | {"customer_id": "cus_4", "address_country": "DE"},
        ],
    }
    rows = built(any_spark, GOLD, tables, MAY)
    names = ("document_country", "started_count", "country_compared_count", "country_mismatch_count")
    assert [tuple(figures(row, *names).values()) for row in rows] == [("none", 1, 0, 0), ("FR", 3, 2, 1)]


def test_a_late_report_or_customer_rewrites_the_day_of_the_session(any_spark: SparkSession) -> None:
    before = {SESSIONS: [session(1, "requires_input"), session(2, "verified", when="2026-05-02")]}
    assert affected(any_spark, GOLD, {REPORTS: [report(1, 1, "2026-06-30")]}, before) == [MAY]
    customer = created("2026-01-01") | {"customer_id": "cus_2"}
    assert affected(any_spark, GOLD, {CUSTOMERS: [customer]}, before) == ["2026-05-02"]
    assert affected(any_spark, GOLD, {SESSIONS: [session(3, "verified")]}, before) == [MAY]
