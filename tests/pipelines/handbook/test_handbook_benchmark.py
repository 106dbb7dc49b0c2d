"""The protocol on made-up payments: its weeks, what is left out of them, and what is told of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.redactions import sweep
from pipelines.errors import SourceError
from pipelines.flow.verdict import accept_all
from pipelines.handbook import intake, page
from pipelines.handbook.benchmark import Result, benchmark, standing
from pipelines.handbook.protocol import FOLDS, Contestant
from pipelines.lakehouse import Lakehouse
from pipelines.models.training.examples import Examples, codes, judged
from pipelines.models.training.folds import Folds, starting
from pipelines.settings import load_settings
from tests.pipelines.handbook.made_up import charges, payments

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WEEKS = Folds(
    validation=starting(("2018-06-01",), 7, 7, 7),
    test=starting(("2018-06-15", "2018-06-22"), 7, 7, 7),
)
SMALL = {"tree_method": "exact", "trees": 5, "max_depth": 3, "eta": 0.3}
GRID = ({**SMALL, "min_child_weight": 1_000_000}, SMALL)
"""Trees that never split, and trees that do."""

COLUMNS = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD"
FIRST_DAY = f"""{COLUMNS},TX_FRAUD_SCENARIO
0,2018-04-01 00:00:31,596,3156,57.16,31,0,0,0
1,2018-04-01 00:02:10,4961,3412,81.51,130,0,0,0
2,2018-04-01 00:07:56,2,1365,246.00,476,0,1,1
"""


@pytest.fixture(scope="module")
def told() -> list[str]:
    """What a run has told of itself."""
    return []


@pytest.fixture(scope="module")
def result(spark: SparkSession, told: list[str]) -> Result:
    """A run over made-up payments with small models."""
    ours = Contestant("ours", "boosting", GRID, {})
    book = Contestant("the book's", "boosting", GRID, {}, is_chosen_by_figure=True)
    made = charges(spark, payments(days=43, a_day=60))
    return benchmark(made, seeds=2, telling=told.append, folds=WEEKS, ours=ours, book=(book,))


def test_the_weeks_of_the_book() -> None:
    assert [f"{fold.train_from:%m-%d}" for fold in FOLDS.test] == ["07-25", "08-01", "08-08", "08-15"]
    assert str(FOLDS.test[0]) == "2018-08-08 to 2018-08-14"
    last_chosen_by = max(fold.test_until for fold in FOLDS.validation)
    assert last_chosen_by <= min(fold.test_from for fold in FOLDS.test) - timedelta(days=7)


def test_cards_that_are_known_to_be_compromised_are_left_out_as_the_book_does() -> None:
    made = payments(days=43, a_day=60)
    fold = WEEKS.test[1]
    chosen = judged(_examples(made), fold, is_caught_left_out=True)
    assert made[chosen]["charge_id"].tolist() == _left_by_the_book(made, fold.train_from)


def _left_by_the_book(made: pd.DataFrame, train_from: object) -> list[str]:
    """The book's get_train_test_set, day by day."""
    day = (made["created_at"] - train_from).dt.days
    before = (made["created_at"] < train_from).to_numpy()
    day = day.where(~before, -1)
    known = set(made[day.between(0, 6) & made["is_fraud"]]["customer_id"])
    found: list[str] = []
    for number in range(7):
        known |= set(made[(day == 7 + number - 1) & made["is_fraud"]]["customer_id"])
        today = made[day == 14 + number]
        found += today[~today["customer_id"].isin(known)]["charge_id"].tolist()
    return found


def _examples(made: pd.DataFrame) -> Examples:
    at = made["created_at"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    y = made["is_fraud"].to_numpy()
    return Examples(
        feature_names=(),
        x=np.zeros((len(made), 0)),
        y=y,
        is_settled=np.ones(len(made), bool),
        at=at,
        known_at=np.where(y, at + np.timedelta64(7, "D"), np.datetime64("NaT", "s")),
        worth=np.ones(len(made)),
        cards=codes(made["customer_id"].tolist()),
    )


def test_hyper_parameters_are_those_that_did_best_on_the_validation_weeks(
    result: Result, told: list[str]
) -> None:
    tried = told[told.index("our model") + 1 :]
    assert len(tried) == len(GRID) + 1, "the second seed keeps what the first one has chosen"
    scores = [float(line.split()[-1]) for line in tried[: len(GRID)]]
    assert scores[0] != scores[1]
    assert result.ours.params["ap"] == GRID[scores.index(max(scores))]


def test_each_figure_of_a_book_model_is_that_of_the_parameters_that_did_best_in_it() -> None:
    made = payments(days=43, a_day=60)
    chance = np.random.default_rng(2)
    x = np.column_stack([made["amount_minor"], chance.normal(size=len(made))])
    known = replace(_examples(made), feature_names=("amount", "noise"), x=x)
    grid = (
        {"trees": 1, "max_depth": 1, "bootstrap": False},
        {"trees": 5, "max_depth": 3},
        {"trees": 5, "max_depth": 20},
    )
    alone = [standing(Contestant("one", "forest", (params,), {}), known, WEEKS, seeds=1) for params in grid]
    both = standing(Contestant("book", "forest", grid, {}, is_chosen_by_figure=True), known, WEEKS, seeds=1)
    for name in ("auc", "ap", "cp100"):
        best = max(alone, key=lambda one: one.validation[name])
        assert both.params[name] == best.params[name]
        assert (both.validation[name], both.figures[name]) == (best.validation[name], best.figures[name])


def test_the_json_is_a_contract(result: Result) -> None:
    found = result.as_json()
    assert {"auc", "ap", "cp100", "weeks", "seeds", "spread", "to_beat", "book"} <= set(found)
    assert found["seeds"] == 2
    assert [week["days"] for week in found["weeks"]] == [str(fold) for fold in WEEKS.test]
    of_weeks = [week["ap"] for week in found["weeks"]]
    assert found["ap"] == pytest.approx(sum(of_weeks) / 2, abs=1e-3)


def test_large_amounts_are_learnt(result: Result) -> None:
    assert result.ours.figures["ap"] > 0.5


def test_the_page_has_a_row_for_each_contestant_and_each_week(result: Result) -> None:
    text = page.as_markdown(result)
    assert "| ours |" in text
    assert "| the book's |" in text
    assert "| 2018-06-29 to 2018-07-05 |" in text


def test_the_days_are_taken_in_once(tmp_path: Path, spark: SparkSession) -> None:
    lake = Lakehouse(load_settings({"home": tmp_path, "sources": str(intake.MAPPING)}), all_tables(), spark)
    (folder := tmp_path / "days").mkdir()
    (folder / "2018-04-01.csv").write_text(FIRST_DAY)
    first = intake.charges(lake, folder, accept_all, sweep)
    assert sorted(row["amount_minor"] for row in first.collect()) == [5716, 8151, 24600]
    version = lake.version(intake.CHARGES)
    assert intake.charges(lake, folder, accept_all, sweep).count() == 3
    assert lake.version(intake.CHARGES) == version


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_days_is_refused_with_what_is_expected(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SourceError, match=r"--data .*fraud-detection-handbook"):
        intake.days(tmp_path / folder)
