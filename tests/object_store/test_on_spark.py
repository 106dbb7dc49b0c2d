"""Apache Spark on an object store, by S3A: the rows of the embedded engine, from raw files there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.simulate import Simulation, simulate
from tests.engine_runs import NEEDS_DELTA, NEEDS_S3A
from tests.object_store.proxy import ROOT
from tests.object_store.server import ACCESS_KEY, SECRET_KEY, Store
from tests.object_store.uploads import upload
from tests.same_rows import differing
from tests.spark_servers import INTERPRETED

pytestmark = [
    pytest.mark.slow,
    NEEDS_DELTA,
    NEEDS_S3A,
]

ONLY = ("bronze.records", "silver.quarantine", "silver.charges")
SPARK = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    **INTERPRETED,
}


def run(store: Store, home: Path, engine: str) -> str:
    only = [part for name in ONLY for part in ("--only", name)]
    ended = subprocess.run(
        [sys.executable, "-c", "from vermeil.cli import main; main()", "run", "--home", str(home), *only],
        cwd=ROOT, capture_output=True, text=True,
        env={
            **os.environ,
            "VERMEIL_ENGINE": engine,
            "VERMEIL_SPARK_CONF": json.dumps(SPARK),
            "VERMEIL_LAKEHOUSE": store.url(engine),
            "VERMEIL_RAW": store.url("raw"),
        },
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def test_the_rows_are_those_of_the_embedded_engine(store: Store, tmp_path: Path) -> None:
    simulate(Simulation(days=1, payments_per_day=6, accounts=2), tmp_path / "raw", tmp_path / "truth")
    upload(tmp_path / "raw", store.url("raw"))
    said = run(store, tmp_path / "spark", "spark")
    run(store, tmp_path / "embedded", "embedded")
    assert differing(store.folder / "spark", store.folder / "embedded") == []
    logs = [
        path.read_text(encoding="utf-8", errors="replace") for path in (tmp_path / "spark").rglob("*.log")
    ]
    assert not [text for text in (said, *logs) if SECRET_KEY in text or ACCESS_KEY in text]
