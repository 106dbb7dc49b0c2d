"""Made-up people, told from all others by words that stand nowhere else: what they left where it must not be."""

# ruff: noqa: E501 - one record a line

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from frames import CREATED, Json, event
from typer.testing import CliRunner

from vermeil.cli.app import app

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NUMBER = "4242424242424242"
MAIL, NAME, PHONE, IP = "zq.canary@gmail.com", "Zelda Quillfeather", "+44 7700 900177", "203.0.113.177"
ADDRESS = {
    "line1": "77 Canary Wharf",
    "line2": "Flat Canaryside",
    "city": "Canaryville",
    "state": "Canaryshire",
    "postal_code": "QX9 7ZK",
    "country": "GB",
}
PASSPORT = "CANARY77881"
NOTE = f"{MAIL}, {PHONE}, from {IP}, card {NUMBER}"
WITH_NAME = f"for {NAME}, {NOTE}"
"""A name in a text can be told where the row has it in a column, too."""

CARD_NUMBER = (NUMBER, "4242 4242 4242 4242")
PERSON = ("zq.canary", "Quillfeather", "7700 900177", "7700900177", IP, "77 Canary Wharf", "Flat Canaryside", "Canaryville", "Canaryshire", "7ZK", PASSPORT)  # fmt: skip
BILLING = {"name": NAME, "email": MAIL, "phone": PHONE, "address": ADDRESS}
WHERE = {"city": "Canaryville", "country": "GB", "latitude": 51.50735, "longitude": -0.12776}


def of(kind: str, id: str, note: str = NOTE, **fields: Any) -> Json:
    metadata = {"note": note, "number": int(NUMBER)}
    return {"id": id, "object": kind, "created": CREATED, "livemode": True, "metadata": metadata, **fields}


def charge(id: str, **fields: Any) -> Json:
    card = {"brand": "visa", "last4": "4242", "country": "GB", "checks": {}}
    return of(
        "charge", id, WITH_NAME, amount=1000, currency="gbp", status="failed", paid=False, captured=False, refunded=False,
        failure_code="card_declined", failure_message=f"{MAIL} declined", outcome={"type": "issuer_declined", "reason": "do_not_honor", "seller_message": WITH_NAME},
        payment_method_details={"type": "card", "card": card}, billing_details=BILLING, receipt_email=MAIL, description=WITH_NAME, **fields,
    )  # fmt: skip


def subjects() -> Iterator[Json]:
    yield from (
        charge(f"ch_{n}", customer={"id": "cus_1", "object": "customer", **BILLING}) for n in range(8)
    )
    yield charge("ch_bad") | {"currency": NOTE}
    yield of(
        "customer",
        "cus_1",
        name=NAME,
        email=MAIL,
        phone=PHONE,
        address=ADDRESS,
        shipping={"name": NAME, "phone": PHONE, "address": ADDRESS},
        description=NOTE,
    )
    yield of(
        "payment_method", "pm_1", WITH_NAME, type="card", billing_details=BILLING, card={"brand": "visa"}
    )
    yield of(
        "review",
        "prv_1",
        open=True,
        ip_address=IP,
        billing_zip=ADDRESS["postal_code"],
        ip_address_location=WHERE,
        reason="rule",
    )
    yield of(
        "account",
        "acct_1",
        email=MAIL,
        support_email=MAIL,
        support_phone=PHONE,
        type="standard",
        business_profile={"support_email": MAIL, "support_phone": PHONE, "product_description": NOTE},
    )
    yield of(
        "payment_intent",
        "pi_1",
        amount=1000,
        currency="gbp",
        status="requires_payment_method",
        receipt_email=MAIL,
        description=NOTE,
        last_payment_error={"code": "card_declined", "message": NOTE},
    )
    yield of(
        "identity.verification_session",
        "vs_1",
        status="requires_input",
        type="document",
        client_reference_id=MAIL,
        last_error={"code": "abandoned", "reason": NOTE},
    )
    first, last = NAME.split()
    yield of(
        "identity.verification_report",
        "vr_1",
        type="document",
        verification_session="vs_1",
        client_reference_id=MAIL,
        document={
            "status": "verified", "type": "passport", "issuing_country": "GB", "number": PASSPORT, "first_name": first,
            "last_name": last, "dob": {"day": 31, "month": 1, "year": 1977}, "address": ADDRESS,
        },
        id_number={"status": "verified", "id_number_type": "br_cpf", "id_number": PASSPORT},
    )  # fmt: skip
    invoice = {
        "customer_name": NAME,
        "customer_email": MAIL,
        "customer_phone": PHONE,
        "customer_address": ADDRESS,
        "description": NOTE,
    }
    yield of("invoice", "in_1", currency="gbp", status="paid", **invoice)
    # Far more than a fifth: the batch is refused.
    yield from (of("invoice", f"in_bad{n}", currency=MAIL, status=NAME, **invoice) for n in range(100))


def lines() -> Iterator[str]:
    yield from (json.dumps(event(subject, event_id=f"evt_{n}")) for n, subject in enumerate(subjects()))
    yield json.dumps({"object": None, "note": NOTE, **BILLING})
    yield '{"broken": "' + NOTE


@pytest.fixture(scope="module")
def said(
    tmp_path_factory: pytest.TempPathFactory, spark: SparkSession, engine_home: Path
) -> tuple[Path, str]:
    """A home that took them in, with the log of the engine's, and all that the command line said about it."""
    del spark  # it is there, so that its log is where it is looked for
    home = tmp_path_factory.mktemp("canaries")
    (home / "raw").mkdir()
    (home / "raw" / "a.ndjson").write_text("\n".join(lines()) + "\n", encoding="utf-8")
    commands = (
        ["run"], ["status"], ["audit"], ["quarantine"], ["report"],
        ["sql", "select no_such_column from silver.charges"],
        ["sql", "select cast(billing_email as date), raise_error(billing_email) from silver.charges"],
    )  # fmt: skip
    results = [CliRunner().invoke(app, [*command, "--home", str(home)]) for command in commands]
    if (engine_home / "logs").exists():
        shutil.copytree(engine_home / "logs", home / "logs")
    assert "refused" in results[0].output
    assert "a.ndjson: card numbers masked" in results[0].output.replace("\n", " ")
    return home, "\n".join(f"{result.output}\n{result.exception!r}" for result in results)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """All that can be read below a folder: bytes as they are, and the values of every Parquet file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path), path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                yield str(path), str(pq.read_table(path, partitioning=None).to_pylist())


def traces(found: Iterator[tuple[str, str]], *words: str) -> list[tuple[str, str]]:
    return sorted({(word, where) for where, text in found for word in words if word in text})


def test_no_card_number_is_kept_anywhere(said: tuple[Path, str]) -> None:
    home, _ = said
    assert traces(((w, t) for w, t in texts(home) if not w.startswith(str(home / "raw"))), *CARD_NUMBER) == []


def test_the_person_is_in_bronze_and_in_quarantine_alone(said: tuple[Path, str]) -> None:
    home, _ = said
    lakehouse = home / "lakehouse"
    assert {word for word, _ in traces(texts(lakehouse / "bronze"), *PERSON)} == set(PERSON) - {"7700900177"}
    assert traces(texts(lakehouse / "silver" / "quarantine"), "Quillfeather") != []
    rest = (
        (where, text)
        for where, text in texts(home)
        if not where.startswith(
            tuple(str(home / part) for part in ("raw", "lakehouse/bronze", "lakehouse/silver/quarantine"))
        )
    )
    assert traces(rest, *PERSON, *CARD_NUMBER) == []


def test_nothing_that_is_printed_names_the_person(said: tuple[Path, str]) -> None:
    _, printed = said
    assert traces(iter([("printed", printed)]), *PERSON, *CARD_NUMBER) == []


def test_what_analysts_need_is_kept(said: tuple[Path, str]) -> None:
    home, _ = said
    query = "select email_domain, is_email_free, phone_country_code, address_postal_code_prefix, address_country from silver.customers"
    result = CliRunner().invoke(app, ["sql", query, "--format", "json", "--home", str(home)])
    found = (
        [json.loads(line) for line in result.stdout.splitlines()]
        if result.stdout.startswith("{")
        else json.loads(result.stdout)
    )
    assert [list(row.values()) for row in found] == [["gmail.com", True, "44", "QX9", "GB"]]


def test_nothing_shows_the_key(said: tuple[Path, str]) -> None:
    home, printed = said
    secret = os.environ["VERMEIL_TOKEN_KEY"]
    assert (
        traces(iter([*texts(home), ("printed", printed)]), secret, bytes.fromhex(secret).decode("latin-1"))
        == []
    )
