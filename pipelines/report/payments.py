"""The page about payments: facts in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.flow.conservation import Audit, audit
from pipelines.flow.status import TableStatus, statuses
from pipelines.report import authorization, balance, disputes, headline, quality, volume
from pipelines.report.document import Head, Link, Page, document
from pipelines.report.facts import SHOWN_DAYS, Facts, read_facts
from pipelines.report.figures import Section

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

TITLE = "Payments report"


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        facts: about payments; None where there is none yet.
        states: of all tables.
        refused: records in quarantine, by reason.
        audited: where every record went.
        drifted: what records hold that nobody declared.
    """

    facts: Facts | None
    states: Sequence[TableStatus]
    refused: Sequence[quality.Refused]
    audited: Audit
    drifted: Sequence[quality.Drift] = ()


def read(lake: Lakehouse) -> Shown:
    """What the page shows of a lakehouse."""
    return Shown(
        read_facts(lake),
        statuses(lake),
        quality.quarantined(lake),
        audit(lake),
        quality.drifts(lake),
    )


def render(shown: Shown, now: datetime, pages: Sequence[Link] = ()) -> str:
    """The page as HTML. Without facts it says that there is no payment yet."""
    facts, states, audited = shown.facts, shown.states, shown.audited
    sections: list[Section] = []
    if facts:
        sections = [module.section(facts) for module in (volume, authorization, disputes, balance)]
    if facts or audited.total.records:
        sections.append(quality.section(states, shown.refused, shown.drifted, audited, now))
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


PAGE = Page(TITLE, "payments.html", read, render)
