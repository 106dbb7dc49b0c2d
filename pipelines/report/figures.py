"""What a report is made of: charts as Plotly figures in plain data, and tables.

Colours are names that the page's style sheet knows (``c1`` to ``c7``, ``good``, ``warn``, ``bad``), so that one figure
serves light, dark and paper. Text that comes from data goes through :func:`label`, because Plotly reads markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.metrics.shared.metric import Metric
    from pipelines.report.plots import Plot

Figure = Mapping[str, Any]
"""A Plotly figure: ``data`` and ``layout``."""

Scope = Literal["page", "account", "currency", "version", "money"]


@dataclass(frozen=True)
class Chart:
    """A chart that may look different for each account, currency or model version.

    Attributes:
        name: its id in the page.
        title: what it shows.
        text: one sentence that says how to read it, with the definition of its rate.
        views: figures by choice: ``""`` for scope page, the account's place in the list for scope account, that and
            the currency for scope currency (``0/USD``), a model version's place for scope version, that and the
            currency for scope money.
        scope: which of the choices the figures follow.
        height: in pixels.
        wide: whether it takes the width of the page.
        nothing: said in its stead where a choice has no figure.
        of: the tables or metrics that it shows.
    """

    name: str
    title: str
    text: str
    views: Mapping[str, Figure]
    scope: Scope = "page"
    height: int = 300
    wide: bool = False
    nothing: str = "Nothing to show for this choice."
    of: tuple[str, ...] = ()

    @property
    def data(self) -> Mapping[str, Any]:
        """What the page's script draws it from."""
        return {"scope": self.scope, "views": self.views}


@dataclass(frozen=True)
class Drawn:
    """A chart that the page's script adds up from a cube, for the days, account and currency that are chosen.

    Attributes:
        plot: what it shows.
        cube: key of the cube.
    """

    plot: Plot
    cube: str

    @property
    def name(self) -> str:
        """Its id in the page."""
        return self.plot.name

    @property
    def of(self) -> tuple[str, ...]:
        """The metrics that it shows, and their table."""
        return (*self.plot.metrics, self.plot.table.name)

    @property
    def data(self) -> Mapping[str, Any]:
        """What the page's script draws it from."""
        plot = self.plot
        return {"cube": self.cube, "form": plot.form, "by": plot.by, "metrics": plot.metrics}


@dataclass(frozen=True)
class Status:
    """A cell that is good, worth a look (warn) or bad."""

    text: str
    kind: Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Bars:
    """A cell of small bars.

    Attributes:
        heights: of the bars, 0 to 1.
        text: the same in words, for who does not see them.
        tone: then for what was, now for what is.
    """

    heights: tuple[float, ...]
    text: str
    tone: Literal["then", "now"]


Cell = str | Status | Bars


@dataclass(frozen=True)
class Grid:
    """A table of the page.

    Attributes:
        name: its id in the page.
        columns: headings.
        rows: cells as they are shown; the first names the row.
        title: heading above it.
        text: one sentence that says how to read it.
        caption: short heading inside it.
        numeric: places of the columns that are aligned as numbers.
        nothing: said in its stead where it has no row.
        of: the tables or metrics that it shows.
        query: the command that gives its rows.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    text: str = ""
    caption: str = ""
    numeric: tuple[int, ...] = ()
    nothing: str = "Nothing to show."
    of: tuple[str, ...] = ()
    query: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading."""

    name: str
    title: str
    parts: Sequence[Chart | Grid | Drawn]
    about: str = ""


@dataclass(frozen=True)
class Link:
    """A page and the file that it is in, beside the others.

    Attributes:
        title: its heading.
        file: name of the file, without a folder.
    """

    title: str
    file: str


@dataclass(frozen=True)
class Tile:
    """One figure.

    Attributes:
        name: its id in the page.
        label: what it is.
        value: the figure.
        note: what to compare it with, or how it is defined.
        metric: that it shows, where it follows what is chosen on the page.
        link: the page that says more about it.
    """

    name: str
    label: str
    value: str
    note: str
    metric: Metric | None = None
    link: Link | None = None


def label(text: object, limit: int = 48) -> str:
    """Text from data as Plotly may show it: shortened, and free of markup."""
    plain = str(text)
    short = plain if len(plain) <= limit else plain[: limit - 1] + "…"
    return escape(short, quote=False)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def day_series(values: Mapping[date, float], first: date, last: date) -> dict[str, Any]:
    """Coordinates of a value for every day, 0 where there is none: Plotly's ``x0``, ``dx`` and ``y``."""
    return {
        "x0": first.isoformat(),
        "dx": 86_400_000,
        "y": [values.get(day, 0) for day in days_between(first, last)],
    }


def percent(part: float, whole: float, digits: int = 1) -> str:
    """A share in words; a dash where there is nothing to divide by."""
    return f"{100 * part / whole:.{digits}f} %" if whole else "–"


def share(part: float, whole: float) -> float | None:
    """A rate from 0 to 1, to six places; None where there is nothing to divide by."""
    return round(part / whole, 6) if whole else None


def shares_over_time(
    days: Iterable[date],
    shares: Mapping[str, Sequence[float | None]],
    parts: Sequence[tuple[str, str, str, str]],
    hover: str,
) -> Figure:
    """Shares, a line each.

    Args:
        days: that each period begins on.
        shares: values of each line on these days, by its key.
        parts: of each line the key, the name, the colour and the dash.
        hover: how a share is written where it is pointed at.
    """
    dates = [day.isoformat() for day in days]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": dates,
            "y": shares[key],
            "line": {"color": colour, "dash": dash},
            "marker": {"color": colour, "size": 5},
            "hovertemplate": hover,
        }
        for key, name, colour, dash in parts
    ]
    layout = {
        "hovermode": "x unified",
        "xaxis": {"type": "date"},
        "yaxis": {"tickformat": ".1~%", "rangemode": "tozero"},
    }
    return {"data": traces, "layout": layout}


def weeks(frame: pd.DataFrame) -> pd.Series:
    """The Monday of each row's week."""
    return frame["date"].map(lambda day: day - timedelta(days=day.weekday()))


def months(frame: pd.DataFrame) -> pd.Series:
    """The first day of each row's month."""
    return frame["date"].map(lambda day: day.replace(day=1))


def month_axis(months_shown: Iterable[date]) -> dict[str, Any]:
    """An axis with a label for each month, or for every second, third, … where there are many."""
    count = len(set(months_shown))
    return {"type": "date", "tickformat": "%b %Y", "dtick": f"M{1 + (count - 1) // 6}"}


def money_axis(currency: str) -> dict[str, Any]:
    """An axis of amounts in major units: k, M and B for thousands, millions and milliards."""
    return {"title": {"text": currency}, "exponentformat": "B"}


def count_axis(largest: float, title: str = "") -> dict[str, Any]:
    """An axis of whole numbers, without fractions between them where they are few."""
    axis: dict[str, Any] = {"rangemode": "tozero", "exponentformat": "B"}
    return axis | ({"title": {"text": title}} if title else {}) | ({"dtick": 1} if largest < 6 else {})


def room(values: Sequence[float]) -> list[float]:
    """A range that leaves room for a text beside the longest bar."""
    return [0, 1.3 * max(values, default=1)]


def lying_bars(
    names: Sequence[str], values: Sequence[float | None], texts: Sequence[str], colour: str, hover: str
) -> Figure:
    """Horizontal bars, the first on top, each with its text inside or beside it."""
    bars: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": [label(name) for name in names],
        "x": list(values),
        "text": list(texts),
        "textposition": "auto",
        "insidetextanchor": "end",
        "cliponaxis": False,
        "hovertemplate": hover,
        "marker": {"color": colour},
    }
    axis = {"autorange": "reversed", "type": "category"}
    return {"data": [bars], "layout": {"yaxis": axis, "height": 56 + 30 * max(len(names), 2)}}
