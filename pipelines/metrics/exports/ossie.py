"""Metrics as Apache Ossie writes them (core specification 0.2.0.dev0, a draft): datasets, fields, SQL of metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from pipelines.metrics.exports.export import Exported, as_yaml
from pipelines.metrics.shared.metric import DAYS, Metric
from pipelines.metrics.shared.writing import figure, sides
from pipelines.table import Column, Table, Type

VERSION = "0.2.0.dev0"
DIALECT = "ANSI_SQL"
VENDOR = "VERMEIL"

_TYPES: Mapping[Type, str] = {
    "string": "String",
    "bigint": "Integer",
    "double": "Float",
    "boolean": "Boolean",
    "timestamp": "DateTimeTz",
    "date": "Date",
}


def exported(metrics: Sequence[Metric], tables: Mapping[str, Table]) -> Exported:
    """The definitions that Ossie can say. What may not be added up over a dimension it would add up."""
    said = [metric for metric in metrics if not metric.apart]
    model = {
        "name": "vermeil",
        "description": "Payments: what was taken, declined, disputed, moved and paid out.",
        "ai_context": {
            "instructions": "Amounts are whole minor units: group by currency, or filter to one, and never add two."
        },
        "datasets": [_dataset(tables[name]) for name in dict.fromkeys(one.table for one in said)],
        "metrics": [_metric(one, tables[one.table]) for one in said],
    }
    document = {"version": VERSION, "semantic_model": [model], "dialects": [DIALECT], "vendors": [VENDOR]}
    left_out = (
        f"{one.name}: may not be added up over {', '.join(one.apart)}" for one in metrics if one.apart
    )
    return Exported(as_yaml(document), tuple(left_out))


def _dataset(table: Table) -> dict[str, Any]:
    return {
        "name": table.short_name,
        "source": table.name,
        "primary_key": list(table.key),
        "description": table.doc,
        "fields": [_field(column) for column in table.columns],
    }


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "expression": _expression(exp.column(column.name)),
        "dimension": {"is_time": column.name in DAYS},
        "description": column.doc,
        "datatype": _TYPES.get(column.type, "Opaque"),
    }


def _metric(metric: Metric, table: Table) -> dict[str, Any]:
    tree = figure(metric, table, list(sides(metric, table)))
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(table.short_name))
    is_whole = metric.unit in ("count", "money") and not metric.denominator
    extension = {
        "unit": metric.unit,
        "owner": metric.owner,
        "in_one_currency": metric.has_money,
        "matures_after_days": metric.matures.days if metric.matures else None,
    }
    return {
        "name": metric.name,
        "expression": _expression(tree),
        "description": metric.meaning,
        "datatype": "Integer" if is_whole else "Float",
        "ai_context": {"synonyms": list(metric.synonyms)},
        "custom_extensions": [{"vendor_name": VENDOR, "data": json.dumps(extension)}],
    }


def _expression(tree: exp.Expr) -> dict[str, Any]:
    return {"dialects": [{"dialect": DIALECT, "expression": tree.sql()}]}
