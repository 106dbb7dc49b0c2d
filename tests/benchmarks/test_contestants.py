"""Every contestant makes the same daily payments from the same small archive, dirt included."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import archives, duckdb_charges, unchecked
from benchmarks.agreement import agree
from benchmarks.contestants import COMPARED, command, contestants, delta_payments, once, told_alone
from benchmarks.duckdb_charges import FIGURES
from pipelines.silver.charges import TABLE as CHARGES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archives.make(tmp_path_factory.mktemp("archive"), days=3, payments_per_day=60).folder


@pytest.fixture(scope="module")
def ours(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "raw").symlink_to(raw)
    unchecked.refresh(home, COMPARED)
    return home


@pytest.fixture(scope="module")
def by_hand(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("duckdb")
    duckdb_charges.run(raw, out)
    return out


def test_the_duckdb_script_and_the_pipeline_agree(ours: Path, by_hand: Path) -> None:
    made = {"ours": delta_payments(ours), "by hand": pq.read_table(by_hand / "payments_daily.parquet")}
    assert agree({name: told_alone(rows, ours) for name, rows in made.items()}, list(FIGURES)) > 20


def test_the_duckdb_script_makes_every_declared_column_but_the_line(by_hand: Path) -> None:
    made = set(pq.read_schema(by_hand / "charges.parquet").names)
    assert made == set(CHARGES.column_names) - {"record_id"}


def test_jvm_spark_and_the_duckdb_script_agree(raw: Path, by_hand: Path, tmp_path: Path) -> None:
    spark = next(c for c in contestants(raw, tmp_path) if c.name == "jvm")
    run = once(spark, timeout=240)
    assert run.error is None, run.output
    assert spark.payments is not None
    made = {"jvm": spark.payments(spark.out), "by hand": pq.read_table(by_hand / "payments_daily.parquet")}
    assert agree(made, list(FIGURES)) > 20


def test_the_callers_own_settings_do_not_reach_a_contestant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERMEIL_ENGINE", "sc://elsewhere:1")
    found = command(["env"], {"VERMEIL_HOME": "here"}, timeout=10)
    assert [line for line in found.output.splitlines() if line.startswith("VERMEIL_")] == [
        "VERMEIL_HOME=here"
    ]
