"""The mappings that come with Vermeil, each tried on a made-up file with the names of its processor's columns."""

# ruff: noqa: E501 - one row a line

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import exports
import pytest
from exports import Line

from pipelines.bronze.files import list_files
from pipelines.bronze.reading.preview import preview
from pipelines.catalog import all_tables
from pipelines.settings import load_settings
from pipelines.silver.shared.build import build
from pipelines.silver.shared.mapped import of_table
from pipelines.sources.mapping import example, load_source, load_sources
from pipelines.sources.rows import Mapper
from pipelines.sources.source import Sources
from tests.frames import KEY, read_folder, rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

EXAMPLES = sorted(path.stem for path in example("handbook").parent.glob("*.yaml"))

FILES: dict[str, tuple[str, str, tuple[Line, ...]]] = {
    "stripe_balance_change": ("Itemized_balance_change_from_activity_EUR_2026-03-01_to_2026-03-31_UTC.csv", exports.STRIPE_ITEMIZED, exports.STRIPE_MOVEMENTS),
    "stripe_payout_reconciliation": ("reports/payout_reconciliation.itemized.5.csv", exports.STRIPE_ITEMIZED, exports.STRIPE_MOVEMENTS),
    "stripe_ending_balance": ("ending_balance_reconciliation.itemized.4-2026-03.csv", exports.STRIPE_ITEMIZED, exports.STRIPE_MOVEMENTS),
    "stripe_report_lines": ("settlement/2026-03.csv", exports.STRIPE_ITEMIZED, exports.STRIPE_LINES),
    "stripe_activity": ("activity.itemized.2.csv", exports.STRIPE_ACTIVITY, exports.STRIPE_PARTS),
    "paypal_activity": ("paypal/Download.CSV", exports.PAYPAL, exports.PAYPAL_LINES),
    "braintree_transactions": ("transaction_search_2026-03.csv", exports.BRAINTREE, exports.BRAINTREE_LINES),
    "square_payments": ("transactions-2026-03-01-2026-04-01.csv", exports.SQUARE, exports.SQUARE_LINES),
}  # fmt: skip
"""By example: the name of a file, its columns and its lines."""

MONEY = ("created_at", "currency", "amount_minor")
MORNING = "1772381772"
"""2026-03-01 08:16:12 at UTC-8, in seconds since 1970."""

PARTS_OF_YEN = (
    "amount_minor: more decimal places than its currency has (0); "
    "net_minor: more decimal places than its currency has (0)"
)


def written(folder: Path, name: str) -> Sources:
    file, columns, lines = FILES[name]
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        exports.written(columns, lines, quoted=name == "paypal_activity"), encoding="utf-8", newline=""
    )
    return load_sources([example(name)])


def mapped(folder: Path, name: str, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The texts of the rows of a table, in the order of the file; with its fault that of a row that has one."""
    sources = written(folder, name)
    mapper = Mapper(sources.of(name))
    found = [mapper(payload) for payload in read_folder(folder, sources)["payload"].to_pylist()]
    return [
        tuple((row.texts or {}).get(column) for column in columns) if row.fault is None else (row.fault,)
        for row in found
        if row.table == table
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_they_can_be_used_and_say_what_they_are(name: str) -> None:
    source = load_source(example(name))
    assert source.source == name
    assert source.doc.endswith(".")


def test_no_two_of_them_claim_one_file() -> None:
    sources = load_sources([example(name) for name in EXAMPLES])
    claimed = {name: sources.claiming(file) for name, (file, *_) in FILES.items()}
    assert {name: found.source for name, found in claimed.items() if found} == {name: name for name in FILES}


@pytest.mark.parametrize("name", FILES)
def test_a_preview_of_its_file_misses_no_field(name: str, tmp_path: Path) -> None:
    sources = written(tmp_path, name)
    files = list_files(tmp_path, sources).files
    found = preview(sources.of(name), files, load_settings({"home": tmp_path}))
    assert (found.files, found.absent) == (1, ())
    assert sum(found.tables.values()) + found.unmodelled == found.rows == len(FILES[name][2])


@pytest.mark.parametrize(
    "name", ["stripe_balance_change", "stripe_payout_reconciliation", "stripe_ending_balance"]
)
def test_the_lines_of_stripes_reports_are_movements_of_the_balance(name: str, tmp_path: Path) -> None:
    columns = (
        "balance_transaction_id",
        "currency",
        "amount_minor",
        "fee_minor",
        "net_minor",
        "reporting_category",
        "source_id",
    )
    assert mapped(tmp_path, name, "balance_transactions", *columns) == [
        ("txn_1", "eur", "10000", "320", "9680", "charge", "ch_1"),
        ("txn_2", "eur", "-2000", "0", "-2000", "refund", "re_1"),
        ("txn_3", "jpy", "1200", "40", "1160", "charge", "py_2"),
        ("txn_4", "eur", "-125", "0", "-125", "fee", "fee_1"),
        ("txn_5", "eur", "-5000", "1500", "-6500", "dispute", "dp_1"),
    ]  # fmt: skip


def test_lines_of_stripes_reports_are_exact_in_the_decimals_of_their_currency(tmp_path: Path) -> None:
    columns = ("settlement_line_id", "currency", "amount_minor", "fee_minor", "net_minor", "payout_id")
    assert mapped(tmp_path, "stripe_report_lines", "settlement_lines", *columns) == [
        ("txn_1", "eur", "10000", "320", "9680", "po_1"),
        ("txn_2", "eur", "-2000", "0", "-2000", "po_1"),
        ("txn_3", "jpy", "1200", "40", "1160", "po_1"),
        ("txn_4", "eur", "-125", "0", "-125", "po_1"),
        ("txn_5", "eur", "-5000", "1500", "-6500", "po_1"),
        ("txn_6", "bhd", "12345", "5", "12340", "po_1"),
        (PARTS_OF_YEN,),
    ]  # fmt: skip


def test_a_report_may_have_its_times_in_the_zone_that_it_was_asked_for_in() -> None:
    source = load_source(example("stripe_balance_change"))
    columns = [name for name in exports.STRIPE_ITEMIZED.split(",") if not name.endswith("_utc")]
    line = {"balance_transaction_id": "txn_1", "created": "2026-03-01 09:16:12", "available_on": "2026-03-03 00:00:00",
            "currency": "eur", "gross": "1", "fee": "0", "net": "1"}  # fmt: skip
    row = Mapper(source)(json.dumps({name: line.get(name, "") for name in columns}))
    texts = row.texts or {}
    assert (row.fault, row.occurred_at) == (None, 1_772_356_572_000_000)
    assert (texts["created_at"], texts["available_at"]) == ("1772356572", "1772496000")
    assert set(source.needed_names) <= set(columns) < set(source.field_names) | set(columns)


def test_the_parts_of_a_movement_are_movements_of_their_own(tmp_path: Path) -> None:
    columns = ("balance_transaction_id", "amount_minor", "net_minor", "reporting_category", "source_id")
    found = mapped(tmp_path, "stripe_activity", "balance_transactions", *columns)
    assert [row[1:] for row in found] == [
        ("10000", "10000", "charge", "ch_1"),
        ("-290", "-290", "fee", "ch_1"),
        ("-30", "-30", "fee", "ch_1"),
        ("-2000", "-2000", "refund", "re_1"),
        ("-7", "-7", "fee", "ch_1"),
    ]  # fmt: skip
    assert len({row[0] for row in found}) == 5


def test_paypals_activity_becomes_payments_refunds_disputes_and_movements(tmp_path: Path) -> None:
    charge = (
        "charge_id",
        *MONEY,
        "amount_captured_minor",
        "status",
        "is_captured",
        "outcome_type",
        "failure_code",
    )
    zone = "its time zone is not known: say in timezone.values what it means"
    assert mapped(tmp_path, "paypal_activity", "charges", *charge) == [
        ("1PAY", MORNING, "USD", "110050", "110050", "succeeded", "true", "authorized", None),
        ("2PAY", "1782886572", "USD", "2000", "0", "pending", "false", None, None),
        ("3PAY", MORNING, "JPY", "500", "0", "failed", "false", None, "denied"),
        (f"created_at: {zone}",),
    ]  # fmt: skip
    assert mapped(tmp_path, "paypal_activity", "charges", "billing_email")[0] == ("ada@example.com",)
    refund = ("refund_id", *MONEY, "status", "charge_id")
    assert mapped(tmp_path, "paypal_activity", "refunds", *refund) == [
        ("5REF", MORNING, "USD", "10050", "succeeded", "1PAY")
    ]
    dispute = ("dispute_id", *MONEY, "case_type", "charge_id")
    assert mapped(tmp_path, "paypal_activity", "disputes", *dispute) == [
        ("6CHB", MORNING, "USD", "100000", "chargeback", "1PAY")
    ]
    moved = ("balance_transaction_id", "amount_minor", "fee_minor", "net_minor", "reporting_category")
    assert mapped(tmp_path, "paypal_activity", "balance_transactions", *moved) == [
        ("4OWN", "-700", "0", "-700", None),
        ("7FEE", "-2000", "0", "-2000", "fee"),
        ("8OUT", "-30000", "150", "-30150", "payout"),
    ]  # fmt: skip


def test_braintrees_transactions_become_payments_and_refunds(tmp_path: Path) -> None:
    charge = (
        "charge_id",
        "amount_minor",
        "amount_captured_minor",
        "status",
        "is_captured",
        "outcome_type",
        "payment_method_type",
        "card_brand",
        "card_funding",
        "network_decline_code",
        "outcome_reason",
    )
    assert mapped(tmp_path, "braintree_transactions", "charges", *charge) == [
        ("t1", "10000", "8000", "succeeded", "true", "authorized", "card", "mastercard", "debit", None, None),
        ("t2", "10000", "0", "succeeded", "false", "authorized", "card", "mastercard", "prepaid", None, None),
        ("t3", "10000", "0", "failed", "false", "issuer_declined", "card", "mastercard", "debit", "2001", None),
        ("t4", "10000", "0", "failed", "false", "blocked", "card", "mastercard", "debit", None, "avs"),
        ("t5", "500", "500", "succeeded", "true", "authorized", "paypal", None, None, None, None),
        ("t7", "900", "0", "pending", "false", None, "card", "mastercard", "debit", None, None),
    ]  # fmt: skip
    times = mapped(tmp_path, "braintree_transactions", "charges", "created_at")
    assert [times[0], times[4]] == [("1772374572",), ("1772352972",)]
    refund = ("refund_id", "amount_minor", "status", "charge_id")
    assert mapped(tmp_path, "braintree_transactions", "refunds", *refund) == [
        ("t6", "3000", "succeeded", "t1")
    ]


def test_squares_payments_become_payments_and_refunds(tmp_path: Path) -> None:
    charge = ("charge_id", *MONEY, "payment_method_type", "card_brand", "card_last4", "terminal_id")
    assert mapped(tmp_path, "square_payments", "charges", *charge) == [
        ("p1", MORNING, "USD", "102550", "card_present", "visa", "1111", "Till 1"),
        ("p2", MORNING, "USD", "800", "cash", None, None, "Till 1"),
        ("p3", "1772320572", "USD", "1000", "card", "amex", "1111", "Till 1"),
    ]  # fmt: skip
    refund = ("refund_id", "amount_minor", "charge_id", "description")
    assert mapped(tmp_path, "square_payments", "refunds", *refund) == [
        ("p1-2026-03-01-09:00:00", "2550", "p1", "broken"),
        ("p3-2026-07-01-08:16:12", "1000", "p3", None),
    ]  # fmt: skip


def test_their_rows_break_no_rule_of_silver(spark: SparkSession, tmp_path: Path) -> None:
    sources = load_sources([example(name) for name in FILES])
    frames = []
    for name in FILES:
        written(tmp_path / name, name)
        frames.append(
            read_folder(tmp_path / name, load_sources([example(name)])).drop_columns(["payload_bytes"])
        )
    records = spark.createDataFrame(frames[0])
    for frame in frames[1:]:
        records = records.unionByName(spark.createDataFrame(frame))
    counts, faults = {}, []
    for name in ("charges", "refunds", "disputes", "balance_transactions", "settlement_lines"):
        table = all_tables()[f"silver.{name}"]
        found = rows(build(of_table(records, table, sources), table, sources, KEY))
        counts[name] = len(found)
        faults += [row["fault"] for row in found if row["fault"]]
    assert faults == [
        "created_at: its time zone is not known: say in timezone.values what it means",
        PARTS_OF_YEN,
    ]
    # Three of Stripe's reports tell the same five movements.
    assert counts == {
        "charges": 13,
        "refunds": 4,
        "disputes": 1,
        "balance_transactions": 13,
        "settlement_lines": 7,
    }
