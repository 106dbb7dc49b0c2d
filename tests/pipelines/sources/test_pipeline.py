"""Files of other processors come to the same tables: a settlement report, a card data set, objects and Parquet."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from settlement import REPORT

from pipelines.bronze.files import identified, list_files
from pipelines.bronze.reading.preview import preview
from pipelines.bronze.reading.reader import Reading
from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.errors import SourceError
from pipelines.flow import refresh as flow
from pipelines.flow.as_of import as_of
from pipelines.flow.conservation import Audit, audit
from pipelines.flow.ingest import read_on_spark
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.shared.build import build, parse
from pipelines.silver.shared.mapped import described, of_table
from pipelines.sources.mapping import example, load_sources, parse_source, stripe
from pipelines.sources.source import Sources
from pipelines.upkeep.verify import verify
from tests.frames import KEY, read_folder, rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SHOP = """\
source: shop
doc: Orders of a shop, as Parquet and as objects.
files: ["shop/*.{suffix}"]
format: {format}
account: shop
tables:
  charges:
    columns:
      charge_id: id
      created_at: at
      currency: {{constant: EUR}}
      amount_minor: {{field: total, unit: major}}
      status: {{constant: succeeded}}
"""


def of_adyen(folder: Path) -> Sources:
    (folder / "settlement_detail_report_batch_4.csv").write_text(REPORT)
    return load_sources([example("adyen_settlement")])


def silver(spark: SparkSession, records: pa.Table, table: str, sources: Sources) -> dict[str, dict[str, Any]]:
    declared = all_tables()[f"silver.{table}"]
    frame = spark.createDataFrame(records.drop_columns(["payload_bytes"]))
    found = rows(build(of_table(frame, declared, sources), declared, sources, KEY))
    return {str(row[declared.key[1]]): row for row in found}


def picked(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name].isoformat() if hasattr(row[name], "isoformat") else row[name] for name in names)


def test_a_settlement_report_becomes_payments_refunds_disputes_and_movements(
    any_spark: SparkSession, tmp_path: Path
) -> None:
    sources = of_adyen(tmp_path)
    records = read_folder(tmp_path, sources)
    charges = silver(any_spark, records, "charges", sources)
    money = (
        "account",
        "currency",
        "amount_minor",
        "amount_captured_minor",
        "payment_method_type",
        "card_brand",
    )
    assert picked(charges["PSP1"], *money) == ("AcmeEU", "EUR", 10000, 10000, "card", "visa")
    assert picked(charges["PSP2"], *money) == ("AcmeEU", "EUR", 500, 500, "ideal", None)
    assert picked(charges["PSP3"], *money) == ("AcmeEU", "JPY", 1200, 1200, "card", "mastercard")
    assert str(charges["PSP3"]["created_date"]) == "2026-03-01"  # 00:30 of 2 March in CET
    assert charges["PSP4"]["fault"] == (
        "amount_minor: more decimal places than its currency has (0); "
        "amount_captured_minor: more decimal places than its currency has (0)"
    )
    assert json.loads(charges["PSP4"]["payload"])["Gross Credit (GC)"] == "12.50"
    [refund] = silver(any_spark, records, "refunds", sources).values()
    assert picked(refund, "refund_id", "charge_id", "amount_minor", "description") == (
        "MOD5", "PSP1", 3000, "too late, sorry"
    )  # fmt: skip
    assert refund["created_at"].strftime("%d %H:%M") == "29 01:30"
    [dispute] = silver(any_spark, records, "disputes", sources).values()
    assert picked(dispute, "dispute_id", "charge_id", "amount_minor", "is_chargeback") == (
        "MOD6",
        "PSP3",
        1200,
        True,
    )
    moved = silver(any_spark, records, "balance_transactions", sources).values()
    assert sorted(
        picked(row, "type", "reporting_category", "amount_minor", "net_minor") for row in moved
    ) == [
        ("adjustment", "fee", -125, -125),
        ("payout", "payout", -5572, -5572),
    ]


def test_rows_say_by_their_mapping_what_they_are_about(any_spark: SparkSession, tmp_path: Path) -> None:
    sources = of_adyen(tmp_path)
    records = any_spark.createDataFrame(read_folder(tmp_path, sources).drop_columns(["payload_bytes"]))
    found = rows(described(records, sources), "line")
    about = [(row["object_type"], row["object_id"]) for row in found]
    assert about.count((None, None)) == 2  # a statement that is not modelled, and the line that was cut
    assert ("refund", "MOD5") in about
    assert {row["line"] for row in found} == set(range(2, 12))
    assert rows(described(records, stripe()), "line") == rows(records, "line")


@pytest.mark.parametrize(("format", "suffix"), [("parquet", "parquet"), ("ndjson", "jsonl")])
def test_parquet_and_objects_are_mapped_alike(
    spark: SparkSession, tmp_path: Path, format: str, suffix: str
) -> None:
    (tmp_path / "shop").mkdir()
    given = [
        {"id": "o1", "at": "2026-03-01T00:00:00Z", "total": "10.50"},
        {"id": "o2", "at": None, "total": "1"},
    ]
    file = tmp_path / "shop" / f"orders.{suffix}"
    if format == "parquet":
        pq.write_table(pa.Table.from_pylist(given), file)
    else:
        file.write_text("\n".join(json.dumps(row) for row in given))
    source = parse_source(SHOP.format(format=format, suffix=suffix), "shop.yaml")
    sources = Sources((source,), stripe().rest)
    found = silver(spark, read_folder(tmp_path, sources), "charges", sources)
    assert picked(found["o1"], "amount_minor", "currency", "fault") == (1050, "EUR", None)
    assert found["o2"]["fault"] == "created_at: missing"


def test_of_two_rows_of_one_object_the_later_counts(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    versions = [("2026-03-02", "2"), ("2026-03-03", "3"), ("2026-03-01", "1")]
    lines = [json.dumps({"id": "o1", "at": at, "total": total}) for at, total in versions]
    (tmp_path / "shop" / "orders.jsonl").write_text("\n".join([*lines, lines[1]]))
    sources = Sources((parse_source(SHOP.format(format="ndjson", suffix="jsonl"), "m"),), stripe().rest)
    found = silver(spark, read_folder(tmp_path, sources), "charges", sources)
    assert [row["amount_minor"] for row in found.values()] == [300]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse that took in a settlement report, its like under another name, and a Stripe charge."""
    home = tmp_path_factory.mktemp("sources")
    raw = home / "raw"
    raw.mkdir()
    of_adyen(raw)
    charge = {"object": "charge", "id": "ch_1", "created": 1772359200, "currency": "eur", "amount": 700}
    (raw / "charges.jsonl").write_text(json.dumps(charge) + "\n")
    (raw / "notes.csv").write_text("a,b\n")
    (home / "sources").mkdir()
    (home / "sources" / "adyen.yaml").write_text(example("adyen_settlement").read_text())
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        outcomes = refreshed(lake)
        assert not any(outcome.failed for outcome in outcomes)
        yield lake


def refreshed(lake: Lakehouse, **how: Any) -> list[flow.Outcome]:
    return list(flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, **how)))


def counts(found: Audit) -> dict[str, int]:
    parts = ("records", "current", "superseded", "duplicate", "quarantined", "unmodelled", "missing")
    return {part: value for part in parts if (value := getattr(found.total, part))}


def test_every_row_is_accounted_for(filled: Lakehouse) -> None:
    found = audit(filled)
    assert found.balanced
    assert counts(found) == {"records": 11, "current": 8, "quarantined": 2, "unmodelled": 1}
    assert {file.file for file in found.files} == {"charges.jsonl", "settlement_detail_report_batch_4.csv"}


def test_gold_counts_both_sources_apart(filled: Lakehouse) -> None:
    query = (
        "select account, currency, cast(date as string), captured_minor, refunded_minor, disputed_minor "
        "from gold.payments_daily order by account, currency"
    )
    assert [tuple(row) for row in filled.sql(query).collect()] == [
        ("AcmeEU", "EUR", "2026-03-01", 10500, 3000, 0),
        ("AcmeEU", "JPY", "2026-03-01", 1200, 0, 1200),
        ("platform", "EUR", "2026-03-01", 0, 0, 0),
    ]


def test_the_deep_audit_makes_mapped_rows_again(filled: Lakehouse) -> None:
    tables = (
        "silver.charges",
        "silver.charge_history",
        "silver.refunds",
        "silver.disputes",
        "silver.quarantine",
    )
    with filled.writing():
        found = verify(filled, only=tables)
    assert found.sound, found.differences


def test_rows_are_not_known_before_their_mapping_says(filled: Lakehouse) -> None:
    def known(at: datetime) -> int:
        return as_of(filled, at).table("silver.charges").count()

    written = (filled.settings.raw_dir / "settlement_detail_report_batch_4.csv").stat().st_mtime
    before, after = (datetime.fromtimestamp(written + offset, UTC) for offset in (-3600, 3600))
    assert (known(before), known(after)) == (0, 4)


def test_a_preview_tells_what_a_mapping_makes_of_a_file(filled: Lakehouse) -> None:
    settings = filled.settings
    files = list_files(settings.raw_dir, filled.sources).files
    adyen, rest = (
        preview(source, [file for file in files if file.source == source.source], settings)
        for source in filled.sources
    )
    assert adyen.tables == {"charges": 4, "refunds": 1, "disputes": 1, "balance_transactions": 2}
    assert (adyen.rows, adyen.unmodelled, adyen.absent) == (10, 1, ())
    assert sum(adyen.faults.values()) == 2
    assert (rest.source, rest.files, rest.rows) == ("stripe", 1, 0)


def test_a_preview_names_fields_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.csv").write_text("id,at,amount\no1,2026-03-01,1\n")
    source = parse_source(SHOP.format(format="csv", suffix="csv"), "m")
    files = list_files(tmp_path, Sources((source,), stripe().rest)).files
    assert preview(source, files, load_settings({"home": tmp_path})).absent == ("total",)


def test_the_same_file_is_taken_in_once_and_a_longer_one_again(filled: Lakehouse) -> None:
    assert {outcome.status for outcome in refreshed(filled)} == {"unchanged"}
    path = filled.settings.raw_dir / "settlement_detail_report_batch_4.csv"
    more = REPORT.splitlines()[1].replace("PSP1", "PSP9").replace("MOD1", "MOD9")
    path.write_text(f"{REPORT}{more}\n")
    refreshed(filled)
    found = audit(filled)
    assert found.balanced
    assert counts(found) == {
        "records": 22, "current": 9, "duplicate": 7, "quarantined": 4, "unmodelled": 2
    }  # fmt: skip


def test_a_lakehouse_is_not_judged_without_the_mapping_of_its_records(
    filled: Lakehouse, tmp_path: Path
) -> None:
    settings = filled.settings.model_copy(update={"sources": str(tmp_path)})
    with (
        Lakehouse(settings, filled.tables, filled.spark) as without,
        pytest.raises(SourceError, match="records of source 'adyen_settlement', and no mapping of that name"),
    ):
        audit(without)


def parsed(spark: SparkSession, folder: Path, sources: Sources) -> DataFrame:
    declared = all_tables()["silver.charges"]
    frame = spark.createDataFrame(read_folder(folder, sources).drop_columns(["payload_bytes"]))
    return parse(of_table(frame, declared, sources), declared, sources, KEY)


def test_days_of_the_handbook_are_payments_with_a_label_that_is_known_later(
    spark: SparkSession, handbook: Path, tmp_path: Path
) -> None:
    (tmp_path / "handbook").mkdir()
    days = ("2018-04-02.csv.gz", "2018-04-03.csv.gz")
    for day in days:
        (tmp_path / "handbook" / day).write_bytes((handbook / day).read_bytes())
    found = parsed(spark, tmp_path, load_sources([example("handbook")]))
    figures = found.selectExpr(
        "count(*)", "count(fault)", "count_if(fraud_report_by_merchant = 'fraudulent')", "sum(amount_minor)",
        "count(terminal_id)", "count_if(fraud_reported_at = created_at + interval 7 days)",
        "count_if(known_at = created_at)",
    )  # fmt: skip
    lines = [
        line.split(b",")
        for day in days
        for line in gzip.decompress((handbook / day).read_bytes()).splitlines()[1:]
    ]
    frauds = sum(line[7] == b"1" for line in lines)
    cents = sum(round(float(line[4]) * 100) for line in lines)
    assert tuple(figures.collect()[0]) == (len(lines), 0, frauds, cents, len(lines), frauds, len(lines))


def test_executors_read_rows_as_this_process_does(any_spark: SparkSession, tmp_path: Path) -> None:
    sources = of_adyen(tmp_path)
    [source] = sources.own
    files = [identified(file) for file in list_files(tmp_path, sources).files]
    reading = Reading(1, source.source, source.account, 1 << 20, 250, layout=source.layout)
    found = read_on_spark(any_spark, files, reading).drop("payload_bytes")
    expected = any_spark.createDataFrame(read_folder(tmp_path, sources).drop_columns(["payload_bytes"]))
    assert rows(found, "record_id") == rows(expected, "record_id")
