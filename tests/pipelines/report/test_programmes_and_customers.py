"""The report's networks' lines, cohorts and recurring revenue are those of gold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipelines.catalog import all_tables
from pipelines.lakehouse import Lakehouse
from pipelines.report import cohorts, limits, subject, wording
from pipelines.report.figures import Chart, Grid, Status
from pipelines.settings import load_settings
from tests.pipelines.report.html import NOW, Page, data
from tests.small_lakehouse import Made

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def told(value: int | None) -> str:
    return wording.NONE if value is None else f"{value:,}"


def test_accounts_are_held_against_the_lines_of_the_networks(
    pages: Mapping[str, Page], lake: Lakehouse
) -> None:
    shown = pages["risk"].tables["limits"]
    newest = "date = (select max(date) from gold.network_monitoring_monthly) and unit = 'count'"
    known = {
        (row.account, row.programme.replace("_", " "), *(told(row[name]) for name in ("line", "headroom")))
        for row in lake.sql(f"select * from gold.network_monitoring_monthly where {newest}").collect()
    }
    assert len(shown) > 1
    for account, programme, _, _, _, line, headroom, *_ in shown[1:]:
        if "VISA SECURE" not in programme:  # it is told in dollars
            assert (account, programme.partition(",")[0], line, headroom) in known


def test_the_worst_of_a_networks_lines_is_told_first(lake: Lakehouse) -> None:
    monitored = limits.read(lake, ())
    assert monitored
    found = monitored.newest
    places = [limits.WORST.index(row["status"]) for row in found]
    assert places == sorted(places)
    [line] = [row for row in found if row["status"] == "below"][:1]
    [shown, _] = limits.show(
        limits.Monitored(
            (),
            [
                line | {"status": "expected", "crossed_on": date(2026, 7, 30)},
                line
                | {
                    "unit": "usd_minor",
                    "numerator": 123_456,
                    "level": "excessive",
                    "programme": "VISA_SECURE",
                },
            ],
            pd.DataFrame(columns=["account", "date", "programme", "case_rate", "limit_rate"]),
        ),
        NOW,
    )
    assert isinstance(shown, Grid)
    rows = shown.rows
    assert rows[0][-2:] == ["2026-07-30", Status("Expected", "bad")]
    assert rows[1][1] == "VISA SECURE, excessive, in USD"
    assert str(rows[1][2]).startswith("1,234.56 of ")


def test_each_month_of_a_cohort_has_its_square() -> None:
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    [chart] = cohorts.show({"0": {(may, 1): 0.456, (may, 2): 0.4, (june, 1): 0.5}}, NOW)
    assert isinstance(chart, Chart)
    [squares] = chart.views["0"]["data"]
    assert (squares["x"], squares["y"]) == ([1, 2], ["May 2026", "Jun 2026"])
    assert squares["z"] == [[45.6, 40.0], [50.0, None]]
    assert squares["text"] == [["46", "40"], ["50", ""]]


def test_retention_is_told_of_months_that_are_over(lake: Lakehouse) -> None:
    """The archive goes from the twentieth of March to the third of May: of its months only April is over."""
    accounts = subject.accounts_of(lake)
    found = cohorts.read(lake, accounts)
    assert set(found["0"]) == {(date(2026, 3, 1), 1)}
    [[share]] = lake.sql(
        "select sum(active_count) / sum(customers_count) from gold.cohort_retention_monthly "
        "where date = '2026-03-01' and months_since = 1"
    ).collect()
    assert found["0"][date(2026, 3, 1), 1] == pytest.approx(float(share))
    assert len(found) == 1 + len(accounts)


def test_an_archive_without_a_month_after_the_first_payments_has_no_retention(
    few_days: Made, spark: SparkSession
) -> None:
    with Lakehouse(load_settings({"home": few_days.home}), all_tables(), spark) as lake:
        assert lake.sql("select * from gold.cohort_retention_monthly").collect()
        assert cohorts.read(lake, subject.accounts_of(lake)) == {}


def test_recurring_revenue_is_what_all_movements_add_up_to(
    pages: Mapping[str, Page], lake: Lakehouse
) -> None:
    cube = data(pages["billing"], "cubes")["gold.churn_monthly"]
    assert cube["isMonthly"]
    assert not data(pages["billing"], "cubes")["gold.dunning"]["isMonthly"]
    newest = "date = (select max(date) from gold.subscription_items_mrr_monthly)"
    [[expected]] = lake.sql(
        f"select sum(closing_minor) from gold.subscription_items_mrr_monthly where currency = 'USD' and {newest}"
    ).collect()
    usd = [*data(pages["billing"], "currencies")].index("USD")
    sums = zip(cube["currency"], cube["sums"]["net_new_recurring_minor_up"], strict=True)
    assert sum(minor for place, minor in sums if place == usd) == expected
