"""Gold that is made from gold, whole tables, tables that only gain rows, and what else a table may depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import functions as F  # noqa: N812

from pipelines.flow import gold as flow_gold
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column
from tests.sales import DAYS, DOUBLE, SEEN, TABLES, TOTAL, Rate, Site

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine


@pytest.fixture
def site(tmp_path: Path, spark: SparkSession) -> Site:
    made = Site(tmp_path, spark)
    made.sell(1, ("a", "2026-01-01", 100), ("b", "2026-01-02", 10), ("c", "2026-01-02", 1))
    made.refresh()
    return made


def statuses(outcomes: dict[str, Outcome]) -> list[str]:
    return [outcome.status for outcome in outcomes.values()]


def test_gold_is_made_from_gold(site: Site) -> None:
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 22}
    assert site.rows(TOTAL.name) == {"all": 111}


def test_nothing_new_changes_nothing(site: Site) -> None:
    assert statuses(site.refresh()) == ["unchanged"] * 4


def test_only_days_that_were_replaced_are_made_anew(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5))
    assert statuses(site.refresh()) == ["published", "published", "published", "unchanged"]
    assert site.asked == {DAYS.name: ["2026-01-02"], DOUBLE.name: ["2026-01-02"]}
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 32}
    assert site.rows(TOTAL.name) == {"all": 116}


def test_days_of_several_commits_are_made_anew_at_once(site: Site) -> None:
    for batch, day in ((2, "2026-01-01"), (3, "2026-01-03")):
        site.sell(batch, (f"s{batch}", day, 7))
        flow_gold.made(site.lake, site.recipes[DAYS.name], accept_all)
        site.lake.housekeeping(DAYS.name).compact()
    site.refresh()
    assert site.asked == {DOUBLE.name: ["2026-01-01", "2026-01-03"]}


def test_a_row_that_moves_to_another_day_leaves_the_first(site: Site) -> None:
    site.sell(2, ("a", "2026-01-05", 100))
    site.refresh()
    assert site.rows(DAYS.name) == {"2026-01-02": 11, "2026-01-05": 100}
    assert site.rows(DOUBLE.name) == {"2026-01-02": 22, "2026-01-05": 200}


def test_rows_that_were_added_stay_as_they_were(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5), ("e", "2026-01-09", 3))
    site.refresh()
    assert site.rows(SEEN.name) == {"2026-01-01": 100, "2026-01-02": 11, "2026-01-09": 3}
    assert site.lake.note(SEEN.name)["days"] == [["2026-01-09", "2026-01-09"]]


def test_what_else_a_table_depends_on_makes_it_anew(site: Site) -> None:
    site.rate = Rate(3)
    assert statuses(site.refresh()) == ["unchanged", "published", "unchanged", "unchanged"]
    assert site.rows(DOUBLE.name) == {"2026-01-01": 300, "2026-01-02": 33}


def test_a_source_that_was_taken_back_makes_all_days_anew(site: Site) -> None:
    before = site.lake.version(DAYS.name)
    site.sell(2, ("d", "2026-01-02", 5))
    site.refresh()
    assert before is not None
    site.lake.restore(DAYS.name, before)
    flow_gold.made(site.lake, site.recipes[DOUBLE.name], accept_all)
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 22}


def test_a_source_whose_past_was_deleted_makes_all_days_anew(site: Site) -> None:
    site.sell(2, ("d", "2026-01-02", 5))
    flow_gold.made(site.lake, site.recipes[DAYS.name], accept_all)
    site.lake.housekeeping(DAYS.name).expunge()
    site.refresh()
    assert site.asked == {DOUBLE.name: None}
    assert site.rows(DOUBLE.name) == {"2026-01-01": 200, "2026-01-02": 32}


def test_a_table_that_names_its_days_is_told_all_of_them_where_it_is_made_anew(site: Site) -> None:
    how = site.recipes[DOUBLE.name]
    assert isinstance(how, ByDay)
    site.recipes[DOUBLE.name] = replace(how, lists_days=True)
    site.rate.times = 3
    assert statuses(site.refresh()) == ["unchanged", "published", "unchanged", "unchanged"]
    assert site.asked == {DOUBLE.name: ["2026-01-01", "2026-01-02"]}
    assert site.rows(DOUBLE.name) == {"2026-01-01": 300, "2026-01-02": 33}


def test_a_table_that_is_declared_with_another_column_is_made_anew(site: Site) -> None:
    more = replace(DAYS, columns=(*DAYS.columns, Column("sales_count", "bigint", "Sales.")))
    site.lake.tables = {**TABLES, DAYS.name: more}
    before = site.recipes[DAYS.name]
    assert isinstance(before, ByDay)
    build = before.build
    site.recipes[DAYS.name] = replace(
        before,
        table=more,
        build=lambda now, dates: build(now, dates).withColumn("sales_count", F.lit(7).cast("bigint")),
    )
    assert site.refresh()[DAYS.name].status == "published"
    rows = sorted(tuple(row) for row in site.lake.table(DAYS.name).collect())
    assert rows == [(date(2026, 1, 1), 100, 7), (date(2026, 1, 2), 11, 7)]
    assert site.refresh()[DAYS.name].status == "unchanged"
