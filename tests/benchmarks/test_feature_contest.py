"""The feature plan and window functions find the same features."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks import feature_plan, feature_windows, payments
from benchmarks.agreement import DisagreementError
from benchmarks.feature_contest import agree_on_features
from benchmarks.feature_plan import FEATURES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("features")
    payments.make(folder / "payments.parquet", 3_000)
    feature_plan.main(str(folder / "payments.parquet"), str(folder / "plan"))
    feature_windows.duckdb(str(folder / "payments.parquet"), str(folder / "duckdb"))
    return {"plan": folder / "plan", "duckdb": folder / "duckdb"}


def test_the_plan_finds_what_window_functions_find(made: dict[str, Path]) -> None:
    assert len(FEATURES.features) == 50
    assert agree_on_features(made) == 3_000


def test_a_feature_that_differs_is_named(made: dict[str, Path], tmp_path: Path) -> None:
    found = pq.read_table(made["duckdb"] / "features.parquet")
    place = found.column_names.index("card_sum_1d")
    wrong = found.set_column(place, "card_sum_1d", pc.add(found["card_sum_1d"].cast(pa.float64()), 1.0))
    pq.write_table(wrong, tmp_path / "features.parquet")
    with pytest.raises(DisagreementError, match="plan and wrong differ in card_sum_1d of 3,000 payments"):
        agree_on_features({"plan": made["plan"], "wrong": tmp_path})
