"""Whether figures may be given: what stands against an answer, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from pipelines.catalog import inputs
from pipelines.flow.held_back import held_back
from pipelines.metrics.shared.period import Period

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

TOLERANCE = 0.01
"""Share of payouts whose balance transactions may not add up to them, of those that can be compared."""

RECONCILED = (
    "gold.balances_daily",
    "gold.balance_change_daily",
    "gold.payouts_itemized",
    "gold.activity_itemized",
)
"""Tables of money that came through a balance, which payouts reconcile."""

_AUDIT = "select count_if(not is_balanced) as off, count(*) as files from gold.audit"
_PAYOUTS = (
    "select count_if(status = 'different') as off, count_if(status in ('different', 'matched')) as compared from "
    "gold.payout_reconciliation"
)


def doubts(lake: Lakehouse, tables: Iterable[str], period: Period) -> tuple[str, ...]:
    """What stands against figures from some tables, in words; none where they may be given.

    Args:
        lake: the release.
        tables: that the figures are made from.
        period: the days that are asked about.
    """
    asked = sorted(set(tables))
    return (*_unbalanced(lake), *_refused(lake, asked), *_apart(lake, asked, period))


def _unbalanced(lake: Lakehouse) -> Iterator[str]:
    if lake.exists("gold.audit"):
        [[off, files]] = lake.sql(_AUDIT).collect()
        if off:
            yield f"The audit does not balance: of {files:,} files {off:,} have records that went nowhere."


def _refused(lake: Lakehouse, tables: list[str]) -> Iterator[str]:
    behind = {name for table in tables for name in _behind(lake, table)}
    for one in held_back(lake):
        if one.table in behind:
            yield f"A critical check of {one.table} failed at {one.at}: {' '.join(one.reasons)}"


def _behind(lake: Lakehouse, name: str) -> set[str]:
    """A table with all that it is made from."""
    found, ahead = set[str](), [name]
    while ahead:
        one = ahead.pop()
        if one not in found and one in lake.tables:
            found.add(one)
            ahead += inputs(lake.tables[one])
    return found


def _apart(lake: Lakehouse, tables: list[str], period: Period) -> Iterator[str]:
    if not set(tables) & set(RECONCILED) or not lake.exists("gold.payout_reconciliation"):
        return
    [[off, compared]] = lake.sql(_PAYOUTS + _of_days(period.first, period.last)).collect()
    if off and off > TOLERANCE * compared:
        yield (
            f"Reconciliation is out of tolerance: {off:,} of {compared:,} payouts are not what their transactions "
            f"add up to, and {TOLERANCE:.0%} of them may be."
        )


def _of_days(first: date | None, last: date | None) -> str:
    ends = [f"date >= date'{first}'"] if first else []
    ends += [f"date <= date'{last}'"] if last else []
    return f" where {' and '.join(ends)}" if ends else ""
