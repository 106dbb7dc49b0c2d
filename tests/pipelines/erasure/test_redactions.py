"""What Stripe redacts is erased from the records before, by the run that takes the redaction in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.erasure import erase
from pipelines.erasure.forget import forget
from pipelines.flow.conservation import audit
from pipelines.lakehouse import Lakehouse
from pipelines.privacy import forgotten as suppression
from pipelines.privacy.tokens import token
from pipelines.table import Table
from tests.frames import CREATED, event
from tests.pipelines.erasure.people import CUSTOMER, OTHER, charge, of_a_session, write
from tests.pipelines.erasure.test_forget import opened, refresh, rows, traces

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.engine

TABLES = (
    "bronze.records", "silver.charges", "silver.disputes", "silver.verification_sessions",
    "silver.verification_reports", "silver.quarantine",
)  # fmt: skip

SECRETS = ("Zelda Quillfeather", "CANARY-PASS-88", "CANARY-CPF-99", "loves-yellow-birds")


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse that took in a session and a payment, then heard that the session was redacted."""
    with opened(tmp_path_factory.mktemp("redacted"), spark) as lake:
        paid = event(charge(CUSTOMER, "ch_1", 500, description="a blue lamp"), "charge.succeeded")
        write(lake.settings.raw_dir, "1.ndjson", [paid, *of_a_session(redacted=False)])
        refresh(lake, *TABLES)
        assert {word for word, _ in traces(lake.settings.home, *SECRETS)} == set(SECRETS)
        write(lake.settings.raw_dir, "2.ndjson", of_a_session(redacted=True)[:1])
        notices = [notice for outcome in refresh(lake, *TABLES) for notice in outcome.notices]
        assert notices == ["verification sessions that Stripe redacted: 1; records erased: 3"]
        yield lake


def test_a_redacted_session_is_gone_with_its_reports_and_its_past(redacted: Lakehouse) -> None:
    assert traces(redacted.settings.home, *SECRETS) == []
    [session] = rows(redacted, "silver.verification_sessions")
    assert (session["status"], session["is_redacted"]) == ("redacted", True)
    [report] = rows(redacted, "silver.verification_reports")
    assert (report["document_status"], report["document_country"]) == ("verified", "GB")
    assert audit(redacted).balanced


@pytest.mark.parametrize("by", ["a redaction", "forgetting the customer"])
def test_tokens_of_documents_go_from_silver_and_from_what_they_link(
    tmp_path: Path, spark: SparkSession, by: str
) -> None:
    tables = (*TABLES, "gold.identity_links")
    another = json.dumps(of_a_session("vs_other1", redacted=False)).replace("Zelda", "Bo")
    other = json.loads(another.replace("vr_canary1", "vr_other1").replace(CUSTOMER, OTHER))
    other[0]["id"] = "evt_other"
    with opened(tmp_path, spark) as lake:
        write(lake.settings.raw_dir, "1.ndjson", [*of_a_session(redacted=False), *other])
        refresh(lake, *tables)
        [report, _] = rows(lake, "silver.verification_reports")
        number = token("document", "GB passport CANARYPASS88", lake.token_key)
        person = token("identity", "Zelda Quillfeather Zelda Quillfeather 1971-02-03", lake.token_key)
        assert number == report["document_number"]
        assert person in {row["person"] for row in rows(lake, "silver.verification_reports")}
        linked = {
            (row["link"], row["shared"], row["people_count"]) for row in rows(lake, "gold.identity_links")
        }
        assert ("document", number, 2) in linked
        if by == "a redaction":
            write(lake.settings.raw_dir, "2.ndjson", of_a_session(redacted=True)[:1])
            refresh(lake, *tables)
        else:
            forget(lake, CUSTOMER)
        # The other one has a passport and a number, and nobody to share them with any more.
        assert [row["link"] for row in rows(lake, "gold.identity_links")] == ["person"]
        assert traces(tmp_path / "lakehouse", person) == []
        [left] = [row for row in rows(lake, "silver.verification_reports") if row["document_number"]]
        assert (left["document_number"], left["verification_session_id"]) == (number, "vs_other1")


def test_nothing_is_made_anew_for_tables_that_hold_nothing_of_the_person(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(lake: Lakehouse, table: Table, records: DataFrame) -> DataFrame:
        made.append(table.name)
        return made_anew(lake, table, records)

    made_anew = erase._made_anew
    monkeypatch.setattr(erase, "_made_anew", make)
    with opened(tmp_path, spark) as lake:
        paid = event(charge(CUSTOMER, "ch_1", 500, description="a blue lamp"), "charge.succeeded")
        write(lake.settings.raw_dir, "1.ndjson", [paid, *of_a_session(redacted=False)])
        refresh(lake, *TABLES)
        write(lake.settings.raw_dir, "2.ndjson", of_a_session(redacted=True)[:1])
        refresh(lake, *TABLES)
    assert sorted(made) == ["silver.verification_reports", "silver.verification_sessions"]


def test_the_payments_of_the_same_customer_stay(redacted: Lakehouse) -> None:
    [paid] = rows(redacted, "silver.charges")
    assert (paid["customer_id"], paid["description"]) == (CUSTOMER, "a blue lamp")


def test_what_comes_late_is_read_without_the_person(redacted: Lakehouse) -> None:
    late = [event(document, "late.event", CREATED + 20, f"evt_late{n}") if n else document
            for n, document in enumerate(of_a_session(redacted=False)) if not isinstance(document, str)]  # fmt: skip
    write(redacted.settings.raw_dir, "3.ndjson", [*late])
    assert not any(outcome.notices for outcome in refresh(redacted, *TABLES))
    assert traces(redacted.settings.home, *SECRETS) == []


def test_a_redaction_job_names_customers_and_objects(tmp_path: Path, spark: SparkSession) -> None:
    job = {
        "id": "job_1", "object": "privacy.redaction_job", "created": CREATED, "status": "succeeded",
        "objects": {"customers": ["cus_Gone1"], "charges": ["ch_2"], "payment_intents": None},
    }  # fmt: skip
    payments = [
        charge("cus_Gone1", "ch_1", 500, description="a blue lamp"),
        charge("cus_Kept1", "ch_2", 600, description="a red lamp"),
        charge("cus_Kept1", "ch_3", 700, description="a green lamp"),
    ]
    with opened(tmp_path, spark) as lake:
        events = [event(p, "charge.succeeded", CREATED, f"evt_{p['id']}") for p in payments]
        done = event(job, "privacy.redaction_job.succeeded", CREATED + 9, "evt_job")
        write(lake.settings.raw_dir, "1.ndjson", [*events, done])
        refresh(lake, *TABLES)
        assert traces(tmp_path, "cus_Gone1", "a blue lamp", "a red lamp") == []
        found = {row["charge_id"]: row for row in rows(lake, "silver.charges")}
        assert found["ch_1"]["customer_id"].startswith(suppression.PSEUDONYM)
        assert (found["ch_2"]["customer_id"], found["ch_2"]["description"]) == ("cus_Kept1", None)
        assert found["ch_3"]["description"] == "a green lamp"
        assert [found[id]["amount_minor"] for id in ("ch_1", "ch_2", "ch_3")] == [500, 600, 700]
        assert all(outcome.status == "unchanged" for outcome in refresh(lake, *TABLES))


def test_a_new_dispute_of_somebody_forgotten_is_found_though_it_does_not_name_them(
    tmp_path: Path, spark: SparkSession
) -> None:
    dispute = {
        "id": "dp_9", "object": "dispute", "created": CREATED + 60, "amount": 800, "currency": "gbp",
        "charge": "ch_9", "reason": "fraudulent", "status": "needs_response",
        "evidence": {"uncategorized_text": "dropped it in the canal"},
    }  # fmt: skip
    with opened(tmp_path, spark) as lake:
        write(lake.settings.raw_dir, "1.ndjson", [event(charge(CUSTOMER, "ch_8", 500), "charge.succeeded")])
        refresh(lake, *TABLES)
        forget(lake, CUSTOMER)
        later = event(charge(CUSTOMER, "ch_9", 800), "charge.succeeded", CREATED, "evt_9")
        write(
            lake.settings.raw_dir,
            "2.ndjson",
            [event(dispute, "charge.dispute.created", CREATED, "evt_8"), later],
        )
        refresh(lake, *TABLES)
        assert traces(tmp_path, CUSTOMER, "dropped it in the canal") == []
        [known] = rows(lake, "silver.disputes")
        assert (known["amount_minor"], known["charge_id"]) == (800, "ch_9")
