"""A small chart of an answer, drawn by a browser without a script: a bar for each row, as wide as its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from pipelines.metrics.shared.metric import CURRENCY
from vermeil.ask.plan import Answer
from vermeil.ask.saying import written

MOST_BARS = 40


@dataclass(frozen=True)
class Bar:
    """A row of an answer."""

    label: str
    value: float
    shown: str


def chart(found: Answer) -> Markup | None:
    """A chart of an answer's first figure; None where there is nothing to compare, or nothing that may be compared."""
    figure = next((name for name in found.columns if name in found.units), None)
    if figure is None or not 2 <= len(found.rows) <= MOST_BARS:
        return None
    place = found.columns.index(figure)
    if found.units[figure] == "money" and _currencies(found) != 1:
        return None
    bars = [_bar(found, row, place) for row in found.rows]
    drawn = [bar for bar in bars if bar is not None]
    if len(drawn) < 2 or any(bar.value < 0 for bar in drawn) or not any(bar.value for bar in drawn):
        return None
    return _drawn(figure, drawn)


def _currencies(found: Answer) -> int:
    if CURRENCY not in found.columns:
        return 1
    place = found.columns.index(CURRENCY)
    return len({row[place] for row in found.rows})


def _bar(found: Answer, row: Sequence[object], place: int) -> Bar | None:
    value = row[place]
    if not isinstance(value, int | float):
        return None
    labels = [
        str(cell) if isinstance(cell, str | date) else written(cell, None, None)
        for name, cell in zip(found.columns, row, strict=True)
        if name not in found.units and not (name == CURRENCY and len(found.columns) > 2)
    ]
    code = str(row[found.columns.index(CURRENCY)]) if CURRENCY in found.columns else found.currency
    return Bar(", ".join(labels), float(value), written(value, found.units[found.columns[place]], code))


def _drawn(title: str, bars: Sequence[Bar]) -> Markup:
    most = max(bar.value for bar in bars)
    row = Markup('<span>{}</span><span class="room"><i style="width:{:.1f}%"></i></span><span>{}</span>')
    rows = (row.format(bar.label, 100 * bar.value / most, bar.shown) for bar in bars)
    head = Markup('<div class="chart" role="img" aria-label="{}">').format(title)
    return head + Markup("").join(rows) + Markup("</div>")
