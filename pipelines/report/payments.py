"""The page about payments: facts in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipelines.flow.conservation import Audit
from pipelines.flow.status import TableStatus
from pipelines.report import authorization, balance, disputes, headline, quality, volume
from pipelines.report.document import Head, Page, document
from pipelines.report.facts import SHOWN_DAYS, Facts
from pipelines.report.figures import Section

TITLE = "Payments report"


def render(
    facts: Facts | None,
    states: Sequence[TableStatus],
    refused: Sequence[quality.Refused],
    audited: Audit,
    now: datetime,
    drifted: Sequence[quality.Drift] = (),
    pages: Sequence[Page] = (),
) -> str:
    """The page as HTML. Without facts it says that there is no payment yet."""
    sections: list[Section] = []
    if facts:
        sections = [module.section(facts) for module in (volume, authorization, disputes, balance)]
    if facts or audited.total.records:
        sections.append(quality.section(states, refused, drifted, audited, now))
    empty = "No payment is in gold. Put raw files where Vermeil looks for them, and run it."
    return document(
        "payments.html.j2",
        Head(TITLE, _lead(facts), empty, now, pages),
        sections,
        period=headline.period(facts) if facts else "",
        tiles=headline.tiles(facts, states, audited, now) if facts else [],
        money=headline.money(facts) if facts else None,
        accounts=_accounts(facts),
        accounts_left=_accounts_left(facts),
        currencies=facts.currencies if facts else (),
    )


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
