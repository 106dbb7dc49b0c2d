"""Gold added up for charts that follow what is chosen: small, however long the history and however many the accounts.

A cube holds, for each period, account, currency and value of a dimension, both sides of some metrics. They are added up
again in the page, so that a rate over whatever is chosen is one sum over one sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from pipelines.catalog import all_tables
from pipelines.metrics.shared.metric import CURRENCY, Metric, day_of, grains_of
from pipelines.metrics.shared.period import start_of
from pipelines.metrics.shared.writing import sides
from pipelines.report.plots import SERIES, Plot
from pipelines.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

ROWS = 6_000
"""Rows of a cube at most: a page stays below some megabytes. More become weeks, then months, quarters and years."""

READ_ROWS = 60_000
"""Rows by day that are looked at before Spark adds up months instead."""

OTHERS = "other"
"""What is called so: values of a dimension beyond those that are shown."""

_ACCOUNT = "account"
_KEYS = ("period", "value", _ACCOUNT, CURRENCY)


@dataclass(frozen=True)
class Cube:
    """Sums of a table.

    Attributes:
        grain: what a period is; empty where rows are of no day.
        values: of the dimension, the greatest first.
        rows: ``period`` (first day), ``value``, ``account`` and ``currency``, each None where the table or what is
            asked for has none, and for each metric ``<name>_up`` and ``<name>_down``.
        metrics: that it can answer.
        has_accounts: whether its rows are of an account; otherwise a choice of account does not change what it answers.
    """

    grain: str
    values: tuple[str, ...]
    rows: pd.DataFrame
    metrics: tuple[Metric, ...]
    has_accounts: bool

    def total(self, metric: Metric, first: date, last: date, currency: str | None) -> float | None:
        """A metric over all accounts and some days; None where there is nothing to divide by, or nothing known."""
        rows = self.rows
        if self.grain:
            rows = rows[(rows["period"] >= start_of(first, self.grain)) & (rows["period"] <= last)]
        if metric.has_money:
            rows = rows[rows[CURRENCY] == currency]
        up = rows[f"{metric.name}_up"].sum(min_count=1)
        if not metric.denominator:
            return 0 if pd.isna(up) else float(up)
        down = rows[f"{metric.name}_down"].sum()
        return None if not down or pd.isna(up) else float(up) / float(down)

    def plain(self, accounts: Sequence[str], currencies: Sequence[str]) -> dict[str, Any]:
        """The same as a page's script reads it: columns, with places in lists for texts and days."""
        rows = self.rows
        days = sorted(set(rows["period"].dropna()))
        places = {name: place for place, name in enumerate(accounts, start=1)}
        names = [f"{one.name}_{side}" for one in self.metrics for side in _sides(one)]
        return {
            "grain": self.grain,
            # Rows of first days of months alone are of months: there is nothing to draw between them.
            "isMonthly": all(day.day == 1 for day in days),
            "hasAccounts": self.has_accounts,
            "days": [day.isoformat() for day in days],
            "values": list(self.values),
            "period": _places(rows["period"], days),
            "value": _places(rows["value"], self.values),
            "account": [places.get(name, 0) for name in rows[_ACCOUNT]],
            "currency": _places(rows[CURRENCY], currencies),
            "sums": {name: _numbers(rows[name]) for name in names},
        }


def key(table: str, by: str | None, most: int = SERIES) -> str:
    """What a cube is called in its page."""
    return f"{table}/{by}/{most}" if by else table


def read_cubes(
    lake: Lakehouse, plots: Iterable[Plot], figures: Iterable[Metric], accounts: Sequence[str]
) -> dict[str, Cube]:
    """The cubes of a page, one for each table and dimension."""
    wanted: dict[tuple[str, str | None, int], dict[str, Metric]] = {}
    for one in figures:
        wanted.setdefault((one.table, None, SERIES), {})[one.name] = one
    for plot in plots:
        most = plot.most if plot.by else SERIES
        wanted.setdefault((plot.table.name, plot.by, most), {}).update({one.name: one for one in plot.shown})
    return {
        key(name, by, most): _read(lake, all_tables()[name], by, tuple(metrics.values()), accounts, most)
        for (name, by, most), metrics in wanted.items()
    }


def _read(
    lake: Lakehouse,
    table: Table,
    by: str | None,
    metrics: tuple[Metric, ...],
    accounts: Sequence[str],
    most: int,
) -> Cube:
    grains = grains_of(table) or ("",)
    source = lake.table(table.name)
    rows = _added(source, table, by, metrics, accounts, grains[0]).limit(READ_ROWS + 1).toPandas()
    if len(rows) > READ_ROWS:
        grains = grains[grains.index("month") :] if "month" in grains else grains
        rows = _added(source, table, by, metrics, accounts, grains[0]).toPandas()
    values = _values(rows, metrics[0], most)
    if by:
        rows = rows.assign(value=rows["value"].where(rows["value"].isin(values), OTHERS))
    grain, rows = _few(rows, grains)
    shown = tuple(value for value in (*values, OTHERS) if value in set(rows["value"]))
    return Cube(grain, shown, rows, metrics, _ACCOUNT in table.column_names)


def _few(rows: pd.DataFrame, grains: Sequence[str]) -> tuple[str, pd.DataFrame]:
    """Rows by the finest grain that leaves few enough, each from days: weeks are no part of months."""
    for grain in grains:
        periods = [start_of(day, grain) for day in rows["period"]] if grain else None
        found = _summed(rows.assign(period=periods))
        if len(found) <= ROWS:
            break
    return grain, found


def _added(
    frame: DataFrame,
    table: Table,
    by: str | None,
    metrics: Sequence[Metric],
    accounts: Sequence[str],
    grain: str,
) -> DataFrame:
    day = day_of(table)
    nothing = F.lit(None).cast("string")
    listed = F.col(_ACCOUNT).isin(list(accounts)) if _ACCOUNT in table.column_names else F.lit(False)
    keys = {
        "period": F.date_trunc(grain, F.col(day)).cast("date") if day else F.lit(None).cast("date"),
        "value": F.coalesce(F.col(by).cast("string"), F.lit("none")) if by else nothing,
        _ACCOUNT: F.when(listed, F.col(_ACCOUNT)) if _ACCOUNT in table.column_names else nothing,
        CURRENCY: F.col(CURRENCY) if any(one.has_money for one in metrics) else nothing,
    }
    sums = [
        F.sum(F.expr(side.sql(dialect="spark"))).alias(f"{one.name}_{name}")
        for one in metrics
        for name, side in zip(_sides(one), sides(one, table), strict=True)
    ]
    return frame.groupBy(*(column.alias(name) for name, column in keys.items())).agg(*sums)


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the same keys as one."""
    return rows.groupby(list(_KEYS), dropna=False, as_index=False).sum(min_count=1)


def _values(rows: pd.DataFrame, metric: Metric, most: int) -> list[str]:
    """Values of the dimension, those with most in them first."""
    side = rows[f"{metric.name}_{_sides(metric)[-1]}"].abs()
    sizes = side.groupby(rows["value"]).sum()
    ordered = sorted(sizes.index, key=lambda value: (-sizes[value], value))
    return ordered if len(ordered) <= most else ordered[: most - 1]


def _sides(metric: Metric) -> tuple[str, ...]:
    return ("up", "down") if metric.denominator else ("up",)


def _places(cells: pd.Series, names: Sequence[Any]) -> list[int]:
    places = {name: place for place, name in enumerate(names)}
    return [places.get(cell, -1) for cell in cells]


def _numbers(cells: pd.Series) -> list[float | None]:
    return [
        None if pd.isna(cell) else int(cell) if float(cell).is_integer() else float(cell) for cell in cells
    ]


def currencies_of(cubes: Mapping[str, Cube]) -> tuple[str, ...]:
    """Currencies of a page, those of most rows first."""
    found = pd.concat([cube.rows[CURRENCY] for cube in cubes.values()]).dropna().value_counts()
    return tuple(sorted(found.index, key=lambda code: (-found[code], code)))
