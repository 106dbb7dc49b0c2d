"""The figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from pipelines.flow.conservation import Audit
from pipelines.flow.status import TableStatus
from pipelines.metrics.shared.metric import Metric
from pipelines.report import rates
from pipelines.report.balance import amount
from pipelines.report.facts import Facts
from pipelines.report.figures import Grid
from pipelines.report.quality import age
from pipelines.report.rates import percent_of

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
    value = _rate(firsts, facts.last, rates.FIRST_ATTEMPTS)
    before = _rate(firsts, facts.last - timedelta(days=DAYS), rates.FIRST_ATTEMPTS)
    return Tile(
        "first-attempts", "Authorization rate, first attempt", value, f"{before} in the {DAYS} days before"
    )


def _final(facts: Facts) -> Tile:
    value = _rate(facts.attempts, facts.last, rates.FINAL_OUTCOME)
    before = _rate(facts.attempts, facts.last - timedelta(days=DAYS), rates.FINAL_OUTCOME)
    return Tile(
        "final-outcome", "Authorization rate, final outcome", value, f"{before} in the {DAYS} days before"
    )


def _disputes(facts: Facts) -> Tile:
    sums = _latest(facts.disputes, facts.last)[list(rates.DISPUTE_ACTIVITY.columns)].sum().to_dict()
    raised, captured = rates.sides_of(rates.DISPUTE_ACTIVITY, sums)
    return Tile(
        "dispute-rate-recent",
        "Dispute rate",
        percent_of(rates.DISPUTE_ACTIVITY, sums, 2),
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


def _rate(frame: pd.DataFrame, last: date, metric: Metric) -> str:
    return percent_of(metric, _latest(frame, last)[list(metric.columns)].sum().to_dict())


def change(recent: int, before: int) -> str:
    """How much more or less, as a share of what was before."""
    if not before:
        return "–"
    return f"{100 * (recent - before) / before:+.1f} %".replace("-", "−")


def _money_row(
    code: str, recent: pd.DataFrame, before: pd.DataFrame, payments: pd.DataFrame
) -> tuple[str, ...]:
    names = ("captured_minor", "refunded_minor", "disputed_minor")
    sums = {name: _sum(recent, code, name) for name in names}
    captured, refunded, disputed = sums.values()
    return (
        code,
        amount(captured, code),
        change(captured, _sum(before, code, "captured_minor")),
        f"{amount(refunded, code)} ({percent_of(rates.REFUNDS, sums)})",
        f"{amount(disputed, code)} ({percent_of(rates.CHARGED_BACK, sums, 2)})",
        amount(_sum(payments, code, "captured_minor"), code),
    )


def _sum(frame: pd.DataFrame, code: str, column: str) -> int:
    return int(frame.loc[frame["currency"] == code, column].sum())
