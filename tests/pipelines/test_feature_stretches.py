"""Features of a long history, which are planned some days at a time, are those of one plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.features.feature import FeatureSet
from pipelines.flow import gold
from pipelines.flow.verdict import accept_all
from pipelines.gold.shared import features
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

NAME = "gold.features_payments"


def test_stretch_by_stretch_the_rows_are_those_of_one_plan(
    few_days: Made, tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[list[date]] = []

    def few(asked: Iterable[date], rows: Mapping[date, int], feature_set: FeatureSet) -> list[list[date]]:
        planned.extend([day] for day in sorted(asked))
        return planned

    monkeypatch.setattr(features, "stretches", few)
    shutil.copytree(few_days.home, tmp_path / "home")
    with Lakehouse(load_settings({"home": tmp_path / "home"}), all_tables(), spark) as lake, lake.writing():
        table = lake.declaration(NAME)
        outcome = gold.refresh_gold(lake, table, accept_all, full=True)
        assert len(planned) > 2
        assert outcome.rows == lake.count(NAME) > 0
        assert [found.count for found in gold.verified(lake, table)] == [0]
