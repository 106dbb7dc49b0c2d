"""A real language model, small enough for any machine, reads questions: whatever it says, no figure is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from vermeil.ask import model
from vermeil.ask.asking import Asker
from vermeil.ask.plan import Answer, MetricPlan

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

ROOT = Path(__file__).parents[3]
PYTHON = Path(os.environ.get("VERMEIL_SMALL_MODEL") or ROOT / "build" / "small-model" / "bin" / "python")
SECONDS = 300.0
"""That are waited for it: on two busy cores it reads five words a second."""

TOLD = 6
"""Metrics that it is told of: a question a minute, in place of ten."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason=f"no small model at {PYTHON}: make small-model installs it, or set VERMEIL_SMALL_MODEL to its Python",
    ),
]

QUESTIONS = {
    "how do the cards fare lately, brand-wise": {"authorization_rate"},
    "what share of card attempts do issuers wave through": {"authorization_rate"},
    "how many shoppers bail at the till": {"abandoned_sessions_count", "expired_count"},
}
"""With the figures that may be meant; none is read without a model."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the model answers, as VERMEIL_ASK_MODEL has it."""
    program = [PYTHON, Path(__file__).with_name("small_model.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(program, text=True, **pipes) as server:  # type: ignore[call-overload]
        try:
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), (
                f"it did not start: run {' '.join(map(str, program))}"
            )
            yield f"{address}/v1#smollm2"
        finally:
            server.kill()


@pytest.fixture
def lake(few_days: Made, url: str, tmp_path: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    shutil.copytree(few_days.home, home := tmp_path / "home")
    with Lakehouse(load_settings({"home": home, "ask_model": url}), all_tables(), spark) as opened:
        with opened.writing("a test"):
            pass  # and it is released
        yield opened


def test_no_figure_that_a_small_model_asks_for_is_wrong(
    lake: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_METRICS", TOLD)
    asker = Asker(lake, _newest(lake) + timedelta(days=1))
    assert asker.model is not None
    asker.model = model.Model(asker.model.url, asker.model.name, seconds=SECONDS)
    said = {question: asker.ask(question) for question in QUESTIONS}
    for question, answer in said.items():
        plans = [one.plan for one in answer.readings] or [answer.plan]
        print(
            question, answer.outcome, *(getattr(one, "metrics", None) for one in plans), sep=" | ", flush=True
        )
        assert "SELECT" not in answer.said.upper()
        if answer.outcome == "answered":
            _is_right(answer, QUESTIONS[question], lake)
    assert any("The model smollm2" in f"{one.said} {one.assumed}" for one in said.values()), (
        "it filled no plan"
    )


def _is_right(answer: Answer, meant: set[str], lake: Lakehouse) -> None:
    plan = answer.plan
    assert isinstance(plan, MetricPlan)
    assert set(plan.metrics) <= meant, f"{plan.metrics} is not what was asked for"
    assert "The model smollm2 read the question" in answer.assumed[0]
    query = plan.query(plan.time)
    again = lake.metric(
        *plan.metrics, by=plan.by, where=query.where, time=query.time, immature="mark"
    ).toArrow()
    names = [*plan.by, *plan.metrics]
    assert sorted(map(str, again.select(names).to_pylist())) == sorted(
        str({name: row[answer.columns.index(name)] for name in names}) for row in answer.rows
    )


def _newest(lake: Lakehouse) -> date:
    [[found]] = lake.sql("select max(date) from gold.payments_daily").collect()
    day: date = found
    return day
