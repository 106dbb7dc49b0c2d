"""Records to rows: what each shape of record says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.bronze.files import RawFile
from pipelines.bronze.reading.reader import FileCounts, Kept, Reading, Unreadable, read_files, reread
from pipelines.bronze.reading.worker import Job, work
from pipelines.bronze.records import TABLE
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import LakehouseError

CREATED = 1_770_000_000
CREATED_AT = datetime.fromtimestamp(CREATED, UTC)
WRITTEN_AT = datetime(2026, 3, 4, tzinfo=UTC)
READING = Reading(
    ingest_id=3, source="stripe", account="platform", max_record_bytes=1 << 20, max_expansion=250
)
SCHEMA = arrow_schema(TABLE)

Change = Callable[[dict[str, Any]], object]


def event(**changes: Any) -> dict[str, Any]:
    subject = {"object": "charge", "id": "ch_1", "amount": 5}
    return {
        "object": "event", "id": "evt_1", "type": "charge.succeeded", "created": CREATED, "account": "acct_1",
        "api_version": "2022-08-01", "livemode": True, "data": {"object": subject}, **changes,
    }  # fmt: skip


def rows(tmp_path: Path, *lines: Any, name: str = "a.json") -> list[dict[str, Any]]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    )
    file = RawFile(str(tmp_path), name, path.stat().st_size, WRITTEN_AT, "digest")
    found = [row for batch in read_files([file], READING, SCHEMA) for row in batch.to_pylist()]
    return sorted(found, key=lambda row: (row["line"], row["item"]))


def test_an_event_says_what_happened_to_what(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, event())
    identity = RawFile("", "a.json", 0, WRITTEN_AT, "digest").file_id
    assert row == {
        "record_id": f"{identity}:1", "ingest_id": 3, "source": "stripe", "file": "a.json", "file_id": identity,
        "line": 1, "item": 0, "shape": "event", "event_id": "evt_1", "event_type": "charge.succeeded",
        "object_type": "charge", "object_id": "ch_1", "account": "acct_1", "occurred_at": CREATED_AT,
        "known_at": CREATED_AT, "api_version": "2022-08-01", "livemode": True, "version_id": "evt_1", "drift": None,
        "fault": None, "inside": None, "has_more": None, "masked_count": 0, "payload": json.dumps(event()),
        "payload_bytes": None,
    }  # fmt: skip


def test_an_envelope_says_when_its_event_was_known(tmp_path: Path) -> None:
    envelope = {
        "detail-type": "charge.succeeded",
        "time": "2026-02-03T04:05:06Z",
        "account": "123",
        "detail": event(),
    }
    (row,) = rows(tmp_path, envelope)
    assert (row["shape"], row["event_id"], row["account"]) == ("eventbridge", "evt_1", "acct_1")
    assert row["occurred_at"] == CREATED_AT
    assert row["known_at"] == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_an_event_of_2016_names_its_account_and_its_request_otherwise(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, event(account=None, user_id="acct_7", request="req_1"))
    assert (row["fault"], row["shape"], row["account"]) == (None, "event", "acct_7")


def test_a_balance_is_named_after_what_told_it(tmp_path: Path) -> None:
    balance = {"object": "balance", "available": [{"amount": 5, "currency": "usd"}], "livemode": True}
    told, bare = rows(tmp_path, event(data={"object": balance}), balance)
    assert (told["object_id"], told["version_id"]) == ("evt_1", "evt_1")
    assert bare["object_id"] == bare["version_id"]


def test_a_capability_is_of_the_account_that_it_names(tmp_path: Path) -> None:
    named, silent = rows(
        tmp_path,
        {"object": "capability", "id": "transfers", "account": "acct_5"},
        {"object": "capability", "id": "transfers"},
    )
    assert [named["account"], silent["account"]] == ["acct_5", "platform"]


def test_an_object_is_known_since_its_file_was_written_and_belongs_to_the_account_of_its_folder(
    tmp_path: Path,
) -> None:
    payout = {"object": "payout", "id": "po_1", "created": CREATED, "livemode": False}
    (row,) = rows(tmp_path, payout, name="account=acct_9/payouts.json")
    assert (row["shape"], row["object_type"], row["account"]) == ("object", "payout", "acct_9")
    assert (row["occurred_at"], row["known_at"], row["livemode"]) == (CREATED_AT, WRITTEN_AT, False)
    assert row["version_id"].startswith("sha_")


def test_batches_hold_one_type_each(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'{"object":"b"}\n{"object":"a"}\n{"object":"b"}\nx')
    file = RawFile(str(tmp_path), "a.json", path.stat().st_size, WRITTEN_AT, "digest")
    found = [set(batch.column("object_type").to_pylist()) for batch in read_files([file], READING, SCHEMA)]
    assert found == [{None}, {"a"}, {"b"}]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"created": 253_402_300_799}, "created lies outside the years 1970 to 2199"),
        ({"created": -1}, "created lies outside the years 1970 to 2199"),
        ({"created": 10**400}, "created lies outside the years 1970 to 2199"),
        ({"created": None}, "an event without created"),
        ({"created": "yesterday"}, "an event whose created is not a whole number of seconds"),
        ({"created": 1767225600.5}, "an event whose created is not a whole number of seconds"),
        ({"created": {"at": 1}}, "an event whose created is not a whole number of seconds"),
        ({"created": True}, "an event whose created is not a whole number of seconds"),
        ({"created": 1e300}, "created lies outside the years 1970 to 2199"),
        ({"id": None}, "an event without id"),
        ({"id": ""}, "an event whose id is empty"),
        ({"id": 7}, "an event whose id is not a text"),
        ({"data": None}, "an event without data.object"),
        ({"data": {"object": None}}, "an event without data.object"),
        ({"data": {"object": "ch_1"}}, "an event whose data.object is not an object"),
        ({"object": "v2.core.event"}, "an event whose created is not a time of ISO 8601"),
        ({"object": None}, "neither an event nor an object: it has no text 'object'"),
    ],
)
def test_an_event_that_says_too_little_is_a_fault(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    bad, good = rows(tmp_path, event(**change), event(id="evt_2"))
    assert (bad["fault"], bad["payload"]) == (fault, json.dumps(event(**change)))
    assert good["fault"] is None


@pytest.mark.parametrize("number", ["1e999", "-1e400", "9" * 5000], ids=["1e999", "-1e400", "digits"])
def test_a_number_beyond_all_bounds_does_not_hide_what_is_missing(tmp_path: Path, number: str) -> None:
    """Found by chance: a parser of the whole record stops at the number."""
    lacking = json.dumps(event(id=None, attempts="here")).replace('"here"', number)
    bad, good = rows(tmp_path, lacking.encode(), event(id="evt_2"))
    assert (bad["fault"], bad["payload"]) == ("an event without id", lacking)
    assert good["fault"] is None


@pytest.mark.parametrize("written", ["1770000000.0", "1.77E9", '"1770000000"', '"1770000000.0"'])
def test_a_time_in_whole_seconds_may_be_written_as_a_fraction_or_a_text(tmp_path: Path, written: str) -> None:
    documents = [json.dumps(document) for document in (event(), {"object": "payout", "created": CREATED})]
    found = rows(tmp_path, *(text.replace(str(CREATED), written).encode() for text in documents))
    assert [(row["fault"], row["occurred_at"]) for row in found] == [(None, CREATED_AT)] * 2


def test_the_reason_of_an_event_in_an_envelope_is_about_the_event(tmp_path: Path) -> None:
    inner = event(created="yesterday")
    wrapped = ({"detail-type": "x", "detail": inner}, {"specversion": "1.0", "data": inner})
    found = rows(tmp_path, *wrapped)
    assert [row["fault"] for row in found] == ["an event whose created is not a whole number of seconds"] * 2


CLOUD_EVENT = {
    "specversion": "1.0", "type": "charge.succeeded", "source": "/providers/stripe/ed_1", "id": "c1", "subject": None,
    "time": "2026-02-03T04:05:06.7890123Z", "dataContentType": "application/cloudevents+json",
}  # fmt: skip
GRID_EVENT = {
    "topic": "/topics/stripe", "subject": "charge", "id": "g1", "eventType": "charge.succeeded", "dataVersion": "1",
    "metadataVersion": "1", "eventTime": "2026-02-03T04:05:06.789012Z",
}  # fmt: skip


@pytest.mark.parametrize("envelope", [CLOUD_EVENT, GRID_EVENT], ids=["cloudevents", "event_grid"])
def test_an_event_that_azure_delivered_is_read(tmp_path: Path, envelope: dict[str, Any]) -> None:
    wrapped = {**envelope, "data": event()}
    alone, *batch = rows(tmp_path, wrapped, [wrapped, wrapped])
    delivered = datetime(2026, 2, 3, 4, 5, 6, 789012, UTC)
    for row in (alone, *batch):
        told = (row["shape"], row["event_id"], row["event_type"], row["object_type"], row["object_id"])
        assert told == ("cloudevent", "evt_1", "charge.succeeded", "charge", "ch_1")
        assert (row["account"], row["occurred_at"], row["known_at"]) == ("acct_1", CREATED_AT, delivered)
        assert json.loads(row["payload"]) == wrapped


THIN = {
    "id": "evt_9", "object": "v2.core.event", "type": "v1.customer.updated", "livemode": False, "context": "acct_7",
    "created": "2026-02-02T02:40:00.123Z", "related_object": {"id": "cus_1", "type": "customer", "url": "/v1/x"},
}  # fmt: skip


@pytest.mark.parametrize(
    "wrap",
    [
        lambda thin: thin,
        lambda thin: {"detail-type": "x", "detail": thin},
        lambda thin: {**CLOUD_EVENT, "data": thin},
    ],
    ids=["bare", "eventbridge", "cloudevents"],
)
def test_a_thin_event_names_its_object_and_holds_none(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    (row,) = rows(tmp_path, wrap(THIN))
    assert (row["fault"], row["shape"]) == (None, "thin")
    assert (row["event_id"], row["event_type"]) == ("evt_9", "v1.customer.updated")
    assert (row["object_type"], row["object_id"]) == ("customer", "cus_1")
    assert (row["account"], row["livemode"], row["version_id"]) == ("acct_7", False, "evt_9")
    assert row["occurred_at"] == datetime(2026, 2, 2, 2, 40, 0, 123000, UTC)


def test_a_thin_event_may_be_about_no_object(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, {**THIN, "related_object": None, "context": None})
    assert (row["fault"], row["object_type"], row["object_id"]) == (None, None, None)
    assert row["account"] == "platform"


def test_an_object_within_a_field_of_that_name_is_read(tmp_path: Path) -> None:
    payout = {"object": "payout", "id": "po_1", "created": CREATED, "livemode": True, "amount": "odd"}
    (row,) = rows(
        tmp_path, {"object": payout, "previous_attributes": {"amount": 1}}, name="account=acct_9/p.json"
    )
    assert (row["shape"], row["object_type"], row["object_id"], row["account"]) == (
        "wrapped", "payout", "po_1", "acct_9",
    )  # fmt: skip
    assert (row["occurred_at"], row["livemode"]) == (CREATED_AT, True)
    assert json.loads(row["payload"])["previous_attributes"] == {"amount": 1}


def test_what_a_page_says_of_further_pages_stays_with_its_records(tmp_path: Path) -> None:
    charge = {"object": "charge", "id": "ch_1"}
    pages = (
        {"object": "search_result", "data": [charge, charge], "has_more": True, "next_page": "x"},
        {"object": "list", "data": [charge], "has_more": False},
        {"object": "list", "data": [charge]},
        charge,
    )
    found = rows(tmp_path, *pages)
    assert [row["has_more"] for row in found] == [True, True, False, None, None]
    assert {row["object_id"] for row in found} == {"ch_1"}


def test_an_envelope_of_the_year_9999_is_a_fault(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, {"detail-type": "x", "time": "9999-12-31T23:59:59-23:59", "detail": event()})
    assert row["fault"] == "time lies outside the years 1970 to 2199"


def test_a_field_of_the_wrong_type_is_as_good_as_none(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, event(account=5, livemode="yes", api_version=["x"], type={}))
    assert (row["fault"], row["account"]) == (None, "platform")
    assert (row["livemode"], row["api_version"], row["event_type"]) == (None, None, None)


def test_of_a_field_given_twice_the_last_counts(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, b'{"object": 7, "object": "charge", "id": "ch_1", "id": "ch_2"}')
    assert (row["fault"], row["object_type"], row["object_id"]) == (None, "charge", "ch_2")


def test_huge_numbers_are_no_fault(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, b'{"object": "charge", "a": 1e400, "b": %s}' % (b"9" * 5_000))
    assert row["fault"] is None


def test_bytes_that_are_no_text_are_kept_exactly(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, b'{"object": "caf\xe9"}')
    assert row["payload"] == '{"object": "caf\\xe9"}'
    assert row["payload_bytes"] == b'{"object": "caf\xe9"}'


def test_a_fault_never_quotes_the_record(tmp_path: Path) -> None:
    secret = b"4242424242424242"
    lines = (
        secret,
        b'"' + secret + b'"',
        b'{"id": "' + secret,
        b'{"object": "event", "id": ' + secret + b"}",
    )
    assert all(row["fault"] and secret.decode() not in row["fault"] for row in rows(tmp_path, *lines))


def read(file: RawFile) -> tuple[list[pa.RecordBatch], list[FileCounts]]:
    counts: list[FileCounts] = []
    return list(read_files([file], READING, SCHEMA, counts.append)), counts


@pytest.mark.parametrize(
    ("name", "reason"), [("gone.json", "No such file or directory"), ("folder.json", "Is a directory")]
)
def test_a_file_that_cannot_be_opened_is_missing(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.json").mkdir()
    found, counts = read(RawFile(str(tmp_path), name, 5, WRITTEN_AT, "digest"))
    assert found == []
    assert counts[0].missing == f"could not be opened: {reason}"


UNREADABLE = RawFile("/proc/self", "mem", 1 << 20, WRITTEN_AT, "digest")
"""Reading the process's memory at address zero fails, as a broken disk does."""


@pytest.mark.skipif(not UNREADABLE.path.exists(), reason="needs Linux")
def test_of_a_file_that_fails_while_it_is_read_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(UNREADABLE)
    path = tmp_path / "a.json"
    path.write_bytes(b'{"object": "charge"}')
    good = RawFile(str(tmp_path), "a.json", path.stat().st_size, WRITTEN_AT, "digest")
    counts = work(Job((good, UNREADABLE), READING, str(tmp_path / "out.parquet")))
    assert [(c.file.file, c.record_count, c.missing) for c in counts] == [
        ("a.json", 1, None),
        ("mem", 0, "could not be read to its end: Input/output error"),
    ]


def test_records_that_cannot_be_written_are_an_error_that_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(LakehouseError, match=r"records cannot be written to .*/none/out\.parquet"):
        work(Job((), READING, str(tmp_path / "none" / "out.parquet")))


def test_a_record_that_is_read_again_keeps_what_its_page_said(tmp_path: Path) -> None:
    file = RawFile(str(tmp_path), "a.json", 1, WRITTEN_AT, "digest")
    kept = Kept(file, 3, 2, b'{"object": "charge", "id": "ch_1"}', has_more=True)
    (row,) = [row for batch in reread([kept], READING, SCHEMA) for row in batch.to_pylist()]
    assert (row["record_id"], row["has_more"]) == (f"{file.file_id}:3.2", True)
