"""From a figure to what it is made of: rows of gold, objects of silver, records of bronze, files and lines.

The parts of each step add up to the figure; where they do not, the step says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.gold.finance.balances_daily import CATEGORIES
from pipelines.metrics.shared.metric import Metric
from pipelines.metrics.shared.period import GRAINS
from pipelines.metrics.shared.query import Data
from pipelines.metrics.shared.writing import sides
from vermeil.ask.calendar import whole
from vermeil.ask.figures import Found
from vermeil.ask.plan import Days, Filter, MetricPlan, checked

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

SHOWN = 20
"""Parts of a step that are listed, greatest first."""

OBJECTS: Mapping[str, str] = {
    "charge_id": "silver.charges",
    "dispute_id": "silver.disputes",
    "balance_transaction_id": "silver.balance_transactions",
    "invoice_id": "silver.invoices",
    "payout_id": "silver.payouts",
}
"""Which object of silver a row of gold is about, by the column of its id."""


@dataclass(frozen=True)
class Part:
    """What an object of silver adds to a figure of the day on which it was made.

    Attributes:
        table: of the objects.
        object_id: the column of their id.
        value: what each adds.
        condition: which of them do.
    """

    table: str
    object_id: str
    value: str
    condition: str = "true"


def _charge(value: str, condition: str = "true") -> Part:
    return Part("silver.charges", "charge_id", value, condition)


def _movement(value: str, condition: str = "true") -> Part:
    return Part("silver.balance_transactions", "balance_transaction_id", value, condition)


def _payout(value: str, condition: str = "true") -> Part:
    return Part("silver.payouts", "payout_id", value, condition)


_CAPTURED = "amount_captured_minor > 0 and status = 'succeeded'"
_FAILED = "status in ('failed', 'canceled')"

PARTS: Mapping[str, Mapping[str, Part]] = {
    "gold.payments_daily": {
        "attempts_count": _charge("1"),
        "attempts_minor": _charge("amount_minor"),
        "payments_count": _charge("1", "status = 'succeeded'"),
        "payments_minor": _charge("amount_minor", "status = 'succeeded'"),
        "failed_count": _charge("1", "status = 'failed'"),
        "pending_count": _charge("1", "status = 'pending'"),
        "captured_count": _charge("1", _CAPTURED),
        "captured_minor": _charge("amount_captured_minor", _CAPTURED),
        "refunded_minor": _charge("amount_returned_minor", _CAPTURED),
    },
    "gold.balances_daily": {
        **{
            column: _movement("amount_minor", f"reporting_category in ({', '.join(map(repr, names))})")
            for column, names in CATEGORIES.items()
        },
        "transactions_count": _movement("1"),
        "fees_minor": _movement("fee_minor"),
        "net_minor": _movement("net_minor"),
        "payouts_count": _payout("1"),
        "payouts_minor": _payout("amount_minor"),
        "failed_payouts_count": _payout("1", _FAILED),
        "failed_payouts_minor": _payout("amount_minor", _FAILED),
    },
}
"""The objects behind columns of days; trusted only where their sum is the figure."""

Step = Mapping[str, object]


def traced(lake: Lakehouse, plan: MetricPlan, found: Found, data: Data) -> tuple[Step, ...]:
    """What the first row of an answer is made of, figure by figure."""
    narrow = _of_row(plan, found.rows[0])
    steps: list[Step] = []
    for metric in found.compiled.question.metrics:
        one = narrow.model_copy(update={"metrics": (metric.name,), "order": (), "by": narrow.by})
        steps += _steps(lake, one, metric, found.rows[0].get(metric.name), data)
    return tuple(steps)


def _of_row(plan: MetricPlan, row: Mapping[str, Any]) -> MetricPlan:
    """The plan of one row of an answer."""
    where, days = list(plan.where), plan.time
    for name in plan.by:
        value = row.get(name)
        if name in GRAINS and isinstance(value, date):
            of = whole(value, name) if name != "day" else Days(first=value, last=value)
            ends = [one for one in (of.last, days.last if days else None) if one]
            begins = [one for one in (of.first, days.first if days else None) if one]
            days = Days(first=max(begins), last=min(ends))
        elif name not in GRAINS and value is not None:
            where.append(Filter(dimension=name, values=(value,)))
    update = {
        "where": tuple(where),
        "time": days,
        "by": (),
        "keeping": (),
        "limit": None,
        "against": None,
        "share": False,
    }
    return plan.model_copy(update=update)


def _steps(lake: Lakehouse, plan: MetricPlan, metric: Metric, figure: object, data: Data) -> Iterator[Step]:
    compiled = checked(plan, lake.tables, data)
    table = lake.tables[metric.table]
    names = [column for column in table.key if column in table.column_names]
    each = list(sides(metric, table))
    source = exp.select(*names).from_(exp.to_table(table.name))
    for side, name in zip(each, ("part", "of_part"), strict=False):
        source = source.select(exp.alias_(side, name))
    if where := compiled.tree.args.get("where"):
        source = source.where(where.this.copy())
    rows = [row for row in _asked(lake, source.sql("spark")) if row["part"] or row.get("of_part")]
    up, down = (sum(row.get(name) or 0 for row in rows) for name in ("part", "of_part"))
    told = up / down if metric.denominator and down else up
    yield {
        "step": "rows",
        "figure": metric.name,
        "value": figure,
        "table": table.name,
        "version": lake.version(table.name),
        "rows": len(rows),
        "sum": up,
        **({"of": down} if metric.denominator else {}),
        "adds_up": _same(told, figure),
        "shown": _greatest(rows),
    }
    yield from _records(lake, compiled.tree, metric, names, source, up)


def _records(
    lake: Lakehouse, tree: exp.Select, metric: Metric, names: list[str], source: exp.Select, up: Any
) -> Iterator[Step]:
    """The objects behind the rows, with the records that they were last read from."""
    object_id = next((name for name in names if name in OBJECTS), None)
    part = PARTS.get(metric.table, {}).get(metric.numerator[0])
    if object_id:
        silver, query = OBJECTS[object_id], _of_objects(object_id, source)
    elif part and len(metric.numerator) == 1 and not metric.only and not metric.part:
        silver, query = part.table, _of_days(part, tree)
    else:
        return
    parts = _asked(lake, query)
    total = sum(row["part"] or 0 for row in parts)
    yield {
        "step": "records",
        "figure": metric.name,
        "table": silver,
        "objects": len({row["object_id"] for row in parts}),
        "records": len({row["record_id"] for row in parts}),
        "files": len({row["file"] for row in parts}),
        "sum": total,
        "adds_up": _same(total, up),
        "shown": _greatest(parts),
    }


def _of_objects(object_id: str, source: exp.Select) -> str:
    """The objects that rows are about, each with its part and its record."""
    return (
        f"select o.{object_id} as object_id, g.part, b.record_id, b.file, b.line from ({source.sql('spark')}) g "
        f"join {OBJECTS[object_id]} o on o.{object_id} = g.{object_id} "
        "left join bronze.records b on b.record_id = o.record_id where g.part <> 0"
    )


def _of_days(part: Part, tree: exp.Select) -> str:
    """The objects of the days and the accounts that a query is about, each with its part and its record."""
    where = tree.args.get("where")
    rows = where.this.transform(_of_part).sql("spark") if where else "true"
    return (
        f"select p.object_id, p.part, b.record_id, b.file, b.line from (select {part.object_id} as object_id, "
        f"record_id, created_date as date, account, currency, {part.value} as part from {part.table} "
        f"where coalesce(livemode, true) and {part.condition}) p "
        f"left join bronze.records b on b.record_id = p.record_id where p.part <> 0 and ({rows})"
    )


def _of_part(node: exp.Expr) -> exp.Expr:
    return exp.column(node.name, table="p") if isinstance(node, exp.Column) else node


def _asked(lake: Lakehouse, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(query, unsafe=True).toArrow().to_pylist()
    return rows


def _greatest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -abs(row["part"] or 0))[:SHOWN]


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and abs(one - other) <= 1e-9 * max(abs(one), 1)
