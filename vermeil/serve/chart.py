"""A small chart of an answer, as SVG that a browser draws without a script: a bar for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from pipelines.metrics.shared.metric import CURRENCY
from vermeil.ask.plan import Answer
from vermeil.ask.saying import written

MOST_BARS = 40
WIDTH, ROW, LABEL, FIGURE = 720, 24, 220, 150
"""Of the chart, a bar, the label before it and the figure behind it, in pixels."""

LONGEST = 30
"""Characters of a label."""


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
    return _svg(figure, drawn)


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


def _svg(title: str, bars: Sequence[Bar]) -> Markup:
    most = max(bar.value for bar in bars)
    room = WIDTH - LABEL - FIGURE
    parts = [
        Markup(
            '<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{:.1f}" height="{}"></rect>'
            '<text x="{:.1f}" y="{}">{}</text>'
        ).format(
            LABEL - 8,
            number * ROW + 17,
            bar.label if len(bar.label) <= LONGEST else f"{bar.label[:LONGEST]}…",
            LABEL,
            number * ROW + 4,
            room * bar.value / most,
            ROW - 8,
            LABEL + room * bar.value / most + 6,
            number * ROW + 17,
            bar.shown,
        )
        for number, bar in enumerate(bars)
    ]
    head = Markup('<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}">').format(
        title, WIDTH, len(bars) * ROW
    )
    return head + Markup("").join(parts) + Markup("</svg>")
