"""The flow: the same files give the same tables, nothing bad is visible, only what changed is redone."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables, inputs
from pipelines.delta.commits import Replace
from pipelines.erasure.redactions import sweep
from pipelines.errors import LakehouseError
from pipelines.flow import gold as flow_gold
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import Batch, CheckResult, Validate, Verdict, accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.shared.contract import PROVENANCE
from pipelines.simulate import Simulation, simulate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

ARCHIVE = Simulation(days=6, payments_per_day=12, accounts=3)
BOOKKEEPING = {"ingest_id", "record_id"}
SMALL_BATCH = 400_000
SOME = (
    "bronze.records", "silver.charges", "silver.charge_history", "silver.customers", "silver.disputes",
    "silver.early_fraud_warnings", "silver.refunds", "silver.quarantine", "gold.audit", "gold.payments_daily",
)  # fmt: skip
"""Tables of each layer, with all that the last is made from: enough for what is true of a run and not of one table."""
MADE = [name for name, table in all_tables().items() if table.layer in ("silver", "gold")]
SOME_MADE = [name for name in SOME if name in MADE and name not in ("gold.audit", "silver.quarantine")]
"""Those of them that hold the same rows if no other tables are made."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    simulate(ARCHIVE, folder / "raw", folder / "truth")
    return folder / "raw"


@pytest.fixture(scope="module")
def undisturbed(archive: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    lake = open_lake(tmp_path_factory.mktemp("undisturbed"), spark)
    run(lake, archive)
    return lake


def open_lake(home: Path, spark: SparkSession, **settings: Any) -> Lakehouse:
    return Lakehouse(load_settings({"home": home, **settings}), all_tables(), spark)


def run(lake: Lakehouse, raw: Path, validate: Validate = accept_all, **how: Any) -> list[Outcome]:
    return list(flow.refresh(lake, flow.Run(raw, validate, sweep, **how)))


def content(lake: Lakehouse, name: str) -> list[str]:
    """The rows of a table as sorted text, without what depends on how its files were batched."""
    rows = lake.table(name)
    kept = [column for column in rows.columns if column not in BOOKKEEPING]
    return sorted(str(row) for row in rows.select(*kept).toArrow().to_pylist())


def assert_same_tables(one: Lakehouse, other: Lakehouse, names: Iterable[str] = MADE) -> None:
    for name in names:
        assert content(one, name) == content(other, name), name


def copied(files: Iterable[Path], root: Path, target: Path) -> None:
    for file in files:
        goal = target / file.relative_to(root)
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, goal)


def files_of(raw: Path) -> list[Path]:
    return sorted(path for path in raw.rglob("*") if path.is_file())


def refuse(*names: str) -> Validate:
    failed = CheckResult("never", "critical", success=False, description="Nothing is ever right.")
    return lambda batch: Verdict((failed,) if batch.table.name in names else ())


def test_every_table_gets_rows_and_the_audit_balances(undisturbed: Lakehouse) -> None:
    found = audit(undisturbed)
    assert found.balanced
    assert found.total.records > 500
    # The archive is made of known fields alone, so nothing drifts; no model was trained that could score; no settlement
    # file is there, and no reporting currency is named; and a few days have no burst of small attempts, no coupon, no
    # dispute, no refund, no invoice that failed, nothing that was blocked and nothing that people share.
    empty = (
        "gold.card_testing_alerts",
        "gold.coupons_used",
        "gold.disputes_enriched",
        "gold.dunning",
        "gold.exchange_rates_daily",
        "gold.identity_links",
        "gold.refunds_enriched",
        "gold.revenue_converted_daily",
        "gold.rule_performance",
        "gold.schema_drift",
        "gold.settlement_reconciliation",
        "gold.payment_scores",
        "gold.model_performance_daily",
        "gold.model_drift_daily",
        "gold.threshold_tradeoffs",
    )
    filled = {name for name, table in all_tables().items() if table.layer == "gold"} - {*empty}
    filled |= {"silver.charges", "silver.customers", "silver.balance_transactions"}
    assert {name for name in filled if not undisturbed.count(name)} == set()
    assert not undisturbed.count("silver.refunds")


def test_a_second_run_changes_nothing(undisturbed: Lakehouse, archive: Path) -> None:
    before = {name: len(undisturbed.history(name)) for name in all_tables()}
    assert {outcome.status for outcome in run(undisturbed, archive)} == {"unchanged"}
    assert {name: len(undisturbed.history(name)) for name in all_tables()} == before


@pytest.mark.soak  # test_any_order.py is the quick form
def test_many_small_batches_give_the_same_tables(
    undisturbed: Lakehouse, archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path, spark, batch_bytes=SMALL_BATCH)
    outcomes = run(lake, archive)
    assert sum(outcome.table == "bronze.records" for outcome in outcomes) > 2
    assert_same_tables(undisturbed, lake)


@pytest.mark.soak  # test_any_order.py is the quick form
def test_files_that_come_in_reverse_order_give_the_same_tables(
    undisturbed: Lakehouse, archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path / "home", spark)
    raw = tmp_path / "raw"
    files = files_of(archive)
    for part in (
        files[2 * len(files) // 3 :],
        files[len(files) // 3 : 2 * len(files) // 3],
        files[: len(files) // 3],
    ):
        copied(part, archive, raw)
        run(lake, raw)
    assert_same_tables(undisturbed, lake)
    assert audit(lake).balanced


def test_a_refused_batch_changes_nothing_that_a_reader_sees(
    archive: Path, tmp_path: Path, spark: SparkSession, undisturbed: Lakehouse
) -> None:
    lake = open_lake(tmp_path, spark)
    outcomes = {outcome.table: outcome for outcome in run(lake, archive, refuse("silver.charges"), only=SOME)}
    assert outcomes["silver.charges"].status == "refused"
    assert outcomes["gold.payments_daily"].status == "skipped"
    assert outcomes["silver.customers"].status == "published"
    assert not lake.exists("silver.charges")
    waiting = audit(lake).total.waiting
    run(lake, archive, only=SOME)
    assert audit(lake).total.waiting < waiting
    assert_same_tables(undisturbed, lake, SOME_MADE)


def test_a_refused_bronze_batch_is_taken_in_by_the_next_run(
    archive: Path, tmp_path: Path, spark: SparkSession, undisturbed: Lakehouse
) -> None:
    lake = open_lake(tmp_path, spark)
    refused = run(lake, archive, refuse("bronze.records"), only=SOME)
    assert {outcome.status for outcome in refused} == {"refused", "skipped"}
    assert lake.table("bronze.files").count() == 0
    run(lake, archive, only=SOME)
    assert_same_tables(undisturbed, lake, SOME_MADE)


def test_no_staging_is_left_behind(undisturbed: Lakehouse) -> None:
    staging = Path(undisturbed.uri) / "_staging"
    assert [path for path in staging.rglob("*") if path.is_file()] == []


def test_the_audit_of_the_batch_sees_what_will_be_published(
    archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    seen: dict[str, tuple[int, list[str]]] = {}

    def look(batch: Batch) -> Verdict:
        seen[batch.table.name] = (batch.rows.count(), batch.rows.columns)
        return Verdict()

    lake = open_lake(tmp_path, spark)
    run(lake, archive, look, only=SOME)
    for name in ("bronze.records", "silver.charges", "gold.payments_daily"):
        rows, columns = seen[name]
        assert rows == lake.table(name).count()
        assert columns == list(all_tables()[name].column_names)


def test_every_layer_is_judged_with_the_figures_that_its_rows_do_not_show(
    archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    seen: dict[str, set[str]] = {}

    def look(batch: Batch) -> Verdict:
        seen[batch.table.name] = set(batch.facts)
        return Verdict()

    run(open_lake(tmp_path, spark), archive, look, only=SOME)
    for name in ("bronze.records", "silver.charges", "gold.payments_daily"):
        assert {"record_count", "quarantined_share", "newest_age_days"} <= seen[name], name
    assert "orphan_share_customer_id" in seen["silver.charges"]


def test_a_full_refresh_gives_what_the_increments_gave(
    undisturbed: Lakehouse, archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path, spark, batch_bytes=SMALL_BATCH)
    run(lake, archive, only=SOME)
    outcomes = {o.table: o.status for o in run(lake, archive, only=SOME, full=["silver.charges"])}
    assert outcomes["silver.charges"] == outcomes["gold.payments_daily"] == "published"
    assert outcomes["silver.refunds"] == "unchanged"
    assert_same_tables(undisturbed, lake, SOME_MADE)


def test_all_that_rests_on_a_table_follows_its_full_refresh(
    undisturbed: Lakehouse, archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    shutil.copytree(undisturbed.settings.home, tmp_path / "home")
    lake = open_lake(tmp_path / "home", spark)
    outcomes = {o.table: o.status for o in run(lake, archive, full=["silver.charges"])}
    assert {name for name in MADE if "silver.charges" in inputs(all_tables()[name]) and lake.count(name)} <= {
        name for name, status in outcomes.items() if status == "published"
    }
    assert_same_tables(undisturbed, lake)


def test_a_table_that_is_taken_back_catches_up_and_gold_follows(
    undisturbed: Lakehouse, archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path, spark, batch_bytes=SMALL_BATCH)
    run(lake, archive, only=SOME)
    half = next(commit for commit in lake.history("silver.charges") if commit.note.get("watermark") == 2)
    lake.restore("silver.charges", half.version)
    flow_gold.refresh_gold(lake, all_tables()["gold.payments_daily"], accept_all)
    assert content(lake, "gold.payments_daily") != content(undisturbed, "gold.payments_daily")
    run(lake, archive, only=SOME)
    assert_same_tables(undisturbed, lake, SOME_MADE)


def test_one_more_day_rewrites_only_the_dates_that_changed(
    archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path / "home", spark)
    run(lake, archive, only=SOME)
    before = {
        row["date"]: row for row in lake.table("gold.payments_daily").orderBy("account", "currency").collect()
    }
    longer = replace(ARCHIVE, days=ARCHIVE.days + 1)
    simulate(longer, tmp_path / "raw", tmp_path / "truth")
    outcomes = {outcome.table: outcome for outcome in run(lake, tmp_path / "raw", only=SOME)}
    assert outcomes["bronze.records"].rows < audit(lake).total.records / 2
    assert lake.note("gold.payments_daily")["dates"] < len({*before}) + 1


def test_provenance_leads_from_a_gold_cell_to_a_line_of_a_file(undisturbed: Lakehouse, archive: Path) -> None:
    import gzip
    import json

    assert {column.name for column in PROVENANCE} >= {"record_id", "version_id", "known_at"}
    row = undisturbed.sql(
        "select c.charge_id, r.file, r.line from silver.charges c join bronze.records r using (record_id) "
        "where r.shape = 'event' and r.item = 0 order by c.charge_id limit 1"
    ).collect()[0]
    with gzip.open(archive / row["file"]) as lines:
        line = next(text for number, text in enumerate(lines, start=1) if number == row["line"])
    assert json.loads(line)["data"]["object"]["id"] == row["charge_id"]


def tokens(lake: Lakehouse) -> set[str]:
    """Ids of the keys that the tokens in silver.customers were made with."""
    return {str(row[0]).split("_")[1] for row in lake.table("silver.customers").select("email").collect()}


def test_a_new_key_is_taken_by_a_full_refresh_and_never_mixed_in(
    archive: Path, tmp_path: Path, spark: SparkSession, undisturbed: Lakehouse
) -> None:
    home, raw = tmp_path / "home", tmp_path / "raw"
    files = files_of(archive)
    copied(files[::2], archive, raw)
    only = {"only": ("bronze.records", "silver.customers", "silver.charges", "silver.quarantine")}
    first = open_lake(home, spark)
    run(first, raw, **only)
    assert tokens(first) == {first.token_key.id}

    copied(files[1::2], archive, raw)
    second = open_lake(home, spark, token_key=(b"x" * 32).hex())
    with pytest.raises(LakehouseError, match="holds tokens of key") as refused:
        run(second, raw, **only)
    assert "--full-refresh silver.customers" in str(refused.value)
    assert tokens(second) == {first.token_key.id}
    run(second, raw, full=("silver.customers", "silver.charges"), **only)
    assert tokens(second) == {second.token_key.id}

    run(first, raw, full=("silver.customers", "silver.charges"), **only)
    assert content(first, "silver.customers") == content(undisturbed, "silver.customers")


def test_a_table_from_before_there_were_tokens_is_rebuilt(
    archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    lake = open_lake(tmp_path, spark)
    only = {"only": ("bronze.records", "silver.customers", "silver.quarantine")}
    run(lake, archive, **only)
    note = {name: value for name, value in lake.note("silver.customers").items() if name != "token_key"}
    lake.touch("silver.customers", note)
    again = {outcome.table: outcome for outcome in run(lake, archive, **only)}
    assert again["silver.customers"].status == "published"
    assert lake.note("silver.customers")["token_key"] == lake.token_key.id


def test_gold_follows_a_table_of_an_earlier_release_that_is_rebuilt(
    archive: Path, tmp_path: Path, spark: SparkSession
) -> None:
    """The rebuilt table ends with the batch that it ended with before: by that alone nothing has changed."""
    lake = open_lake(tmp_path, spark)
    only = {
        "only": ("bronze.records", "silver.charges", "silver.quarantine", "gold.audit", "gold.payments_daily")
    }
    run(lake, archive, **only)
    right = content(lake, "gold.payments_daily")
    assert right
    charges = lake.table("silver.charges")
    wrong = lake.staging.write("silver.charges", "wrong", charges.filter("currency <> 'EUR'"))
    note = {name: value for name, value in lake.note("silver.charges").items() if name != "version_order"}
    lake.publish("silver.charges", wrong, Replace(), note)
    run(lake, archive, full=("gold.payments_daily",), only=("gold.payments_daily",))
    assert content(lake, "gold.payments_daily") != right
    again = {outcome.table: outcome.status for outcome in run(lake, archive, **only)}
    assert (again["silver.charges"], again["gold.payments_daily"]) == ("published", "published")
    assert content(lake, "gold.payments_daily") == right


def test_what_was_refused_is_judged_anew_in_a_lakehouse_whose_quarantine_lacks_a_column(
    tmp_path: Path, spark: SparkSession
) -> None:
    declared = all_tables()
    quarantine = declared["silver.quarantine"]
    earlier = replace(
        quarantine, columns=tuple(column for column in quarantine.columns if column.name != "record_path")
    )
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.ndjson").write_text(
        '{"object": "payout", "id": "po_1", "created": 1, "currency": "zzz"}\n'
    )
    with Lakehouse(load_settings({"home": tmp_path}), {**declared, quarantine.name: earlier}, spark) as lake:
        lake.create(quarantine.name)
    lake = open_lake(tmp_path, spark)
    only = ("bronze.records", "silver.payouts", "silver.quarantine")
    run(lake, tmp_path / "raw", only=only, full=("silver.payouts",))
    assert lake.table("silver.quarantine").count() == 1
