"""Who is measured: each contestant is a command line, where its output goes, and how its daily payments are read."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import DeltaTable

from benchmarks.process import Measured, measure

ROOT = Path(__file__).resolve().parents[1]

COMPARED = ("bronze.records", "silver.charges", "gold.payments_daily")
"""The tables that every contestant makes, or what it needs of them."""

VERMEIL = (sys.executable, "-c", "from vermeil.cli import main; main()")


@dataclass(frozen=True)
class Contestant:
    """One way to make the daily payments.

    Attributes:
        name: short, for figures.
        title: what it does, for people.
        argv: its command line.
        out: folder that it writes to; emptied before each run.
        env: environment variables of its own.
        payments: reads the daily payments that it made; None where they are not compared.
    """

    name: str
    title: str
    argv: Sequence[str]
    out: Path
    env: Mapping[str, str]
    payments: Callable[[Path], pa.Table] | None


def contestants(raw: Path, folder: Path) -> list[Contestant]:
    """All of them, on one archive, each writing to a folder of its own."""
    only = [part for name in COMPARED for part in ("--only", name)]
    modules = [sys.executable, "-m"]

    def home(name: str) -> dict[str, str]:
        return {"VERMEIL_RAW": str(raw), "VERMEIL_HOME": str(folder / name)}

    def plain(name: str, module: str, title: str, file: str) -> Contestant:
        out = folder / name
        argv = [*modules, f"benchmarks.{module}", str(raw), str(out)]
        return Contestant(name, title, argv, out, {}, lambda found: ds.dataset(found / file).to_table())

    unchecked = [*modules, "benchmarks.unchecked", str(folder / "unchecked"), *COMPARED]
    normalized = Contestant(
        "dlt", "dlt: all events as normalized tables, in its Delta destination, without checks",
        [*modules, "benchmarks.dlt_tables", str(raw), str(folder / "dlt")], folder / "dlt", {}, None,
    )  # fmt: skip
    return [
        *([normalized] if find_spec("dlt") else []),
        Contestant(
            "checked", "Vermeil: bronze, silver.charges, gold.payments_daily, with all their checks",
            [*VERMEIL, "run", *only], folder / "checked", home("checked"), delta_payments,
        ),
        Contestant(
            "unchecked", "Vermeil: the same tables, without checks",
            unchecked, folder / "unchecked", home("unchecked"), delta_payments,
        ),
        plain("jvm", "jvm_spark", "JVM Spark, local: the same transformations, without checks", "gold"),
        plain(
            "duckdb", "duckdb_charges", "DuckDB by hand: charges and daily payments, without bronze, tokens or checks",
            "payments_daily.parquet",
        ),
        Contestant(
            "whole", "Vermeil: the whole pipeline, every table and check",
            [*VERMEIL, "run"], folder / "whole", home("whole"), None,
        ),
    ]  # fmt: skip


def once(contestant: Contestant, timeout: float) -> Measured:
    """Let a contestant run from nothing."""
    shutil.rmtree(contestant.out, ignore_errors=True)
    contestant.out.mkdir(parents=True)
    return command(contestant.argv, contestant.env, timeout)


def command(argv: Sequence[str], env: Mapping[str, str], timeout: float) -> Measured:
    """Run a command from the project's root, without the caller's own Vermeil settings."""
    return measure(argv, {**environment(), **env}, ROOT, timeout)


def environment() -> dict[str, str]:
    """This process's environment with Vermeil's and Spark's settings as they are by default."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERMEIL_", "SPARK_"))}
    path = os.pathsep.join([str(ROOT), *filter(None, [kept.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path, "PYSPARK_PYTHON": sys.executable}


def delta_payments(home: Path) -> pa.Table:
    """The daily payments of a lakehouse."""
    return DeltaTable(str(home / "lakehouse" / "gold" / "payments_daily")).to_pyarrow_table()


def told_alone(payments: pa.Table, home: Path) -> pa.Table:
    """The rows of daily payments for days of which a lakehouse knows every payment from charges that stand alone.

    The other contestants read no other objects.
    """
    return payments.join(_found_inside(home), ["account", "currency", "date"], join_type="left anti")


def _found_inside(home: Path) -> pa.Table:
    """Account, currency and day of payments that a lakehouse knows from other objects alone: theirs were lost."""
    charges = DeltaTable(str(home / "lakehouse" / "silver" / "charges")).to_pyarrow_table(
        columns=["account", "currency", "created_date", "record_path"]
    )
    found = charges.filter(pc.is_valid(charges["record_path"])).drop_columns("record_path")
    return (
        found.rename_columns(["account", "currency", "date"])
        .group_by(["account", "currency", "date"])
        .aggregate([])
    )
