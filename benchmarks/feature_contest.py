"""Who computes features, and whether all of them found the same ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from benchmarks.agreement import DisagreementError
from benchmarks.feature_plan import FEATURES

TOLERANCE = 1e-6
"""By how much, as a share, two figures may differ: the others' standard deviations are sums of floats."""

UNSTABLE = {"sail": ("std",)}
"""What is not compared: Sail takes old values back out of sums of squares, and of equal amounts may get no number."""


@dataclass(frozen=True)
class FeatureContestant:
    """One way to compute the features.

    Attributes:
        name: short, for figures.
        title: what it does, for people.
        argv: its command line, but for the file to read and the folder to write to.
    """

    name: str
    title: str
    argv: tuple[str, ...]


def feature_contestants() -> list[FeatureContestant]:
    """All of them, ours first."""
    modules = (sys.executable, "-m")
    windows = (*modules, "benchmarks.feature_windows")
    return [
        FeatureContestant("plan", "Vermeil: the feature plan", (*modules, "benchmarks.feature_plan")),
        FeatureContestant("duckdb", "DuckDB: window functions", (*windows, "duckdb")),
        FeatureContestant("sail", "Sail: window functions", (*windows, "sail")),
        FeatureContestant("spark", "JVM Spark, local: window functions", (*windows, "spark")),
    ]


def agree_on_features(made: Mapping[str, Path]) -> int:
    """How many payments all contestants have the same features of.

    Raises:
        DisagreementError: some features differ; the message names the contestants and the feature.
    """
    (first, expected), *others = ((name, _features(folder)) for name, folder in made.items())
    for name, found in others:
        if found["payment"] != expected["payment"]:
            raise DisagreementError(f"{first} and {name} have features of other payments")
        for feature in FEATURES.features:
            if feature.aggregation in UNSTABLE.get(name, ()):
                continue
            if differing := _differing(expected[feature.name], found[feature.name]):
                raise DisagreementError(
                    f"{first} and {name} differ in {feature.name} of {differing:,} payments"
                )
    return len(expected)


def _features(folder: Path) -> pa.Table:
    return ds.dataset(folder, exclude_invalid_files=True).to_table().sort_by("payment")


def _differing(one: pa.ChunkedArray, other: pa.ChunkedArray) -> int:
    """How many values differ; two that are unknown do not."""
    one, other = (column.cast(pa.float64()) for column in (one, other))
    near = pc.less_equal(pc.abs(pc.subtract(one, other)), pc.multiply(pc.add(pc.abs(one), 1.0), TOLERANCE))
    same = pc.if_else(pc.is_null(one), pc.is_null(other), pc.fill_null(near, False))
    return len(same) - (pc.sum(same).as_py() or 0)
