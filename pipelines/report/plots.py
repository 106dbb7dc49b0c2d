"""What a page says it shows: metrics, drawn by what they are asked by, and answers to queries.

A page declares these; :mod:`pipelines.report.cubes` adds gold up for them, and the page's script draws what is chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pipelines.catalog import all_tables
from pipelines.metrics.shared.catalog import declared, metric_of
from pipelines.metrics.shared.metric import ENDINGS, Metric
from pipelines.table import Table

Form = Literal["lines", "bars", "values", "running"]
"""Lines over time, stacked bars over time, a bar for each value of a dimension, or what all days before add up to."""

LONGEST = 12
SERIES = 6
"""Values of a dimension that are shown by themselves: of bars one below the other, and over time."""


_WRITTEN = {"three d secure": "3D Secure", "vamp": "VAMP"}
"""Words that are not written as names are."""


def called(metric: Metric) -> str:
    """A metric's name as a heading: without what tells its unit, but for a rate, and where others are called so."""
    if metric.unit == "rate":
        return words(metric.name)
    plain = metric.name.removesuffix(ENDINGS[metric.unit])
    is_twice = metric.unit == "money" and f"{plain}{ENDINGS['count']}" in declared()
    return words(f"{plain}_amount" if is_twice else plain)


def words(name: str) -> str:
    """A name as it is read: ``payment_method_type`` is Payment method type."""
    text = name.replace("_", " ")
    for said, written in _WRITTEN.items():
        text = text.replace(said, written)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Plot:
    """A chart of metrics of one table and one unit. It follows what is chosen on its page.

    Attributes:
        title: what it shows.
        metrics: their names; more than one only without a dimension.
        by: a dimension of them: a line or a part of bars for each value; the bars of the form values.
        form: how it is drawn.
        text: how to read it; by default what the metrics mean.
        wide: whether it takes the width of the page.

    Raises:
        ValueError: the metrics cannot be shown in one chart, or may not be added up as a chart does.
        MetricError: there is no such metric.
    """

    title: str
    metrics: tuple[str, ...]
    by: str | None = None
    form: Form = "lines"
    text: str = ""
    wide: bool = False

    def __post_init__(self) -> None:
        found = self.shown
        if len({(one.table, one.unit) for one in found}) != 1:
            raise ValueError(f"chart {self.title}: metrics of one table and one unit are drawn together")
        if apart := [one.name for one in found if one.apart]:
            raise ValueError(
                f"chart {self.title}: {', '.join(apart)} may not be added up over days or accounts"
            )
        if (self.by is not None) and len(found) > 1:
            raise ValueError(f"chart {self.title}: one metric by {self.by}")
        if self.form == "values" and not self.by:
            raise ValueError(f"chart {self.title}: bars of which dimension?")
        dimensions = {column.name for column in found[0].dimensions_of(self.table)}
        if self.by is not None and self.by not in dimensions:
            raise ValueError(
                f"chart {self.title}: {found[0].name} is asked by {', '.join(sorted(dimensions))}"
            )

    @cached_property
    def shown(self) -> tuple[Metric, ...]:
        """The metrics."""
        return tuple(metric_of(name, declared()) for name in self.metrics)

    @property
    def table(self) -> Table:
        """The table that they are made from."""
        return all_tables()[self.shown[0].table]

    @property
    def name(self) -> str:
        """Its id in the page."""
        return named(self.title)

    @property
    def about(self) -> str:
        """One sentence or two that say how to read it."""
        return self.text or " ".join(one.meaning for one in self.shown)

    @property
    def most(self) -> int:
        """How many values of the dimension are shown by themselves."""
        return LONGEST if self.form == "values" else SERIES

    @property
    def height(self) -> int:
        """In pixels, until it is drawn."""
        return 300


@dataclass(frozen=True)
class Answer:
    """A table of the page: metrics by a dimension, over all days.

    Attributes:
        title: what it shows.
        metrics: their names.
        by: a dimension that all of them have.
        text: how to read it.
    """

    title: str
    metrics: tuple[str, ...]
    by: str
    text: str = ""

    @property
    def of(self) -> tuple[str, ...]:
        """What it shows."""
        return self.metrics

    @property
    def nothing(self) -> str:
        """Said in its stead where it has no row."""
        return "Gold holds nothing of this yet."

    @property
    def query(self) -> str:
        """The command that gives the same."""
        return f"vermeil metric {' '.join(self.metrics)} --by {self.by} --immature mark"


@dataclass(frozen=True)
class Listing:
    """A table of the page: the rows that a query gives, which the page tells.

    Columns that end in ``_minor`` are amounts in the row's ``currency``, those in ``_rate`` shares; a difference is
    good where it is 0.

    Attributes:
        title: what it shows.
        sql: over all tables, with a limit of its own; columns are called as they are to be read.
        text: how to read it.
        nothing: said in its stead where it has no row.
        of: the tables or metrics that it shows.
    """

    title: str
    sql: str
    text: str = ""
    nothing: str = "There is none."
    of: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The command that gives the same."""
        return f'vermeil sql "{self.sql}"'


def named(title: str) -> str:
    """The id in its page of what has a title."""
    return "shown-" + "-".join(re.findall(r"[a-z0-9]+", title.casefold()))
