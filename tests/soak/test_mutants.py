"""The long form of fuzzing: records changed in their structure, and bytes that libFuzzer makes up."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzzing import fate_of, records_of, sample_subjects
from mutations import mutants

from tests.soak.figures import Figures, seed_of, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

MUTANTS = size_of("mutants", 1_000_000)
RUNS = size_of("fuzz_runs", 100_000)
SEED = seed_of(7)
ROUND = 25_000
ROOT = Path(__file__).resolve().parents[2]


def test_every_mutant_is_accounted_for(spark: SparkSession, tmp_path: Path, figures: Figures) -> None:
    made = mutants(Random(SEED), sample_subjects(tmp_path))
    with figures.measured(11, "a record mutated, read and parsed for its silver table", SEED) as figure:
        while figure.tried < MUTANTS:
            count = min(ROUND, MUTANTS - figure.tried)
            fate = fate_of(spark, records_of(tmp_path, islice(made, count)))
            figure.tried += count
            figure.survived += count - abs(fate.lost)


def test_no_bytes_break_the_reader(tmp_path: Path, figures: Figures) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris has no wheel for this platform")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, line in enumerate(islice(mutants(Random(SEED), sample_subjects(tmp_path)), 200)):
        (corpus / str(number)).write_bytes(line)
    program = [sys.executable, str(Path(__file__).with_name("fuzz_reader.py"))]
    with figures.measured(11, "bytes made up by libFuzzer, read as a file", SEED) as figure:
        found = subprocess.run(
            [*program, str(corpus), f"-runs={RUNS}", f"-seed={SEED}", f"-artifact_prefix={tmp_path}/"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        figure.tried = RUNS
        figure.survived = RUNS if found.returncode == 0 else RUNS - 1
    assert found.returncode == 0, found.stderr[-3000:]
