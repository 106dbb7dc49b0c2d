"""gold.schema_drift counts each difference once per version, from its oldest record, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from frames import CREATED, Json, envelope, event, read_lines, rows

from pipelines.bronze.drift import objects as drift
from pipelines.flow import drift as drifting
from pipelines.gold.quality.schema_drift import TABLE, build
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

STATUS = Column("status", "string", "Status.", path="status")
PAYOUTS = Table("silver.payouts", "Payouts.", ("status",), (STATUS,), object_types=("payout",))


def payout(**changes: object) -> Json:
    return {"id": "po_1", "object": "payout", "status": "paid", **changes}


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(CREATED + seconds, UTC).replace(tzinfo=None)


RECORDS = [
    event(payout(speed="fast"), "payout.paid", CREATED + 50, "evt_1"),
    event(payout(speed="slow as ever"), "payout.paid", CREATED + 10, "evt_2"),
    envelope(event(payout(speed="slow as ever"), "payout.paid", CREATED + 10, "evt_2")),
    event(payout(status=3), "payout.paid", CREATED + 20, "evt_3"),
    event(payout(), "payout.paid", CREATED + 30, "evt_4") | {"api_version": "2031-01-01.zinnia"},
    event(payout(), "payout.paid", CREATED + 30, "evt_5"),
]


def bronze(spark: SparkSession, folder: Path, records: list[Json], reads: drift.Reads) -> DataFrame:
    """The records as bronze has them."""
    found = read_lines(folder, {"a.ndjson": records}, reads)
    return spark.createDataFrame(found.drop_columns(["payload_bytes"]))


def drifted(spark: SparkSession, folder: Path, records: list[Json], now: Table = PAYOUTS) -> list[Json]:
    frame = bronze(spark, folder, records, drift.reads([PAYOUTS]))
    return rows(build(frame, drifting.settled(spark, drift.reads([now]))), "object_type", "field_path")


def test_each_difference_is_one_row_with_its_oldest_record(any_spark: SparkSession, tmp_path: Path) -> None:
    found = drifted(any_spark, tmp_path, RECORDS)
    assert [(row["object_type"], row["field_path"], row["drift"], row["found"]) for row in found] == [
        ("event", "api_version", "new_api_version", "2031-01-01.zinnia"),
        ("payout", "speed", "new_field", ""),
        ("payout", "status", "type_changed", "integer"),
    ]
    assert [row["records_count"] for row in found] == [1, 2, 1]
    speed = found[1]
    assert (speed["first_seen_at"], speed["last_seen_at"]) == (moment(10), moment(50))
    assert speed["example"] == "string of 12"
    assert speed["record_id"].endswith(":2")
    assert set(speed) == set(TABLE.column_names)


def test_order_and_copies_change_nothing(spark: SparkSession, tmp_path: Path) -> None:
    def without_places(folder: str, records: list[Json]) -> list[Json]:
        (tmp_path / folder).mkdir()
        return [row | {"record_id": ""} for row in drifted(spark, tmp_path / folder, records)]

    assert without_places("a", RECORDS) == without_places("b", [*reversed(RECORDS), *RECORDS])


def test_what_is_known_by_now_is_left_out(any_spark: SparkSession, tmp_path: Path) -> None:
    speed = Column("speed", "string", "Speed.", path="speed")
    wider = Table("silver.payouts", "Payouts.", ("status",), (STATUS, speed), object_types=("payout",))
    found = drifted(any_spark, tmp_path, RECORDS, wider)
    assert [row["field_path"] for row in found] == ["api_version", "status"]


def test_records_as_they_are_known_give_an_empty_table(spark: SparkSession, tmp_path: Path) -> None:
    assert drifted(spark, tmp_path, RECORDS[-1:]) == []


def test_news_does_not_stand_as_a_failure() -> None:
    def kept(failures: dict[str, str]) -> dict[str, object]:
        return {"passed": 7 - len(failures), "failed": len(failures), "failures": failures}

    assert drifting.told(kept({drifting.NEWS_CHECK: "1 new drift", "other": "x"})) == kept({"other": "x"})
    assert drifting.told(kept({})) == kept({})
