"""Metrics as MetricFlow reads them: a semantic model a table, with measures, and metrics of these.

MetricFlow knows neither currencies nor cohorts that grow: group by currency there, and mind what descriptions say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.metrics.exports.export import Exported, as_yaml
from pipelines.metrics.shared.metric import DAYS, Metric, day_of
from pipelines.metrics.shared.writing import sides
from pipelines.table import Table

SPINE = "time_spine"
"""A table of one row a day, in the column ``date``, beside the gold tables; MetricFlow asks for one."""

_CONFIGURATION = {
    "project_configuration": {
        "time_spines": [
            {
                "node_relation": {"schema_name": "gold", "alias": SPINE},
                "primary_column": {"name": "date", "time_granularity": "day"},
            }
        ]
    }
}


def exported(metrics: Sequence[Metric], tables: Mapping[str, Table]) -> Exported:
    """The definitions that MetricFlow can say."""
    said = [metric for metric in metrics if not _against(metric, tables[metric.table])]
    left_out = (f"{one.name}: {why}" for one in metrics if (why := _against(one, tables[one.table])))
    measures = {
        one: [_measure(one, place, tables[one.table]) for place in range(_sides(one))] for one in said
    }
    models = [
        {
            "semantic_model": _model(
                tables[name], [m for one in said if one.table == name for m in measures[one]]
            )
        }
        for name in dict.fromkeys(one.table for one in said)
    ]
    written = [{"metric": found} for one in said for found in _metrics(one)]
    return Exported(as_yaml(_CONFIGURATION, *models, *written), tuple(left_out))


def _against(metric: Metric, table: Table) -> str:
    """Why MetricFlow cannot say a metric; empty where it can."""
    if metric.apart:
        return f"may not be added up over {', '.join(metric.apart)}"
    return "" if day_of(table) else f"{table.name} is about no day"


def _sides(metric: Metric) -> int:
    return 2 if metric.denominator else 1


def _named(metric: Metric, place: int) -> str:
    return f"{metric.name}_{('numerator', 'denominator')[place]}" if metric.denominator else metric.name


def _measure(metric: Metric, place: int, table: Table) -> dict[str, Any]:
    expression = list(sides(metric, table))[place].sql("duckdb")
    return {"name": f"{_named(metric, place)}_sum", "agg": "sum", "expr": expression}


def _model(table: Table, measures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    day = str(day_of(table))
    return {
        "name": table.short_name,
        "description": table.doc,
        "node_relation": {"schema_name": "gold", "alias": table.short_name},
        "defaults": {"agg_time_dimension": day},
        "primary_entity": f"{table.short_name}_row",
        "dimensions": [*_dimensions(table, day)],
        "measures": [*measures],
    }


def _dimensions(table: Table, day: str) -> Iterator[dict[str, Any]]:
    grain = DAYS[day][0]
    yield {"name": day, "type": "time", "type_params": {"time_granularity": grain}}
    for column in table.columns:
        if column.type in ("string", "boolean") or (column.name in table.key and column.name != day):
            yield {"name": column.name, "type": "categorical", "description": column.doc}


def _metrics(metric: Metric) -> Iterator[dict[str, Any]]:
    """A metric, after the sums that it divides."""
    if not metric.denominator:
        yield _metric(metric.name, metric, "simple", {"measure": {"name": f"{metric.name}_sum"}})
        return
    for place in range(2):
        name = _named(metric, place)
        yield _metric(name, metric, "simple", {"measure": {"name": f"{name}_sum"}})
    ratio = {"numerator": {"name": _named(metric, 0)}, "denominator": {"name": _named(metric, 1)}}
    yield _metric(metric.name, metric, "ratio", ratio)


def _metric(name: str, metric: Metric, kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    grows = f" It grows for {metric.matures.days} days." if metric.matures else ""
    money = " Group by currency." if metric.has_money else ""
    meaning = f"{metric.meaning}{grows}{money}" if name == metric.name else f"A part of {metric.name}."
    return {"name": name, "description": meaning, "type": kind, "type_params": parameters}
