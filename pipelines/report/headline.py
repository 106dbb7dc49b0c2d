"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from pipelines.flow.conservation import Audit
from pipelines.flow.status import TableStatus
from pipelines.report.balance import amount
from pipelines.report.facts import RATE, Facts
from pipelines.report.figures import Grid, percent
from pipelines.report.quality import age

DAYS = 30


@dataclass(frozen=True)
class Tile:
    """One figure.

    Attributes:
        name: its id in the page.
        label: what it is.
        value: the figure.
        note: what to compare it with, or how it is defined.
    """

    name: str
    label: str
    value: str
    note: str


def period(facts: Facts) -> str:
    """Which days the figures are about."""
    first = facts.last - timedelta(days=DAYS - 1)
    return f"All accounts, {DAYS} days to the last with a payment: {first:%Y-%m-%d} to {facts.last:%Y-%m-%d} (UTC)."


def tiles(facts: Facts, states: Sequence[TableStatus], audit: Audit, now: datetime) -> list[Tile]:
    """The tiles, most important first."""
    return [
        _payments(facts),
        _first_attempts(facts),
        _final(facts),
        _disputes(facts),
        _freshness(facts, states, now),
        _completeness(audit),
    ]


def money(facts: Facts) -> Grid:
    """What was taken and given back, per currency."""
    recent, before = (
        _latest(facts.payments, facts.last),
        _latest(facts.payments, facts.last - timedelta(days=DAYS)),
    )
    return Grid(
        "money",
        (
            "Currency",
            "Captured",
            "Change",
            "Refunded of it",
            "Charged back of it",
            "Captured, all time",
        ),
        [_money_row(code, recent, before, facts.payments) for code in facts.currencies],
        caption=f"Per currency, never added up. Change: against the {DAYS} days before. Refunds and chargebacks: of "
        "these payments, whenever they were made.",
        numeric=(1, 2, 3, 4, 5),
    )


def _payments(facts: Facts) -> Tile:
    recent = int(_latest(facts.payments, facts.last)["payments_count"].sum())
    before = int(_latest(facts.payments, facts.last - timedelta(days=DAYS))["payments_count"].sum())
    return Tile(
        "payments", "Payments", f"{recent:,}", f"{change(recent, before)} against the {DAYS} days before"
    )


def _first_attempts(facts: Facts) -> Tile:
    firsts = facts.attempts[facts.attempts["is_first"]]
    value, before = _rate(firsts, facts.last, *RATE), _rate(firsts, facts.last - timedelta(days=DAYS), *RATE)
    return Tile(
        "first-attempts", "Authorization rate, first attempt", value, f"{before} in the {DAYS} days before"
    )


def _final(facts: Facts) -> Tile:
    columns = ("intents_authorized_count", "intents_issuer_declined_count")
    value = _rate(facts.attempts, facts.last, *columns)
    before = _rate(facts.attempts, facts.last - timedelta(days=DAYS), *columns)
    return Tile(
        "final-outcome", "Authorization rate, final outcome", value, f"{before} in the {DAYS} days before"
    )


def _disputes(facts: Facts) -> Tile:
    recent = _latest(facts.disputes, facts.last)
    raised, captured = int(recent["chargebacks_count"].sum()), int(recent["cohort_captured_count"].sum())
    return Tile(
        "dispute-rate-recent",
        "Dispute rate",
        percent(raised, captured, 2),
        f"{raised:,} chargebacks raised / {captured:,} card payments captured",
    )


def _freshness(facts: Facts, states: Sequence[TableStatus], now: datetime) -> Tile:
    published = next((s.published_at for s in states if s.name == "gold.payments_daily"), None)
    note = f"published {age(published, now)} ago" if published else "never published"
    last = f"{facts.last:%Y-%m-%d}"
    return Tile("freshness", "Last day with a payment", last, f"{days_old(facts.last, now)}; {note}")


def days_old(last: date, now: datetime) -> str:
    """How old the data is, in days."""
    days = (now.date() - last).days
    return "the day is today" if days == 0 else f"{days} day{'s' if days != 1 else ''} old"


def _completeness(audit: Audit) -> Tile:
    total = audit.total
    note = "every record accounted for" if audit.balanced else "the audit does not balance"
    return Tile(
        "records", "Records taken in", f"{total.records:,}", f"{note}; {total.quarantined:,} in quarantine"
    )


def _latest(frame: pd.DataFrame, last: date) -> pd.DataFrame:
    return frame[(frame["date"] > last - timedelta(days=DAYS)) & (frame["date"] <= last)]


def _rate(frame: pd.DataFrame, last: date, good: str, bad: str) -> str:
    rows = _latest(frame, last)
    authorized, declined = int(rows[good].sum()), int(rows[bad].sum())
    return percent(authorized, authorized + declined)


def change(recent: int, before: int) -> str:
    """How much more or less, as a share of what was before."""
    if not before:
        return "–"
    return f"{100 * (recent - before) / before:+.1f} %".replace("-", "−")


def _money_row(
    code: str, recent: pd.DataFrame, before: pd.DataFrame, payments: pd.DataFrame
) -> tuple[str, ...]:
    captured = _sum(recent, code, "captured_minor")
    refunded, disputed = _sum(recent, code, "refunded_minor"), _sum(recent, code, "disputed_minor")
    return (
        code,
        amount(captured, code),
        change(captured, _sum(before, code, "captured_minor")),
        f"{amount(refunded, code)} ({percent(refunded, captured)})",
        f"{amount(disputed, code)} ({percent(disputed, captured, 2)})",
        amount(_sum(payments, code, "captured_minor"), code),
    )


def _sum(frame: pd.DataFrame, code: str, column: str) -> int:
    return int(frame.loc[frame["currency"] == code, column].sum())
