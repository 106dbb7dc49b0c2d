"""Which groups are too small to be shown: figures of two payments say what two people have paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.metrics.shared.change import Comparison, Split
from pipelines.metrics.shared.compiler import compiled
from pipelines.metrics.shared.decomposition import Part
from pipelines.metrics.shared.metric import CURRENCY
from pipelines.metrics.shared.query import Data, Query
from pipelines.table import Table

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

NOT_OF_PEOPLE = frozenset(
    f"gold.{name}"
    for name in (
        "audit", "schema_drift", "model_drift_daily", "model_performance_daily", "threshold_tradeoffs",
        "network_monitoring_monthly", "ending_balance_reconciliation", "payout_reconciliation",
        "three_way_reconciliation",
    )
)  # fmt: skip
"""Tables whose groups are of files, records, models and payouts, however small."""

FOLDED = "(small groups)"

_SIZE = "group_size"

Key = tuple[Any, ...]


def counted(table: Table) -> str | None:
    """The column that says how many things a row of a table is about; None where it is about one."""
    if any(name.endswith("_id") for name in table.key):
        return None
    return next((one.name for one in table.columns if one.name.endswith("_count") and one.required), None)


def small(lake: Lakehouse, query: Query, smallest: int) -> set[Key]:
    """The groups of a question that are too small, by what they are grouped by.

    Args:
        lake: as it was released.
        query: the question.
        smallest: things of a group that is shown.
    """
    asked = replace(query, order=(), limit=None)
    data, found = Data(lake.sql), set[Key]()
    for table in compiled(asked, lake.tables, data).question.tables.values():
        if table.name in NOT_OF_PEOPLE:
            continue
        names = tuple(name for name in query.metrics if _of(name, lake, table))
        tree = compiled(replace(asked, metrics=names), lake.tables, data).tree
        column = counted(table)
        size: exp.Expr = exp.Sum(this=exp.column(column)) if column else exp.Count(this=exp.Star())
        rows = lake.sql(tree.select(exp.alias_(size, _SIZE)).sql("spark"), unsafe=True).toArrow().to_pylist()
        found |= {tuple(row[name] for name in query.by) for row in rows if 0 < (row[_SIZE] or 0) < smallest}
    return found


def _of(name: str, lake: Lakehouse, table: Table) -> bool:
    from pipelines.metrics.shared.catalog import metric_of, metrics_of

    return metric_of(name, metrics_of(lake.tables)).table == table.name


def folded(
    lake: Lakehouse, comparison: Comparison, split: Split, currency: str | None, smallest: int
) -> Split:
    """A split whose small values are one; never one alone, or the others would tell it."""
    by = (split.dimension, CURRENCY) if comparison.by_currency else (split.dimension,)
    days = (
        f"{comparison.before.first}..{comparison.before.last}",
        f"{comparison.after.first}..{comparison.after.last}",
    )
    where = comparison.question.query.where
    query = Query((comparison.metric.name,), by, where, immature="mark")
    found: set[Any] = set()
    for time in days:
        found |= {
            key[0]
            for key in small(lake, replace(query, time=time), smallest)
            if not comparison.by_currency or key[1] == currency
        }
    return replace(split, parts=tuple(_folded(split.parts, found)))


def _folded(parts: Sequence[Part], values: set[Any]) -> Iterable[Part]:
    hidden = [part for part in parts if part.value in values]
    if not hidden:
        return parts
    shown = [part for part in parts if part.value not in values]
    if len(hidden) == 1 and shown:
        hidden.append(shown.pop())
    first, *others = hidden
    one = replace(first, value=FOLDED)
    for other in others:
        one = replace(
            one,
            before=one.before + other.before,
            after=one.after + other.after,
            rate=one.rate + other.rate,
            mix=one.mix + other.mix,
            excess=Fraction(0),
        )
    return [*shown, one]
