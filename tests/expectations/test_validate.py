"""What an audit says: what was found, of how many, where, and what it could not know."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from expectations import Check, Suite, suite, validate
from expectations.check import always, figure
from expectations.run import audit
from pipelines.flow.verdict import Batch, CheckResult, Verdict
from tests.expectations.good_rows import Row, frame, good_row

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CHARGES = suite("silver.charges").table


def charges(spark: SparkSession, *changes: Row) -> Batch:
    rows = [good_row(CHARGES, number) | change for number, change in enumerate(changes)]
    return Batch(CHARGES, frame(spark, CHARGES, rows))


def failed(verdict: Verdict) -> dict[str, CheckResult]:
    return {result.name: result for result in verdict.results if not result.success}


def test_a_failure_has_its_count_and_keys_and_a_documented_set_its_unknown_values(
    spark: SparkSession,
) -> None:
    found = failed(
        validate(charges(spark, {}, {"status": "stalled"}, {"status": "lost"}, {"amount_minor": None}))
    )
    assert list(found) == ["required_present", "status_known"]
    status, required = found["status_known"], found["required_present"]
    assert (status.severity, status.unexpected_count, status.element_count) == ("warning", 2, 4)
    assert status.observed == "2 of 4 rows: lost, stalled"
    assert status.sample == ("account=text, charge_id=x_1", "account=text, charge_id=x_2")
    assert (required.severity, required.observed) == ("critical", "1 of 4 rows: amount_minor")


def test_rows_that_share_a_key_are_counted_and_named_once(spark: SparkSession) -> None:
    same = {"charge_id": "x_0"}
    found = failed(validate(charges(spark, same, same, same, {})))
    assert list(found) == ["key_unique"]
    assert (found["key_unique"].unexpected_count, found["key_unique"].element_count) == (3, 4)
    assert found["key_unique"].sample == ("account=text, charge_id=x_0",)


def test_what_passed_says_how_much_was_looked_at(spark: SparkSession) -> None:
    results = {result.name: result for result in validate(charges(spark, {}, {})).results}
    result = results["status_known"]
    assert (result.success, result.observed, result.unexpected_count, result.element_count) == (
        True, "all of 2 rows", 0, 2,
    )  # fmt: skip


def test_personal_values_never_show(spark: SparkSession) -> None:
    found = failed(
        validate(charges(spark, {"card_last4": "4242424242424242", "billing_country": "jane@doe.example"}))
    )
    assert set(found) == {"card_last4_four_digits", "billing_country_in_iso_3166"}
    assert not any("4242" in str(result) or "jane" in str(result) for result in found.values())


def test_a_column_that_is_missing_or_of_another_type_stops_the_publish(spark: SparkSession) -> None:
    good = charges(spark, {}).rows
    rows = good.drop("status").withColumn("amount_minor", good["currency"])
    verdict = validate(Batch(CHARGES, rows))
    schema = failed(verdict)["schema_as_declared"]
    assert schema.observed == "missing: amount_minor bigint, status string; unexpected: amount_minor string"
    assert failed(verdict)["key_unique"].observed == "not looked at: the schema is not as declared"
    assert schema in verdict.refusals


def test_a_check_that_cannot_be_evaluated_has_failed(spark: SparkSession) -> None:
    arguments = {"column": "no_such_column"}
    check = Check("wrong", "ExpectColumnValuesToNotBeNull", "critical", "It is wrong.", arguments, on="facts")
    rows = charges(spark, {}).rows
    (result,) = audit(
        Suite(CHARGES, (check,)), Batch(CHARGES, rows, {"no_such_column": float("nan")})
    ).results
    assert not result.success


@pytest.mark.parametrize(
    ("facts", "success", "observed"),
    [
        ({}, True, "not known yet"),
        ({"share": None, "count": 1000.0}, True, "not known yet"),
        ({"share": 0.9, "count": 3.0}, True, "0.9, which says little: count is below 100"),
        ({"share": 0.9, "count": 100.0}, False, "0.9"),
        ({"share": 0.2, "count": 100.0}, True, "0.2"),
    ],
    ids=["absent", "unknown", "too few to judge", "too much", "within"],
)
def test_a_figure_is_judged_where_it_is_known_and_says_something(
    spark: SparkSession, facts: dict[str, float | None], success: bool, observed: str
) -> None:
    check = figure("share_low", "share", "The share is low.", at_most=0.2, among=("count", 100))
    (result,) = audit(Suite(CHARGES, (check,)), Batch(CHARGES, charges(spark, {}).rows, facts)).results
    assert (result.success, result.observed) == (success, observed)


def test_one_bad_record_of_two_does_not_stop_a_publish(spark: SparkSession) -> None:
    batch = Batch(CHARGES, charges(spark, {}).rows, {"quarantined_share": 0.5, "record_count": 2.0})
    assert failed(validate(batch)) == {}


def test_a_condition_that_is_unknown_is_kept(spark: SparkSession) -> None:
    check = always("captured", "amount_captured_minor > 0", "Something is captured.")
    batch = charges(
        spark, {"amount_captured_minor": None}, {"amount_captured_minor": 0}, {"amount_captured_minor": 1}
    )
    (result,) = audit(Suite(CHARGES, (check,)), batch).results
    assert (result.success, result.unexpected_count) == (False, 1)


def test_audits_at_the_same_time_do_not_see_each_other(spark: SparkSession) -> None:
    batches = [charges(spark, *([{"status": "lost"}] * number), {}) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(validate, batches))
    counts = [failed(verdict).get("status_known") for verdict in verdicts]
    assert [found.unexpected_count if found else 0 for found in counts] == [0, 1, 2, 3]


def test_nothing_is_printed(spark: SparkSession, capfd: pytest.CaptureFixture[str]) -> None:
    validate(charges(spark, {"status": "lost"}))
    assert capfd.readouterr() == ("", "")


def test_two_checks_of_one_name_are_refused() -> None:
    check = always("twice", "true", "It is true.")
    with pytest.raises(ValueError, match=r"suite of silver\.charges: more than one check named twice"):
        Suite(CHARGES, (check, check))


def test_an_unknown_table_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"no table 'silver\.charge'; there are .*silver\.charges"):
        suite("silver.charge")


def test_apache_spark_gives_the_same_verdict(two_engines: tuple[SparkSession, SparkSession]) -> None:
    names = (
        "schema_as_declared",
        "key_unique",
        "required_present",
        "status_known",
        "refunded_within_amount",
    )
    few = Suite(CHARGES, tuple(check for check in suite("silver.charges").checks if check.name in names))
    changes = (
        {},
        {"status": "lost"},
        {"amount_minor": None},
        {"charge_id": "x_0"},
        {"amount_refunded_minor": 1005},
    )
    here, there = (audit(few, charges(session, *changes)) for session in two_engines)
    assert here == there
    assert len(failed(there)) == 4


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5])
def test_spark_can_be_started_while_great_expectations_is_imported(seconds: float) -> None:
    code = (
        f"import time, expectations; expectations.preload(); time.sleep({seconds});"
        "from pyspark.sql import SparkSession; from pyspark.sql.connect import session, functions;"
        "import pandas, pyarrow.dataset, deltalake; from expectations import gx"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_great_expectations_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, expectations; [suite.checks for suite in expectations.suites().values()];"
        "assert 'great_expectations' not in sys.modules; expectations.preload();"
        "from expectations import gx; assert 'great_expectations' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_others_get_the_libraries_that_great_expectations_is_imported_without() -> None:
    code = (
        "from expectations import gx; import altair, scipy.stats, sqlalchemy, pyspark.ml.feature, rfc3987_syntax;"
        "assert scipy.stats.norm.cdf(0) == 0.5 and sqlalchemy.create_engine('sqlite://') and altair.Chart;"
        "assert pyspark.ml.feature.Bucketizer"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_great_expectations_is_imported_where_others_have_imported_these_libraries() -> None:
    code = "import scipy.stats, sqlalchemy; from expectations import gx; import scipy.stats, sqlalchemy.orm"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
