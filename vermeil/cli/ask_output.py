"""How answers to questions are printed: for people, with where they come from; for programs, as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from rich.markup import escape

from pipelines.metrics.shared.metric import CURRENCY
from vermeil.ask.plan import Answer
from vermeil.ask.saying import written
from vermeil.ask.telling import days_told
from vermeil.cli.output import OUT, print_json, table_of

if TYPE_CHECKING:
    from vermeil.ask.evaluation import Evaluation

_STYLES = {"answered": "bold", "asked": "yellow", "refused": "yellow", "blocked": "red"}

MOST_ROWS = 100
"""Rows that are printed for people."""


def answer(found: Answer, *, as_json: bool) -> None:
    """An answer, a question back or a reason."""
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    for doubt in found.doubts:
        OUT.print(f"[red]NOT TO BE TRUSTED[/] {escape(doubt)}", soft_wrap=True)
    OUT.print(f"[{_STYLES[found.outcome]}]{escape(found.said)}[/]", soft_wrap=True)
    for number, one in enumerate(found.readings, 1):
        OUT.print(f"  {number}. {escape(one.said)}", soft_wrap=True)
    if found.offer:
        OUT.print(f"Can be asked: {escape(found.offer)}", soft_wrap=True)
    if found.rows:
        _table(found)
    for line in _where_from(found):
        OUT.print(f"[dim]{escape(line)}[/]", soft_wrap=True)
    for step in found.trace:
        _step(cast("dict[str, Any]", step))


def _table(found: Answer) -> None:
    table = table_of(*(f">{name}" if name in found.units else name for name in found.columns))
    place = found.columns.index(CURRENCY) if CURRENCY in found.columns else None
    for row in found.rows[:MOST_ROWS]:
        code = str(row[place]) if place is not None else found.currency
        cells = (
            written(value, found.units.get(name), code)
            for name, value in zip(found.columns, row, strict=True)
        )
        table.add_row(*map(escape, cells))
    OUT.print(table)
    if len(found.rows) > MOST_ROWS:
        OUT.print(f"… the first {MOST_ROWS} of {len(found.rows):,} rows; --json prints all")


def _where_from(found: Answer) -> Iterator[str]:
    for one in found.definitions:
        yield f"{one.metric}: {one.meaning} It is the {one.definition}, of {one.table}."
    if found.outcome == "answered" and found.time:
        newest = f"; the newest day of the data is {found.newest}" if found.newest else ""
        yield f"Period: {days_told(found.time)}, days of {found.time_zone}{newest}."
    if found.growing:
        yield found.growing
    yield from found.assumed
    if found.release and found.outcome == "answered":
        age = written(float(found.release.age_seconds), "duration", None)
        yield f"Release {found.release.number} of {found.release.at:%Y-%m-%d %H:%M} UTC, {age} old."
    if found.query:
        yield f"Query: {' '.join(found.query.split())}"


def _step(step: dict[str, Any]) -> None:
    adds = "[green]adds up[/]" if step["adds_up"] else "[red]does not add up[/]"
    counts = ", ".join(
        f"{step[name]:,} {name}" for name in ("rows", "objects", "records", "files") if name in step
    )
    of = f" of {step['of']:,}" if "of" in step else ""
    OUT.print(f"[bold]{step['figure']}[/] from {step['table']}: {counts}; sum {step['sum']:,}{of}, {adds}")
    if step["shown"]:
        table = table_of(
            *(f">{name}" if name in ("part", "of_part", "line") else name for name in step["shown"][0])
        )
        for row in step["shown"]:
            table.add_row(*(escape(written(value, None, None)) for value in row.values()))
        OUT.print(table)


def evaluated(found: Evaluation, *, as_json: bool) -> None:
    """What became of the questions of a file."""
    if as_json:
        print_json(found.as_json())
        return
    table = table_of("group", ">questions", ">right", ">asked back", ">refused", ">wrong")
    for name, counts in found.groups().items():
        table.add_row(name, *(f"{count:,}" for count in counts))
    OUT.print(table)
    for one in found.judged:
        if one.verdict != "right":
            OUT.print(f"{one.id} {one.verdict}: {escape(one.question)} – {escape(one.why)}", soft_wrap=True)
    for line in found.told():
        OUT.print(line, soft_wrap=True)
