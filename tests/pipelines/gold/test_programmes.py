from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipelines.delta.schemas import arrow_schema
from pipelines.errors import SettingsError
from pipelines.gold.risk.disputes_daily import TABLE
from pipelines.gold.shared.programmes import card_networks, load_programmes, monthly_status, parse_programmes
from tests.pipelines.gold.silver_rows import day, figures, frame

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GOOD = """
programmes:
  - programme: ECM
    level: ECM
    applies_to: merchant
    network: mastercard
    basis: previous_month
    regions: [all]
    min_rate_bps: 150
visa_regions:
  US: [US]
"""

BACKWARDS = """\
    level: ECM
    valid_from: 2026-02-01
    valid_to: 2026-01-01
"""


def disputes(account: str, date: str, network: str, **counts: int) -> dict[str, Any]:
    zeros = {column.name: 0 for column in TABLE.columns if column.type == "bigint"}
    return zeros | {"account": account, "currency": "USD", "date": day(date), "network": network} | counts


def status(spark: SparkSession, *rows: dict[str, Any], **countries: str) -> list[dict[str, Any]]:
    schema = arrow_schema(TABLE)
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    daily = spark.createDataFrame(pa.Table.from_pylist(full, schema))
    known = [{"account": name, "account_id": name, "country": country} for name, country in countries.items()]
    found = monthly_status(daily, frame(spark, "silver.accounts", known), card_networks()).collect()
    return sorted(
        (row.asDict() for row in found), key=lambda row: [row["account"], row["programme"], row["month"]]
    )


def visa(date: str, cases: int, payments: int, account: str = "shop") -> dict[str, Any]:
    return disputes(
        account,
        date,
        "visa",
        card_not_present_chargebacks_count=cases - 100,
        card_not_present_early_fraud_warnings_count=100,
        cohort_card_not_present_count=payments,
    )


def test_vamp_tightens_in_april_2026(any_spark: SparkSession) -> None:
    rows = [visa(date, 1500, 100_000) for date in ("2026-03-31", "2026-04-01")]
    march, april = status(any_spark, *rows, shop="US")
    names = ("month", "status", "limit_rate", "limit_count", "case_rate", "region")
    assert [march[name] for name in names] == [day("2026-03-01"), "below", 0.022, 1500, 0.015, "US"]
    assert [april[name] for name in names] == [day("2026-04-01"), "excessive", 0.015, 1500, 0.015, "US"]


@pytest.mark.parametrize(
    ("country", "cases", "payments", "expected"),
    [
        ("DE", 1500, 100_000, "excessive"),
        ("DE", 1499, 10_000, "below"),
        ("DE", 1500, 100_001, "below"),
        ("BR", 1500, 100_000, "excessive"),
        ("AE", 150, 6_000, "check_amount"),
        ("AE", 149, 100, "below"),
        ("AQ", 9_000, 10_000, "unknown_region"),
    ],
)
def test_vamp_asks_for_a_rate_and_a_count_by_region(
    spark: SparkSession, country: str, cases: int, payments: int, expected: str
) -> None:
    [row] = status(spark, visa("2026-05-02", cases, payments), shop=country)
    assert figures(row, "status", "cases_count", "payments_count") == {
        "status": expected,
        "cases_count": cases,
        "payments_count": payments,
    }


def test_days_and_currencies_of_a_month_are_counted_together(any_spark: SparkSession) -> None:
    euros = visa("2026-05-31", 1000, 40_000) | {"currency": "EUR"}
    [row] = status(any_spark, visa("2026-05-01", 1000, 40_000), euros, shop="FR")
    expected = {"cases_count": 2000, "payments_count": 80_000, "case_rate": 0.025, "status": "excessive"}
    assert figures(row, *expected) == expected


@pytest.mark.parametrize(
    ("chargebacks", "payments", "expected"),
    [
        (100, 6_666, "ECM"),
        (99, 100, "below"),
        (100, 6_667, "below"),
        (300, 10_000, "HECM"),
        (299, 100, "ECM"),
        (300, 10_001, "ECM"),
    ],
)
def test_ecm_compares_with_the_payments_of_the_month_before(
    spark: SparkSession, chargebacks: int, payments: int, expected: str
) -> None:
    rows = [
        disputes("shop", "2026-01-31", "mastercard", cohort_captured_count=payments),
        disputes("shop", "2026-02-03", "mastercard", chargebacks_count=chargebacks, cohort_captured_count=7),
    ]
    _, february, march = status(spark, *rows)
    assert figures(february, "month", "payments_count", "status") == {
        "month": day("2026-02-01"),
        "payments_count": payments,
        "status": expected,
    }
    assert figures(march, "month", "payments_count", "status") == {
        "month": day("2026-03-01"),
        "payments_count": 7,
        "status": "below",
    }


def test_the_thresholds_that_come_with_vermeil_are_those_of_the_networks() -> None:
    programmes = card_networks()
    assert [(t.level, t.min_rate_bps, t.min_count) for t in programmes.of("VAMP", "acquirer")] == [
        ("above_standard", 50, 1500),
        ("excessive", 70, 1500),
    ]
    assert [(t.level, t.min_rate_bps, t.min_count) for t in programmes.of("ECM")] == [
        ("ECM", 150, 100),
        ("HECM", 300, 300),
    ]
    countries = [country for found in programmes.visa_regions.values() for country in found]
    assert len(countries) == len(set(countries))


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (GOOD.replace("level:", "levle:"), "p.yaml:4: programmes.0.levle: unknown name; allowed: programme, level"),
        (GOOD.replace("level:", "levle:"), "did you mean 'level'?"),
        (GOOD.replace("150", "lots"), "p.yaml:9: programmes.0.min_rate_bps:"),
        (GOOD.replace("[all]", "[Mars]"), "p.yaml:8: programmes.0.regions.0:"),
        (GOOD.replace("    level: ECM\n", ""), "p.yaml:3: programmes.0.level: is missing"),
        (GOOD.replace("    level: ECM\n", BACKWARDS), "p.yaml:3: programmes.0: valid_to 2026-01-01"),
        (GOOD.replace("[all]", "[all"), "not YAML"),
        ("[]", "p.yaml:1: "),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file_and_line(broken: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        parse_programmes(broken, "p.yaml")
    assert message in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere.yaml: the programmes cannot be read"):
        load_programmes(tmp_path / "nowhere.yaml")
