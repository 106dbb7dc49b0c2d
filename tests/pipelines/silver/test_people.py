"""Facts beside the tokens: what analysts need of a person and that names nobody."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frames import CREATED, KEY, Json, event, of_type, read_lines, rows

from pipelines.catalog import all_tables
from pipelines.privacy.tokens import token
from pipelines.silver.shared.build import build
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CUSTOMERS: dict[str, tuple[Json, Json]] = {
    "free": (
        {"email": "Jane@GMail.com"},
        {"email_domain": "gmail.com", "is_email_free": True, "is_email_disposable": False},
    ),
    "thrown away": (
        {"email": "x@mailinator.com"},
        {"email_domain": "mailinator.com", "is_email_free": False, "is_email_disposable": True},
    ),
    "no address": ({"email": "jane"}, {"email_domain": None, "is_email_free": None, "is_email_disposable": None}),
    "none": ({}, {"email": None, "email_domain": None, "is_email_free": None, "phone": None, "phone_country_code": None}),
    "British": ({"phone": "+44 20 7946 0958"}, {"phone_country_code": "44"}),
    "American": ({"phone": "001 (415) 555-0100"}, {"phone_country_code": "1"}),
    "Irish": ({"phone": "+353-1-5550100"}, {"phone_country_code": "353"}),
    "without a country": ({"phone": "(415) 555-0100"}, {"phone_country_code": None}),
    "five digits": ({"address": {"postal_code": "94107"}}, {"address_postal_code_prefix": "941"}),
    "a British code": ({"address": {"postal_code": "sw1a 1aa"}}, {"address_postal_code_prefix": "SW1"}),
    "four digits": ({"address": {"postal_code": "1010"}}, {"address_postal_code_prefix": "10"}),
    "two characters": ({"address": {"postal_code": "AB", "country": "IE"}}, {"address_postal_code_prefix": None, "address_country": "IE"}),
}  # fmt: skip

NETWORKS = {
    "203.0.113.7": "203.0.113.0/24",
    "2001:DB8:ab:1::7": "2001:db8:ab::/48",
    "2001:db8::7": "2001:db8::/48",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48",
    "::1": None,
    "203.0.113": None,
    "nowhere": None,
}


def built(spark: SparkSession, folder: Path, subjects: list[Json], table: str) -> list[Json]:
    documents = [event(subject, event_id=f"evt_{n}") for n, subject in enumerate(subjects)]
    declared = all_tables()[f"silver.{table}"]
    frame = of_type(spark, read_lines(folder, {"a.ndjson": documents}), declared.object_type)
    return rows(build(frame, declared, stripe(), KEY), declared.key[1])


def test_facts_of_a_customer(any_spark: SparkSession, tmp_path: Path) -> None:
    given = list(CUSTOMERS.values())
    subjects = [{"id": f"cus_{n:02d}", "object": "customer", **fields} for n, (fields, _) in enumerate(given)]
    found = built(any_spark, tmp_path, subjects, "customers")
    assert [{name: row[name] for name in facts} for row, (_, facts) in zip(found, given, strict=True)] == [
        facts for _, facts in given
    ]
    assert found[0]["email"] == token("email", "jane@gmail.com", KEY)


def test_the_network_of_an_address(any_spark: SparkSession, tmp_path: Path) -> None:
    subjects = [
        {"id": f"prv_{n}", "object": "review", "created": CREATED, "ip_address": address}
        for n, address in enumerate(NETWORKS)
    ]
    found = built(any_spark, tmp_path, subjects, "reviews")
    assert [row["ip_address_network"] for row in found] == list(NETWORKS.values())
    assert [row["ip_address"] for row in found] == [token("ip", address, KEY) for address in NETWORKS]


ATTACHED: list[tuple[Json | None, str | None, str | None]] = [
    ({"ip": "203.0.113.7", "ip_country": "DE"}, "203.0.113.7", "DE"),
    ({"ip_address": "2001:DB8:ab:1::7", "order": "7"}, "2001:DB8:ab:1::7", None),
    ({"customer_ip": "203.0.113.9", "ip": "unknown", "customer_ip_country": "fr"}, "203.0.113.9", "FR"),
    ({"ip": "198.51.100.1", "customer_ip": "203.0.113.9", "ip_country": "Germany"}, "198.51.100.1", None),
    ({"ip": "1.5e3", "ip_country": ""}, None, None),
    ({"ip": "", "ip_country": "GB", "customer_ip_country": "IE"}, None, "GB"),
    ({"order": "203.0.113.7"}, None, None),
    ({}, None, None),
    (None, None, None),
]


def test_the_address_and_the_country_that_a_merchant_attached(
    any_spark: SparkSession, tmp_path: Path
) -> None:
    subjects = [
        {
            "id": f"ch_{n}",
            "object": "charge",
            "created": CREATED,
            "amount": 1,
            "currency": "usd",
            "metadata": metadata,
        }
        for n, (metadata, _, _) in enumerate(ATTACHED)
    ]
    found = built(any_spark, tmp_path, subjects, "charges")
    assert [row["ip_address"] for row in found] == [
        address and token("ip", address, KEY) for _, address, _ in ATTACHED
    ]
    assert [row["ip_country"] for row in found] == [country for *_, country in ATTACHED]
    assert [row["ip_address_network"] for row in found[:3]] == [
        "203.0.113.0/24",
        "2001:db8:ab::/48",
        "203.0.113.0/24",
    ]


def test_a_person_has_one_token_in_all_tables(spark: SparkSession, tmp_path: Path) -> None:
    email, phone = "Jane@example.com", "+44 20 7946 0958"
    person = {"email": email, "name": "Jane Doe", "phone": phone}
    customer = {"id": "cus_1", "object": "customer", **person}
    method = {"id": "pm_1", "object": "payment_method", "created": CREATED, "billing_details": person}
    invoice = {
        "id": "in_1",
        "object": "invoice",
        "created": CREATED,
        "currency": "usd",
        "customer_email": email.lower(),
    }
    [one] = built(spark, tmp_path, [customer], "customers")
    [two] = built(spark, tmp_path, [method], "payment_methods")
    [three] = built(spark, tmp_path, [invoice], "invoices")
    assert one["email"] == two["billing_email"] == three["customer_email"] == token("email", email, KEY)
    assert (one["name"], one["phone"]) == (two["billing_name"], two["billing_phone"])


@pytest.mark.parametrize("name", [n for n, t in all_tables().items() if t.object_type])
def test_no_declared_place_of_personal_data_is_kept_clear(name: str) -> None:
    """Values at paths that end like personal data are personal columns."""
    personal = {
        "email",
        "name",
        "phone",
        "line1",
        "line2",
        "city",
        "state",
        "postal_code",
        "ip_address",
        "description",
    }
    business = {"business_name", "coupon_name", "dashboard_name", "nickname", "product_name", "tax_state"}
    clear = [
        column.name
        for column in all_tables()[name].columns
        if column.name not in business and not column.personal
        and any(path.split(".")[-1] in personal for path in column.paths)
    ]  # fmt: skip
    assert clear == []
