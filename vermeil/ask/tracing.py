"""From a figure to what it is made of: rows of gold, objects of silver, records of bronze, files and lines.

The parts of each step add up to the figure; where they do not, the step says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

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

_CAPTURED = "amount_captured_minor > 0 and status = 'succeeded'"

PARTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("gold.payments_daily", "attempts_count"): ("1", "true"),
    ("gold.payments_daily", "attempts_minor"): ("amount_minor", "true"),
    ("gold.payments_daily", "payments_count"): ("1", "status = 'succeeded'"),
    ("gold.payments_daily", "payments_minor"): ("amount_minor", "status = 'succeeded'"),
    ("gold.payments_daily", "failed_count"): ("1", "status = 'failed'"),
    ("gold.payments_daily", "pending_count"): ("1", "status = 'pending'"),
    ("gold.payments_daily", "captured_count"): ("1", _CAPTURED),
    ("gold.payments_daily", "captured_minor"): ("amount_captured_minor", _CAPTURED),
    ("gold.payments_daily", "refunded_minor"): ("amount_returned_minor", _CAPTURED),
}
"""What a charge adds to a figure of a day, and which charges do; trusted only where their sum is the figure."""

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
    if object_id:
        silver = OBJECTS[object_id]
        query = (
            f"select o.{object_id} as object_id, g.part, b.record_id, b.file, b.line from ({source.sql('spark')}) g "
            f"join {silver} o on o.{object_id} = g.{object_id} left join bronze.records b on b.record_id = o.record_id "
            "where g.part <> 0"
        )
    elif (metric.table, metric.numerator[0]) in PARTS and len(metric.numerator) == 1 and not metric.only:
        silver = "silver.charges"
        value, condition = PARTS[metric.table, metric.numerator[0]]
        where = tree.args.get("where")
        of_day = where.this.sql("spark") if where else "true"
        query = (
            "select p.object_id, p.part, b.record_id, b.file, b.line from (select charge_id as object_id, record_id, "
            f"created_date as date, account, currency, {value} as part from silver.charges where {condition}) p "
            f"left join bronze.records b on b.record_id = p.record_id where {of_day.replace('account', 'p.account')}"
        )
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


def _asked(lake: Lakehouse, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = lake.sql(query, unsafe=True).toArrow().to_pylist()
    return rows


def _greatest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -abs(row["part"] or 0))[:SHOWN]


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and abs(one - other) <= 1e-9 * max(abs(one), 1)
