"""Which of two records about an object is the newer one, whatever the order in which they come in."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frames import CREATED, KEY, Json, envelope, event, of_type, read_folder, rows

from pipelines.catalog import all_tables
from pipelines.silver.shared import history
from pipelines.silver.shared.build import build, parse
from pipelines.silver.shared.order import dated, is_deletion, preference, version
from pipelines.sources.mapping import stripe

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLD, NEW = CREATED + 86_400, CREATED + 5 * 86_400
"""When files were written."""

PAIRS: Mapping[str, tuple[tuple[str, int], tuple[str, int]]] = {
    "written later": (("z.ndjson", OLD), ("a.ndjson", NEW)),
    "a later day in a folder": (("dt=2026-03-09/a.ndjson", NEW), ("dt=2026-03-10/a.ndjson", OLD)),
    "a later day in three folders": (("2026/03/09/z.ndjson", NEW), ("2026/03/10/a.ndjson", OLD)),
    "a later day in names of folders": (("year=2026/month=3/day=9/a.ndjson", NEW), ("year=2026/month=3/day=10/a.ndjson", OLD)),
    "a later day in a name": (("export-2026-03-09.ndjson", NEW), ("export-2026-03-10.ndjson", OLD)),
    "a later day without signs": (("export_20260309.ndjson", NEW), ("export_20260310.ndjson", OLD)),
    "a later time of a day": (("20260310T090000Z.ndjson", NEW), ("20260310T100000Z.ndjson", OLD)),
    "a later month": (("2026-03.ndjson", NEW), ("2026-04.ndjson", OLD)),
    "a month after its days": (("2026-03-31.ndjson", NEW), ("2026-03.ndjson", OLD)),
    "the name before the folder": (("dt=2026-03-11/export-2026-03-09.ndjson", NEW), ("dt=2026-03-01/export-2026-03-10.ndjson", OLD)),
    "a day against a time of writing": (("dt=2025-12-31/a.ndjson", NEW), ("a.ndjson", OLD)),
    "a day after a time of writing": (("a.ndjson", NEW), ("dt=2026-03-01/a.ndjson", OLD)),
    "numbers as people count": (("export-9.ndjson", NEW), ("export-10.ndjson", NEW)),
    "numbers within a day": (("dt=2026-03-01/hh=9/part-2.ndjson", NEW), ("dt=2026-03-01/hh=10/part-1.ndjson", OLD)),
    "numbers of many digits": (("export-99999999999.ndjson", NEW), ("export-100000000000.ndjson", NEW)),
    "no day of a long number": (("export-1714521600.ndjson", NEW), ("export-20260310999.ndjson", NEW)),
}  # fmt: skip
"""An older and a newer file: path, and when it was written."""


def customer(said: str, **fields: object) -> Json:
    return {"id": "cus_1", "object": "customer", "created": CREATED, "currency": said, **fields}


def put(folder: Path, name: str, written: int, *documents: Json) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    os.utime(path, (written, written))


def current(spark: SparkSession, folder: Path, table: str = "customers") -> list[Json]:
    declared = all_tables()[f"silver.{table}"]
    found = build(of_type(spark, read_folder(folder), declared.object_types[0]), declared, stripe(), KEY)
    return rows(found.filter("fault is null"))


def test_of_two_bare_objects_the_one_that_was_known_later_is_newer(
    any_spark: SparkSession, tmp_path: Path
) -> None:
    for number, ((older, then), (newer, now)) in enumerate(PAIRS.values()):
        # In an account each: what it is called stands before the rest of the path.
        put(tmp_path, f"account=acct_x{number}y/{older}", then, customer("usd"))
        put(tmp_path, f"account=acct_x{number}y/{newer}", now, customer("eur"))
    found = {row["account"]: row["currency"] for row in current(any_spark, tmp_path)}
    wrong = [name for number, name in enumerate(PAIRS) if found[f"acct_x{number}y"] != "EUR"]
    assert wrong == []


def test_all_files_have_one_order(spark: SparkSession, tmp_path: Path) -> None:
    """Were it not transitive, the order in which they come in would decide."""
    places = sorted({place for pair in PAIRS.values() for place in pair})
    for name, written in places:
        put(tmp_path, f"{written}/{name}", written, customer("usd", name=name))
    records = dated(of_type(spark, read_folder(tmp_path), "customer"))
    named = records.withColumn("version", version(stripe())).select(
        "file", "version", "known_at", "record_id"
    )
    whole = [row["file"] for row in named.orderBy(*preference()).collect()]
    for one, other in itertools.combinations(whole, 2):
        pair = named.filter(named["file"].isin(one, other)).orderBy(*preference())
        if whole.index(one) + 1 == whole.index(other):
            assert [row["file"] for row in pair.collect()] == [one, other]


def test_a_file_that_is_written_over_replaces_what_it_said(spark: SparkSession, tmp_path: Path) -> None:
    records = []
    for said, written in (("usd", OLD), ("eur", NEW), ("chf", NEW + 1), ("gbp", NEW + 2)):
        put(tmp_path, "dt=2026-03-01/dump.ndjson", written, customer(said))
        records.append(read_folder(tmp_path))
    table = all_tables()["silver.customers"]
    for order in itertools.permutations(records):
        frame = of_type(spark, order[0], "customer")
        for more in order[1:]:
            frame = frame.unionByName(of_type(spark, more, "customer"))
        found = build(frame, table, stripe(), KEY)
        assert [row["currency"] for row in rows(found)] == ["GBP"]


GONE: Json = {"id": "cus_1", "object": "customer", "deleted": True}
LATE = NEW + 40 * 86_400

DELETED: Mapping[str, Sequence[Json]] = {
    "after an object": [customer("usd")],
    "after an event": [event(customer("usd"), "customer.created", CREATED)],
    "after an event in an envelope": [envelope(event(customer("usd"), "customer.updated", OLD))],
    "after its own event": [event(customer("usd"), "customer.deleted", OLD)],
    "before an event that says it happened later": [event(customer("usd"), "customer.updated", LATE)],
    "twice": [customer("usd"), {**GONE, "object": "customer", "note": "again"}],
    "within a field": [customer("usd"), {"object": {**GONE, "note": "wrapped"}}],
    "with when it was created": [customer("usd"), {**GONE, "created": CREATED}],
}


@pytest.mark.parametrize(
    "known", [["a.ndjson", "b.ndjson"], ["b.ndjson", "a.ndjson"]], ids=["before", "after"]
)
def test_a_deletion_is_the_last_word(any_spark: SparkSession, tmp_path: Path, known: list[str]) -> None:
    gone, others = known
    for number, documents in enumerate(DELETED.values()):
        put(tmp_path, f"account=acct_x{number}y/{gone}", OLD, GONE)
        put(tmp_path, f"account=acct_x{number}y/{others}", NEW, *documents)
    found = {row["account"]: row["is_deleted"] for row in current(any_spark, tmp_path)}
    assert [name for number, name in enumerate(DELETED) if not found[f"acct_x{number}y"]] == []


def test_of_two_deletions_the_one_that_was_known_later_stands(spark: SparkSession, tmp_path: Path) -> None:
    put(tmp_path, "dt=2026-01-03/a.ndjson", NEW, {**GONE, "note": 1})
    put(tmp_path, "dt=2026-01-04/a.ndjson", NEW, {**GONE, "note": 2})
    [row] = current(spark, tmp_path)
    assert row["occurred_at"].replace(tzinfo=UTC) == datetime(2026, 1, 5, tzinfo=UTC)
    assert row["known_at"].replace(tzinfo=UTC) == datetime.fromtimestamp(NEW, UTC)


def test_an_object_that_only_speaks_of_deletion_is_not_deleted(spark: SparkSession, tmp_path: Path) -> None:
    put(
        tmp_path, "a.ndjson", OLD, customer("usd", metadata={"deleted": True}), customer("usd", deleted=False)
    )
    put(tmp_path, "b.ndjson", NEW, customer("eur", description='"deleted": true'))
    [row] = current(spark, tmp_path)
    assert (row["currency"], row["is_deleted"]) == ("EUR", False)


def test_an_id_that_merchants_choose_may_be_given_again(any_spark: SparkSession, tmp_path: Path) -> None:
    coupon = {"id": "SUMMER", "object": "coupon", "created": CREATED}
    again = {**coupon, "created": NEW}
    put(tmp_path, "a.ndjson", NEW, coupon, event(coupon, "coupon.created", CREATED, "evt_first"))
    put(tmp_path, "dt=2026-01-03/a.ndjson", NEW, {"id": "SUMMER", "object": "coupon", "deleted": True})
    put(tmp_path, "b.ndjson", NEW, event(again, "coupon.created", NEW, "evt_again"))
    records = dated(of_type(any_spark, read_folder(tmp_path), "coupon"))
    ordered = records.withColumn("version", version(stripe(), is_deletion())).orderBy("version")
    said = [(row["event_id"], '"deleted"' in row["payload"]) for row in ordered.collect()]
    assert said == [(None, False), ("evt_first", False), (None, True), ("evt_again", False)]


def test_a_history_ends_with_the_deletion_and_has_no_gap(any_spark: SparkSession, tmp_path: Path) -> None:
    account = {"id": "acct_1", "object": "account", "created": CREATED}
    late = event(account, "account.updated", LATE, "evt_late")
    put(tmp_path, "a.ndjson", OLD, account, event(account, "account.updated", CREATED + 9, "evt_first"))
    put(tmp_path, "b.ndjson", NEW, {"id": "acct_1", "object": "account", "deleted": True})
    table = all_tables()["silver.account_history"]
    base = history.base_of(table)
    for more, begins in ((None, NEW), (late, LATE)):
        if more:
            put(tmp_path, "c.ndjson", NEW, more)
        records = of_type(any_spark, read_folder(tmp_path), "account")
        found = rows(history.intervals(parse(records, base, stripe(), KEY), table), "version")
        moments = [row["valid_from"].replace(tzinfo=UTC).timestamp() for row in found]
        assert [row["is_current"] for row in found] == [False] * (len(found) - 1) + [True]
        assert [row["valid_to"] for row in found] == [*(row["valid_from"] for row in found[1:]), None]
        assert (found[-1]["event_type"], moments[-1]) == (None, begins)
        assert moments == sorted(moments)
