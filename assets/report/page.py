"""The page: facts in, one HTML file out, that needs no network and lets nothing in the data run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assets.report import authorization, balance, disputes, headline, quality, volume
from assets.report.facts import SHOWN_DAYS, Facts, read_facts
from assets.report.figures import Chart, Section
from assets.report.quality import TableState
from pipelines.audit import Audit, audit

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


def write_report(lake: Lakehouse, path: Path, now: datetime) -> Path:
    """Write the report of a lakehouse, made from gold and the tables' own histories.

    Args:
        lake: where the tables are.
        path: the HTML file to write; its folder is made.
        now: what ages are measured against, with a timezone.
    """
    page = render(
        read_facts(lake),
        quality.table_states(lake),
        quality.quarantined(lake),
        audit(lake, lake.sources),
        now,
        quality.drifts(lake),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def render(
    facts: Facts | None,
    states: Sequence[TableState],
    refused: Sequence[quality.Refused],
    audited: Audit,
    now: datetime,
    drifted: Sequence[quality.Drift] = (),
) -> str:
    """The page as HTML. Without facts it says that there is no payment yet."""
    sections: list[Section] = []
    if facts:
        sections = [module.section(facts) for module in (volume, authorization, disputes, balance)]
    if facts or audited.total.records:
        sections.append(quality.section(states, refused, drifted, audited, now))
    script = _text("page.js")
    plotly = _plotly() if sections else ""
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            head=_head(facts, now),
            tiles=headline.tiles(facts, states, audited, now) if facts else [],
            money=headline.money(facts) if facts else None,
            accounts=_accounts(facts),
            accounts_left=_accounts_left(facts),
            currencies=facts.currencies if facts else (),
            sections=sections,
            figures=Markup(_json({chart.name: _chart(chart) for chart in _charts(sections)})),
            css=Markup(_text("page.css")),
            plotly=Markup(plotly),
            script=Markup(script),
            script_hashes=[_hash(plotly), _hash(script)],
        )
    )


def _head(facts: Facts | None, now: datetime) -> dict[str, str]:
    written = f"{now:%Y-%m-%d %H:%M} UTC"
    return {
        "written": written,
        "lead": _lead(facts),
        "period": headline.period(facts) if facts else "",
        "empty": "No payment is in gold. Put raw files where Vermeil looks for them, and run it.",
        "footer": f"Written {written} by Vermeil from the gold tables. Times and days are UTC.",
    }


def _lead(facts: Facts | None) -> str:
    if not facts:
        return "The lakehouse holds no payment yet."
    accounts = "1 account" if facts.account_count == 1 else f"{facts.account_count:,} accounts"
    is_clipped = (facts.last - facts.first).days >= SHOWN_DAYS - 1
    clipped = f" The charts show the last {SHOWN_DAYS} days." if is_clipped else ""
    return f"{accounts}, {facts.first:%Y-%m-%d} to {facts.last:%Y-%m-%d}, in {', '.join(facts.currencies)}.{clipped}"


def _accounts(facts: Facts | None) -> list[str]:
    return ["All accounts", *facts.accounts] if facts else []


def _accounts_left(facts: Facts | None) -> str:
    if not facts or facts.account_count <= len(facts.accounts):
        return ""
    return f"The {len(facts.accounts)} largest of {facts.account_count:,} accounts can be chosen; all are counted."


def _charts(sections: Sequence[Section]) -> list[Chart]:
    return [part for section in sections for part in section.parts if isinstance(part, Chart)]


def _chart(chart: Chart) -> dict[str, Any]:
    return {"scope": chart.scope, "views": chart.views}


def _json(value: object) -> str:
    """JSON that may stand in a script element: nothing in it can end the element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
    )


def _hash(script: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Markup(f"'sha256-{digest}'")


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("assets.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _text(name: str) -> str:
    return (files("assets.report") / "templates" / name).read_text(encoding="utf-8")


def _plotly() -> str:
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
