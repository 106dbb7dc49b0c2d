"""The page to ask on, as HTML: its head is sent at once, the answer when there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from jinja2 import Template
from markupsafe import Markup

from pipelines.metrics.shared.metric import CURRENCY
from pipelines.report.document import environment, text
from pipelines.report.figures import Link
from vermeil.ask.plan import Answer
from vermeil.ask.saying import written
from vermeil.ask.telling import days_told
from vermeil.serve.chart import chart

_PACKAGE = "vermeil.serve"

MOST_ROWS = 200

EXAMPLES = (
    "approval rate by card network for the past 90 days",
    "how much did we capture last month by currency?",
    "why did the approval rate change last month?",
    "top decline reasons last month",
    "how fresh are these numbers?",
)


def head(question: str, report: Sequence[Link]) -> str:
    """The page down to where the answer begins.

    Args:
        question: what was asked; empty where nothing was.
        report: the report's pages that there are.
    """
    return _template("head.html.j2").render(
        css=Markup(text("page.css", "pipelines.report") + text("ask.css", _PACKAGE)),
        question=question,
        report=report,
        examples=[(one, _link(one)) for one in EXAMPLES],
    )


def answer(found: Answer, asked: str, *, trace: bool) -> str:
    """The answer, with where it comes from."""
    place = found.columns.index(CURRENCY) if CURRENCY in found.columns else None
    rows = [
        [
            written(value, found.units.get(name), str(row[place]) if place is not None else found.currency)
            for name, value in zip(found.columns, row, strict=True)
        ]
        for row in found.rows[:MOST_ROWS]
    ]
    can_trace = found.plan is not None and found.plan.kind == "metric" and found.outcome == "answered"
    return _template("answer.html.j2").render(
        found=found,
        chart=chart(found),
        rows=rows,
        left_out=max(len(found.rows) - MOST_ROWS, 0),
        days=days_told(found.time) if found.time else None,
        age=written(float(found.release.age_seconds), "duration", None) if found.release else None,
        readings=[(one.said, _link(one.said)) for one in found.readings],
        offer=(found.offer, _link(found.offer)) if found.offer else None,
        further=_link(asked, trace="yes") if can_trace and not trace else None,
        steps=[_step(one) for one in found.trace],
    )


def fault(said: str) -> str:
    """What is said where there is no answer because something failed."""
    return _template("fault.html.j2").render(said=said)


def foot() -> str:
    """The end of the page."""
    return "</main></body></html>"


def _step(step: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = [[written(value, None, None) for value in one.values()] for one in step["shown"]]
    return {**step, "names": list(step["shown"][0]) if step["shown"] else [], "cells": shown}


def _link(question: str, **more: str) -> str:
    return f"/?{urlencode({'q': question, **more})}"


def _template(name: str) -> Template:
    return environment(_PACKAGE).get_template(name)
