"""How one batch, several batches or none become the state of a check."""

from __future__ import annotations

from dagster import AssetCheckSeverity

from assets.tables.checks import audited, lasting, merged, standing, still_failing
from expectations import suite
from pipelines.catalog import all_tables
from pipelines.flow.verdict import CheckResult, Verdict

TABLE = all_tables()["silver.charges"]
CHECK = suite(TABLE.name).checks[0]


def result(success: bool, unexpected: int, elements: int = 100, sample: tuple[str, ...] = ()) -> CheckResult:
    return CheckResult(
        "amounts_fit", "critical", success, "Amounts fit.", f"{unexpected} rows", unexpected, elements, sample
    )


def test_a_check_holds_if_it_held_in_every_batch() -> None:
    batches = [result(True, 0), result(False, 3, sample=("a",)), result(True, 0)]
    found = merged([Verdict((one,)) for one in batches])
    assert found == {"amounts_fit": result(False, 3, 300, ("a",))}


def test_batches_without_audit_say_nothing() -> None:
    assert merged([Verdict(), Verdict()]) == {}


def test_a_failure_shows_counts_share_and_keys() -> None:
    shown = audited(TABLE, result(False, 3, sample=("charge_id=ch_1",)), rows=None)
    assert not shown.passed
    assert shown.severity == AssetCheckSeverity.ERROR
    assert shown.metadata["unexpected_count"].value == 3
    assert shown.metadata["unexpected_share"].value == 0.03
    assert "ch_1" in str(shown.metadata["rows_not_as_expected"].value)


def test_a_share_of_quarantined_records_leads_to_them() -> None:
    share = CheckResult("quarantined_share_low", "warning", False, "At most 1 %.", "0.5")
    shown = audited(TABLE, share, rows=None)
    assert shown.metadata["look_at_quarantine"].value == "vermeil quarantine --table silver.charges"


def test_what_holds_shows_no_way_to_rows() -> None:
    assert set(audited(TABLE, result(True, 0), rows=None).metadata) == {
        "observed",
        "unexpected_count",
        "rows_checked",
        "unexpected_share",
    }


def test_with_nothing_new_the_last_verdict_stands() -> None:
    before = "published as version 4 at 2026-03-01 10:00 UTC"
    passed = standing(TABLE, CHECK, None, before)
    failed = standing(TABLE, CHECK, "Does not hold: 3 of 100 rows.", before)
    assert (passed.passed, failed.passed) == (True, False)
    assert passed.description == f"Nothing new. The last batch, {before}, passed."
    assert (
        failed.description == f"Nothing new. The last batch, {before}, failed. Does not hold: 3 of 100 rows."
    )


def test_a_failure_is_remembered_until_the_check_is_looked_at_again() -> None:
    before = {"amounts_fit": "3 of 100 rows", "other": "late"}
    assert still_failing({}, before) == before
    assert still_failing({"amounts_fit": result(True, 0)}, before) == {"other": "late"}


def test_news_is_no_failure_that_lasts() -> None:
    drift = all_tables()["gold.schema_drift"]
    failures = {"nothing_new": "1 new drift: charge.foo (new field)", "seen_in_a_record": "1 of 2 rows"}
    assert lasting(drift, failures) == {"seen_in_a_record": "1 of 2 rows"}
    assert lasting(TABLE, {"amounts_fit": "3 rows"}) == {"amounts_fit": "3 rows"}
