# ruff: noqa: E501 - one case a line

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pipelines.gold.silver_rows import at, built, charge, created, figures

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
    from silver_rows import Row

GOLD = "gold.identity_links"
MAY = "2026-05-01"
JANE, JOHN = "id_jane", "id_john"
COUNTS = ("people_count", "customers_count", "documents_count", "document_kinds_count", "uses_count")


def report(number: int, customer: str | None, when: str = MAY, **facts: Any) -> tuple[Row, Row]:
    """A verified report of a passport, and its session."""
    session = created(when) | {
        "verification_session_id": f"vs_{number}",
        "customer_id": customer,
        "livemode": True,
    }
    told = created(when) | {
        "verification_report_id": f"vr_{number}", "verification_session_id": f"vs_{number}", "livemode": True, "is_verified": True,
        "document_type": "passport", "document_country": "FR", "document_number": "dc_1", "person": JANE,
    }  # fmt: skip
    return session, told | facts


def found(
    spark: SparkSession, *reports: tuple[Row, Row], charges: list[Row] | None = None
) -> dict[tuple[str, str], Row]:
    tables = {
        "silver.verification_sessions": [session for session, _ in reports],
        "silver.verification_reports": [told for _, told in reports],
        "silver.charges": charges or [],
    }
    return {(row["link"], row["shared"]): row for row in built(spark, GOLD, tables)}


def counts(rows: dict[tuple[str, str], Row]) -> dict[tuple[str, str], list[int]]:
    return {key: [row[name] for name in COUNTS] for key, row in rows.items()}


def test_two_people_with_one_document(any_spark: SparkSession) -> None:
    rows = found(any_spark, report(1, "cus_1"), report(2, "cus_2", "2026-05-09", person=JOHN))
    assert counts(rows) == {("document", "dc_1"): [2, 2, 1, 1, 2]}
    row = rows["document", "dc_1"]
    assert row["first_at"].replace(tzinfo=None) == at(MAY).replace(tzinfo=None)
    assert row["last_at"].replace(tzinfo=None) == at("2026-05-09").replace(tzinfo=None)
    assert figures(row, "account", "is_hub") == {"account": "acct_a", "is_hub": False}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(report(2, "cus_1"), {}, id="the same person again"),
        pytest.param(report(2, "cus_2"), {("person", JANE): [1, 2, 1, 1, 2]}, id="one person, two customer ids"),
        pytest.param(report(2, "cus_1", document_number="dc_2"), {("person", JANE): [1, 1, 2, 1, 2]}, id="two passports of one person"),
        pytest.param(report(2, "cus_1", document_number="dc_2", document_type="id_card"), {("person", JANE): [1, 1, 2, 2, 2]}, id="two kinds of documents"),
        pytest.param(report(2, "cus_1", document_number=None, id_number="dc_9", id_number_type="br_cpf"), {("person", JANE): [1, 1, 2, 2, 2]}, id="a number in a register is a document"),
        pytest.param(report(2, "cus_1", person=JOHN, document_number="dc_2"), {("customer", "cus_1"): [2, 1, 2, 1, 2]}, id="one customer, two people"),
        pytest.param(report(2, "cus_2", person=JOHN, document_number="dc_2"), {}, id="nothing shared"),
        pytest.param(report(2, "cus_2", person=JOHN, is_verified=False), {}, id="not verified"),
        pytest.param(report(2, "cus_2", person=JOHN, livemode=False), {}, id="test mode"),
        pytest.param(report(2, "cus_2", person=JOHN, account="acct_b"), {}, id="another account"),
        pytest.param(report(2, "cus_2", person=None), {("document", "dc_1"): [2, 2, 1, 1, 2]}, id="a customer whose name is not told"),
        pytest.param(report(2, None, person=None), {}, id="somebody of whom nothing is told"),
        pytest.param(report(2, "cus_2", person=JOHN, document_number=None), {}, id="a number that is not told"),
    ],
)  # fmt: skip
def test_what_links_a_verified_person(
    spark: SparkSession, second: tuple[Row, Row], expected: dict[Any, Any]
) -> None:
    assert counts(found(spark, report(1, "cus_1"), second)) == expected


def paid(number: int, when: str = MAY, **facts: Any) -> Row:
    return charge(
        f"ch_{number}", when, card_fingerprint="card_1", ip_address_network="203.0.113.0/24", **facts
    )


def test_a_card_and_a_network_of_several_people(any_spark: SparkSession) -> None:
    charges = [
        paid(1, customer_id="cus_1"),
        paid(2, customer_id="cus_2", billing_email="em_2"),
        # A checkout makes a new customer of everybody who comes again.
        paid(3, customer_id="cus_3", billing_email="em_2"),
        paid(4, receipt_email="em_2"),
        paid(5),
    ]
    rows = found(any_spark, charges=charges)
    assert counts(rows) == {
        ("card", "card_1"): [2, 3, 0, 0, 5],
        ("network", "203.0.113.0/24"): [2, 3, 0, 0, 5],
    }


def test_customers_who_were_verified_as_one_person_are_one(spark: SparkSession) -> None:
    reports = [report(1, "cus_1"), report(2, "cus_2")]
    rows = found(spark, *reports, charges=[paid(1, customer_id="cus_1"), paid(2, customer_id="cus_2")])
    assert set(rows) == {("person", JANE)}


@pytest.mark.parametrize(
    ("other", "is_linked"),
    [
        pytest.param(paid(2, "2026-05-01", customer_id="cus_2"), True, id="a year before the newest payment"),
        pytest.param(paid(2, "2026-04-30", customer_id="cus_2"), False, id="longer ago"),
        pytest.param(paid(2, "2027-04-30", customer_id="cus_2", livemode=False), False, id="test mode"),
        pytest.param(paid(2, "2027-04-30", customer_id="cus_2", account="acct_b"), False, id="another account"),
        pytest.param(paid(2, "2027-04-30", customer_id="cus_2", currency="JPY"), True, id="another currency"),
    ],
)  # fmt: skip
def test_which_payments_link(spark: SparkSession, other: Row, is_linked: bool) -> None:
    rows = found(spark, charges=[paid(1, "2027-04-30", customer_id="cus_1"), other])
    assert bool(rows) is is_linked


def test_a_network_of_many_is_marked_and_takes_one_row(spark: SparkSession) -> None:
    airport = [
        charge(f"ch_{n}", MAY, customer_id=f"cus_{n}", ip_address_network="198.51.100.0/24")
        for n in range(21)
    ]
    home = [
        charge(f"ch_h{n}", MAY, customer_id=f"cus_{n}", ip_address_network="192.0.2.0/24") for n in range(20)
    ]
    card = [charge(f"ch_c{n}", MAY, customer_id=f"cus_{n}", card_fingerprint="card_1") for n in range(21)]
    rows = found(spark, charges=[*airport, *home, *card])
    assert {key: (row["people_count"], row["is_hub"]) for key, row in rows.items()} == {
        ("network", "198.51.100.0/24"): (21, True), ("network", "192.0.2.0/24"): (20, False), ("card", "card_1"): (21, False),
    }  # fmt: skip
