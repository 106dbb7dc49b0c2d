"""Pages about a subject, made from what they declare: key figures, charts of metrics, answers to queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from types import UnionType
from typing import TYPE_CHECKING, Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.money import exponent
from pipelines.metrics.shared.catalog import declared, metric_of
from pipelines.metrics.shared.metric import Metric
from pipelines.report import cubes, wording
from pipelines.report.cubes import Cube
from pipelines.report.document import Head, Page, document
from pipelines.report.figures import Cell, Chart, Drawn, Grid, Link, Section, Status, Tile
from pipelines.report.plots import Answer, Listing, Plot, called, named, words

if TYPE_CHECKING:
    from pyspark.sql import Row

    from pipelines.lakehouse import Lakehouse

SHOWN_ACCOUNTS = 20
"""Accounts that can be chosen in the page, largest first. The others count under all accounts."""

DAYS = 90
"""Days that a page shows until others are chosen."""


@dataclass(frozen=True)
class Special:
    """Charts and tables that are made in a way of their own.

    Attributes:
        read: what they show, from the tables, the accounts that can be chosen given.
        show: what was read as charts and tables, with a time to measure ages against.
    """

    read: Callable[[Lakehouse, Sequence[str]], Any]
    show: Callable[[Any, datetime], Sequence[Chart | Grid]]


@dataclass(frozen=True)
class Part:
    """A part of a page with a heading.

    Attributes:
        name: its anchor.
        title: its heading.
        content: what it shows.
        about: a sentence below the heading.
    """

    name: str
    title: str
    content: Sequence[Plot | Answer | Listing | Special]
    about: str = ""


@dataclass(frozen=True)
class Subject:
    """What a page about a subject shows.

    Attributes:
        title: its heading.
        file: name of the file that it is in, without a folder.
        about: a sentence below the heading: whose questions it answers.
        figures: metrics at its top, for the days that are chosen.
        parts: below them.
        leads: of a figure the page that says more about it.
    """

    title: str
    file: str
    about: str
    figures: Sequence[str]
    parts: Sequence[Part]
    leads: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics at its top."""
        return tuple(metric_of(name, declared()) for name in self.figures)

    def of(self, kind: type[Any] | UnionType) -> Iterator[Any]:
        """Its content of one kind."""
        for part in self.parts:
            yield from (one for one in part.content if isinstance(one, kind))


@dataclass(frozen=True)
class Read:
    """What a page was made from.

    Attributes:
        accounts: that can be chosen.
        account_count: of all.
        cubes: by their keys.
        listed: rows of answers and queries, by their titles.
        special: what was read for content of its own kind, in order.
    """

    accounts: tuple[str, ...]
    account_count: int
    cubes: Mapping[str, Cube]
    listed: Mapping[str, Sequence[Mapping[str, Any]]]
    special: Sequence[Any]

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day; None where nothing is there."""
        found = [cube.rows["period"] for cube in self.cubes.values() if cube.grain and len(cube.rows)]
        return (min(one.min() for one in found), max(one.max() for one in found)) if found else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return all(cube.rows.empty for cube in self.cubes.values()) and not any(self.special)


def page(subject: Subject, rank: int) -> Page[Read]:
    """The page about a subject.

    Args:
        subject: what it shows.
        rank: its place among the pages, the first 0.
    """
    return Page(subject.title, subject.file, partial(read, subject), partial(render, subject), rank)


def accounts_of(lake: Lakehouse) -> list[str]:
    """All accounts with payments, the largest first."""
    counted = lake.table("gold.payments_daily").groupBy("account").agg(F.sum("attempts_count").alias("size"))
    return [
        row["account"] for row in sorted(counted.collect(), key=lambda row: (-row["size"], row["account"]))
    ]


def read(subject: Subject, lake: Lakehouse) -> Read:
    """What a page shows of a lakehouse."""
    known = accounts_of(lake)
    accounts = tuple(known[:SHOWN_ACCOUNTS])
    return Read(
        accounts,
        len(known),
        cubes.read_cubes(lake, subject.of(Plot), subject.metrics, accounts),
        {one.title: [row.asDict() for row in _rows(lake, one)] for one in subject.of(Answer | Listing)},
        [one.read(lake, accounts) for one in subject.of(Special)],
    )


def _rows(lake: Lakehouse, one: Answer | Listing) -> list[Row]:
    if isinstance(one, Listing):
        return list(lake.sql(one.sql).collect())
    return list(lake.metric(*one.metrics, by=one.by, immature="mark").drop("is_mature").collect())


def render(subject: Subject, shown: Read, now: datetime, pages: Sequence[Link] = ()) -> str:
    """The page as HTML. Where there is nothing to show it says so."""
    empty = "Gold holds nothing of this yet. Put raw files where Vermeil looks for them, and run it."
    head = Head(subject.title, _lead(subject, shown), empty, now, pages)
    currencies = cubes.currencies_of(shown.cubes)
    days = shown.days
    return document(
        "subject.html.j2",
        head,
        [] if shown.is_empty else list(_sections(subject, shown, now)),
        data={
            "cubes": {name: cube.plain(shown.accounts, currencies) for name, cube in shown.cubes.items()},
            "metrics": {one.name: _told(one) for one in _metrics(shown)},
            "currencies": {code: exponent(code) for code in currencies},
        },
        tiles=[_tile(one, shown, days, currencies[:1], _led(subject, one, pages)) for one in subject.metrics],
        accounts=["All accounts", *shown.accounts],
        accounts_left=_accounts_left(shown),
        currencies=currencies,
        days=days,
        start=max(days[0], days[1] - timedelta(days=DAYS - 1)) if days else None,
        default=DAYS,
    )


def _lead(subject: Subject, shown: Read) -> str:
    if shown.days is None:
        return subject.about
    return f"{subject.about} {shown.days[0]:%Y-%m-%d} to {shown.days[1]:%Y-%m-%d} (UTC)."


def _accounts_left(shown: Read) -> str:
    if shown.account_count <= len(shown.accounts):
        return ""
    return f"The {len(shown.accounts)} largest of {shown.account_count:,} accounts can be chosen; all are counted."


def _metrics(shown: Read) -> Iterator[Metric]:
    for cube in shown.cubes.values():
        yield from cube.metrics


def _told(metric: Metric) -> dict[str, Any]:
    """What the page's script needs to know of a metric."""
    return {
        "label": called(metric),
        "unit": metric.unit,
        "isRatio": bool(metric.denominator),
        "hasMoney": metric.has_money,
        "matures": metric.matures.days if metric.matures else 0,
    }


def _led(subject: Subject, metric: Metric, pages: Sequence[Link]) -> Link | None:
    """The page that says more about a metric."""
    return next((link for link in pages if link.file == subject.leads.get(metric.name)), None)


def _tile(
    metric: Metric,
    shown: Read,
    days: tuple[date, date] | None,
    currencies: Sequence[str],
    link: Link | None,
) -> Tile:
    value = before = None
    currency = next(iter(currencies), None)
    cube = shown.cubes[cubes.key(metric.table, None)]
    note = "Of all that is known"
    if not cube.grain:
        value = cube.total(metric, date.min, date.max, currency)
    elif days:
        first = days[1] - timedelta(days=DAYS - 1)
        value = cube.total(metric, first, days[1], currency)
        earlier = first - timedelta(days=DAYS)
        if earlier >= days[0]:
            before = cube.total(metric, earlier, first - timedelta(days=1), currency)
        note = f"{wording.figure(metric, before, currency)} in the {DAYS} days before"
    return Tile(metric.name, called(metric), wording.figure(metric, value, currency), note, metric, link)


def _sections(subject: Subject, shown: Read, now: datetime) -> Iterator[Section]:
    special = iter(shown.special)
    for part in subject.parts:
        parts: list[Chart | Grid | Drawn] = []
        for one in part.content:
            if isinstance(one, Plot):
                parts.append(Drawn(one, cubes.key(one.table.name, one.by, one.most)))
            elif isinstance(one, Answer | Listing):
                parts.append(_grid(one, shown.listed[one.title]))
            else:
                parts.extend(one.show(next(special), now))
        yield Section(part.name, part.title, parts, part.about)


def _grid(one: Answer | Listing, rows: Sequence[Mapping[str, Any]]) -> Grid:
    names = list(rows[0]) if rows else []
    return Grid(
        named(one.title),
        [_heading(one, name) for name in names],
        [[_cell(row, name) for name in names] for row in rows],
        title=one.title,
        text=one.text,
        numeric=tuple(
            place
            for place, name in enumerate(names)
            if name.endswith(("_minor", "_rate", "_count", "_points", "_score"))
        ),
        nothing=one.nothing,
        of=one.of,
        query=one.query,
    )


def _heading(one: Answer | Listing, name: str) -> str:
    if name in one.of:
        return called(declared()[name])
    return words(name.removesuffix("_minor").removesuffix("_count").removesuffix("_points"))


def _cell(row: Mapping[str, Any], name: str) -> Cell:
    value = row[name]
    if value is None or pd.isna(value):
        return wording.NONE
    if name.endswith("_minor"):
        told = wording.amount(int(value), row["currency"])
        return Status(told, "bad" if value else "good") if name.endswith("difference_minor") else told
    if name.endswith("_rate"):
        return wording.rate(float(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
