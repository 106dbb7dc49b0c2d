"""One bad file costs a file: it is named, its bytes are kept, and what stands beside it is published."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from expectations import validate
from pipelines.bronze.files import RawFile
from pipelines.bronze.reading.reader import FileCounts
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.flow import held_back, rereading
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.notices import judged, open_lists
from pipelines.flow.steps import Outcome
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from tests.frames import CREATED, Json, event

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TABLES = (
    "bronze.records",
    "silver.charges",
    "silver.customers",
    "silver.invoices",
    "silver.quarantine",
    "gold.audit",
)


def charge(number: int, **fields: object) -> Json:
    return {
        "id": f"ch_{number}", "object": "charge", "amount": 1000, "currency": "usd", "created": CREATED,
        "status": "succeeded", **fields,
    }  # fmt: skip


def lines(*documents: Json) -> bytes:
    return b"".join(json.dumps(document).encode() + b"\n" for document in documents)


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    (home / "raw").mkdir(parents=True, exist_ok=True)
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def run(lake: Lakehouse) -> dict[str, Outcome]:
    found = flow.refresh(lake, flow.Run(lake.settings.raw_dir, validate, sweep, only=TABLES))
    return {outcome.table: outcome for outcome in found}


def answer(lake: Lakehouse, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in lake.sql(query, now=True).collect()]


PAGE = b"<html>\n" + b"<p>502 Bad Gateway</p>\n" * 300 + b"</html>\n"


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("charges.ndjson", lines(charge(1)) * 50)
    return target.getvalue()


FOREIGN = {
    "page.json": (PAGE, PAGE),
    "archive.ndjson": (_zip(), _zip()),
    "table.json": (b"id,amount\n" + b"ch_1,5\n" * 300, b"id,amount\n" + b"ch_1,5\n" * 300),
    "page.json.gz": (gzip.compress(PAGE), PAGE),
    "wide.json": ((lines(charge(5)) * 300).decode().encode("utf-16-le"),) * 2,
}
"""Files and the bytes that bronze must have of each."""


@pytest.mark.engine
def test_files_without_json_are_a_fault_each_and_hold_nothing_back(
    tmp_path: Path, spark: SparkSession
) -> None:
    with opened(tmp_path, spark) as lake:
        raw = lake.settings.raw_dir
        for name, (stored, _) in FOREIGN.items():
            (raw / name).write_bytes(stored)
        (raw / "good.ndjson").write_bytes(lines(charge(1), charge(2)))
        many = "\r\n".join(json.dumps(charge(number)) for number in range(100, 220))
        (raw / "windows.json").write_bytes(many.encode("utf-16"))
        outcomes = run(lake)
        assert outcomes["bronze.records"].status == "published"
        named = [notice for notice in outcomes["bronze.records"].notices if "no JSON" in notice]
        assert sorted(notice.split(":")[0] for notice in named) == sorted(FOREIGN)
        assert answer(lake, "select count(*) from silver.charges") == [(122,)]
        refused = answer(lake, "select file, line, reason from silver.quarantine order by file")
        assert [(file, line) for file, line, _ in refused] == [(name, 1) for name in sorted(FOREIGN)]
        assert all("it seems to be" in reason for *_, reason in refused)
        kept = answer(
            lake,
            "select file, coalesce(payload_bytes, cast(payload as binary)) from bronze.records where fault is not null",
        )
        assert {file: bytes(held) for file, held in kept} == {
            name: held for name, (_, held) in FOREIGN.items()
        }
        assert audit(lake).balanced


NOT_OURS = {"level": "info", "message": "started"}


def counts(name: str, faults: int, records: int, **found: Any) -> FileCounts:
    file = RawFile("/raw", name, 1, datetime(2026, 1, 1, tzinfo=UTC))
    return FileCounts(file, record_count=records, fault_count=faults, **found)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([counts("a", 1, 90), counts("b", 0, 10)], (1, 100)),
        ([counts("a", 5, 100), counts("page", 1, 1, foreign="no JSON")], (5, 100)),
        ([counts("a", 5, 100), counts("b", 500, 500)], (6, 101)),
        ([counts("a", 500, 500), counts("page", 1, 1, foreign="no JSON")], (500, 500)),
        ([counts(str(number), number % 2, 1) for number in range(200)], (100, 200)),
        ([counts("page", 1, 1, foreign="no JSON")], (0, 0)),
        ([counts("a", 0, 0), counts("b", 3, 3), counts("c", 0, 4)], (1, 5)),
    ],
    ids=[
        "by records",
        "without files of no JSON",
        "a bad file is one",
        "all bad",
        "a record a file",
        "none",
        "an empty one",
    ],
)
def test_shares_are_judged_without_what_says_nothing_about_the_source(
    files: list[FileCounts], expected: tuple[int, int]
) -> None:
    assert judged(files) == expected


def test_a_list_whose_last_page_is_not_there_is_told() -> None:
    files = [
        counts("a/charges-1.json", 0, 100, opened=["charge"]),
        counts("a/charges-2.json", 0, 100, opened=["charge"]),
        counts("b/charges-1.json", 0, 100, opened=["charge"]),
        counts("b/charges-2.json", 0, 9, ended=["charge"]),
        counts("b/refunds-1.json", 0, 100, opened=["refund"]),
        counts("plain.ndjson", 0, 100),
    ]
    assert list(open_lists(files)) == [
        "a/charges-2.json and 1 other files: has_more is true and no page of charge objects is the last: pages are "
        "missing",
        "b/refunds-1.json: has_more is true and no page of refund objects is the last: pages are missing",
    ]


@pytest.mark.engine
def test_a_run_tells_of_pages_that_are_missing(tmp_path: Path, spark: SparkSession) -> None:
    with opened(tmp_path, spark) as lake:
        page = {"object": "list", "data": [charge(1)], "has_more": True}
        (lake.settings.raw_dir / "page.json").write_text(json.dumps(page, indent=1))
        outcome = run(lake)["bronze.records"]
        assert outcome.notices == (
            "page.json: has_more is true and no page of charge objects is the last: pages are missing",
        )
        assert not outcome.failed
        assert answer(lake, "select has_more, object_id from bronze.records") == [(True, "ch_1")]


def listed(lake: Lakehouse) -> Sequence[held_back.HeldBack]:
    return held_back.held_back(lake)


@pytest.mark.engine
def test_a_batch_that_bronze_refuses_can_be_looked_at_until_it_is_mended(
    tmp_path: Path, spark: SparkSession
) -> None:
    with opened(tmp_path, spark) as lake:
        bad = lake.settings.raw_dir / "app.ndjson"
        bad.write_bytes(lines(*[NOT_OURS | {"number": number} for number in range(150)]))
        outcome = run(lake)["bronze.records"]
        assert outcome.status == "refused"
        assert held_back.SHOWN in outcome.notices
        [held] = listed(lake)
        assert (held.table, held.rows, held.faulty, len(held.records)) == ("bronze.records", 150, 150, 150)
        assert "At most 20 %" in held.reasons[0]
        assert held.records[6] | {"record_id": ""} == {
            "record_id": "", "file": "app.ndjson", "line": 7, "item": 0,
            "reason": "neither an event nor an object: it has no text 'object'",
        }  # fmt: skip
        shown = rereading.payload(lake, held.records[6]["record_id"])
        assert json.loads(shown or "") == NOT_OURS | {"number": 6}
        assert "run again" in held.way_out
        bad.write_bytes(lines(charge(1)))
        assert run(lake)["bronze.records"].status == "published"
        assert listed(lake) == []


@pytest.mark.engine
def test_what_is_taken_out_of_the_raw_folder_is_held_back_no_more(
    tmp_path: Path, spark: SparkSession
) -> None:
    with opened(tmp_path, spark) as lake:
        bad = lake.settings.raw_dir / "app.ndjson"
        bad.write_bytes(lines(*[NOT_OURS] * 150))
        run(lake)
        bad.unlink()
        assert rereading.payload(lake, listed(lake)[0].records[0]["record_id"]) is None
        run(lake)
        assert listed(lake) == []


@pytest.mark.engine
def test_a_batch_that_silver_refuses_can_be_looked_at(tmp_path: Path, spark: SparkSession) -> None:
    with opened(tmp_path, spark) as lake:
        odd = [charge(number, currency="zzz") for number in range(150)]
        (lake.settings.raw_dir / "charges.ndjson").write_bytes(lines(*odd))
        outcomes = run(lake)
        assert (outcomes["bronze.records"].status, outcomes["silver.charges"].status) == (
            "published",
            "refused",
        )
        [held] = listed(lake)
        assert (held.table, held.faulty) == ("silver.charges", 150)
        assert {record["reason"] for record in held.records} == {"currency: not a currency of ISO 4217"}
        assert json.loads(rereading.payload(lake, held.records[3]["record_id"]) or "") == odd[3]
        assert "restore" in held.way_out


PREVIEW = {"object": "invoice", "amount_due": 900, "currency": "usd", "created": CREATED, "status": "draft"}
LINES = {
    "lines": {
        "object": "list",
        "data": [
            {"id": "il_tmp_1", "object": "line_item", "amount": 900, "currency": "usd", "livemode": True}
        ],
    }
}
THIN = {
    "id": "evt_thin", "object": "v2.core.event", "type": "v1.customer.updated", "created": "2026-01-01T00:00:00.5Z",
    "related_object": {"id": "cus_1", "type": "customer"},
}  # fmt: skip


@pytest.mark.engine
def test_what_is_about_no_object_by_design_is_of_no_table_and_no_fault(
    tmp_path: Path, spark: SparkSession
) -> None:
    with opened(tmp_path, spark) as lake:
        whole = PREVIEW | {"id": "in_1"}
        by_design = [
            event(PREVIEW, "invoice.upcoming", event_id="evt_1"),
            event(PREVIEW | {"id": "upcoming_in_1"} | LINES, "invoice.upcoming", event_id="evt_2"),
            PREVIEW,
            PREVIEW | {"id": "upcoming_in_2"} | LINES,
            THIN,
            {"detail-type": THIN["type"], "time": "2026-01-01T00:00:05Z", "detail": THIN},
            {"specversion": "1.0", "time": "2026-01-01T00:00:05Z", "data": THIN},
        ]
        broken = event(PREVIEW, "invoice.paid", event_id="evt_3")
        documents = [event(whole, "invoice.created", event_id="evt_0"), *by_design, broken]
        (lake.settings.raw_dir / "a.ndjson").write_bytes(lines(*documents))
        run(lake)
        assert answer(lake, "select invoice_id from silver.invoices") == [("in_1",)]
        assert answer(lake, "select count(*) from silver.customers") == [(0,)]
        assert answer(lake, "select count(*) from silver.invoice_line_items") == [(0,)]
        assert answer(lake, "select reason, line from silver.quarantine") == [("invoice_id: missing", 9)]
        found = audit(lake)
        assert found.balanced
        assert found.total.unmodelled == len(by_design)
        failed = lake.note("bronze.records")["checks"]["failures"]
        assert failed["object_told"].startswith("1 of 9")  # the broken one
