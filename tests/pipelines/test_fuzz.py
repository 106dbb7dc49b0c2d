"""Whatever a file holds, no error escapes and every record is accounted for: in the reader, in each silver table."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from frames import Json
from fuzzing import fate_of, records_of, sample_subjects
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutants

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    return sample_subjects(tmp_path_factory.mktemp("subjects"))


def test_no_mutant_is_lost_and_none_stops_the_others(
    any_spark: SparkSession, subjects: list[Json], tmp_path: Path
) -> None:
    fate = fate_of(any_spark, records_of(tmp_path, islice(mutants(Random(1), subjects), 2_000)))
    assert fate.lost == 0
    # Some of each, or the mutants are too tame or too wild to say anything.
    assert min(fate.good, fate.refused, fate.unreadable) > 50


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0), count=st.integers(1, 40))
def test_no_byte_of_any_few_mutants_is_lost(
    subjects: list[Json], tmp_path: Path, seed: int, count: int
) -> None:
    records = records_of(tmp_path, islice(mutants(Random(seed), subjects), count))
    assert records.num_rows >= 1
