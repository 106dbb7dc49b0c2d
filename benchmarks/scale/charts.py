"""Curves on logarithmic axes as SVG: dots where something was measured, lines where it was computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 210, 44, 54
COLORS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
    "#000000",
    "#7f7f7f",
    "#8c564b",
    "#332288",
)
"""Told apart by people who see few colours; the first eight are Okabe's and Ito's."""

Dot = tuple[float, float]


@dataclass(frozen=True)
class Curve:
    """One line of a chart.

    Attributes:
        title: what it is.
        measured: dots.
        computed: a line through what was fitted; empty where nothing was.
    """

    title: str
    measured: Sequence[Dot]
    computed: Sequence[Dot] = field(default=())


def chart(title: str, x_title: str, y_title: str, curves: Sequence[Curve]) -> str:
    """A picture of curves, both axes logarithmic. What is not above 0 has no place on it."""
    curves = [Curve(one.title, _above(one.measured), _above(one.computed)) for one in curves]
    dots = [dot for one in curves for dot in (*one.measured, *one.computed)]
    xs, ys = _decades([x for x, _ in dots]), _decades([y for _, y in dots])
    x = _place(xs, LEFT, WIDTH - RIGHT)
    y = _place(ys, HEIGHT - BOTTOM, TOP)
    body = [
        *_axes(xs, ys, x, y),
        _text(LEFT, 22, title, size=15, weight="600"),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_title, anchor="middle"),
        f'<g transform="rotate(-90 16 {HEIGHT / 2})">{_text(16, HEIGHT / 2, y_title, anchor="middle")}</g>',
    ]
    for number, one in enumerate(curves):
        body += _drawn(one, number, x, y)
    frame = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    style = 'font-family="system-ui, sans-serif" font-size="12"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame} {style} role="img"><title>{escape(title)}</title>'
    )
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *body, "</svg>"]) + "\n"


def _above(dots: Sequence[Dot]) -> list[Dot]:
    return [(x, y) for x, y in dots if x > 0 and y > 0]


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that hold all values; at least one decade."""
    low, high = floor(log10(min(values, default=1))), ceil(log10(max(values, default=10)))
    return low, max(high, low + 1)


def _place(decades: tuple[int, int], start: float, end: float) -> Callable[[float], float]:
    low, high = decades
    return lambda value: round(start + (log10(value) - low) / (high - low) * (end - start), 1)


def _axes(
    xs: tuple[int, int], ys: tuple[int, int], x: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[str]:
    for power in range(xs[0], xs[1] + 1):
        yield _line(x(10**power), TOP, x(10**power), HEIGHT - BOTTOM, "#ddd")
        yield _text(x(10**power), HEIGHT - BOTTOM + 18, _number(power), anchor="middle")
    for power in range(ys[0], ys[1] + 1):
        yield _line(LEFT, y(10**power), WIDTH - RIGHT, y(10**power), "#ddd")
        yield _text(LEFT - 8, y(10**power) + 4, _number(power), anchor="end")


def _drawn(
    one: Curve, number: int, x: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[str]:
    color = COLORS[number % len(COLORS)]
    if one.computed:
        path = " ".join(f"{x(a)},{y(b)}" for a, b in one.computed)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    yield from (f'<circle cx="{x(a)}" cy="{y(b)}" r="4" fill="{color}"/>' for a, b in one.measured)
    row = TOP + 10 + 20 * number
    yield f'<circle cx="{WIDTH - RIGHT + 18}" cy="{row - 4}" r="4" fill="{color}"/>'
    yield _text(WIDTH - RIGHT + 28, row, one.title)


def _number(power: int) -> str:
    if power < 0:
        return f"{10**power:g}"
    names = {0: "", 3: " K", 6: " M", 9: " B", 12: " T"}
    at = min(power // 3 * 3, 12)
    return f"{10 ** (power - at):,}{names[at]}"


def _line(x1: float, y1: float, x2: float, y2: float, color: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, weight: str = "400"
) -> str:
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    return f'<text {place} fill="#222">{escape(text)}</text>'
