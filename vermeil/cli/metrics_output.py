"""How metrics are printed: for people, amounts in major units and shares in percent; for programs, as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from pipelines.base.money import formatted
from pipelines.catalog import all_tables
from pipelines.metrics.shared.metric import CURRENCY, Metric, grains_of
from vermeil.cli.output import OUT, or_dash, print_json, table_of
from vermeil.cli.tables_output import answer as printed

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.metrics.shared.writing import Compiled


def answer(compiled: Compiled, found: pa.Table, style: str) -> None:
    """The answer to a question about metrics, with what it is about."""
    if style != "table":
        printed(found, style)
        return
    question = compiled.question
    metrics = {one.name: one for one in question.metrics}
    table = table_of(*(f">{name}" if name in metrics else name for name in found.column_names))
    for row in found.to_pylist():
        currency = row.get(CURRENCY, question.condition.pinned.get(CURRENCY))
        table.add_row(*(shown(metrics.get(name), value, currency) for name, value in row.items()))
    OUT.print(table)
    days = f"{question.period}; the newest day of the data is {question.newest}. " if question.newest else ""
    OUT.print(f"[dim]{days}{escape(_meanings(question.metrics))}[/]", soft_wrap=True)


def listed(found: Sequence[Metric], *, as_json: bool) -> None:
    """Metrics with what they mean."""
    if as_json:
        print_json([_as_json(metric) for metric in found])
        return
    table = table_of("metric", "table", "meaning", "by")
    for metric in found:
        by = ", ".join(_dimensions(metric))
        table.add_row(metric.name, metric.table, escape(metric.meaning), by)
    OUT.print(table)
    OUT.print(f"{len(found):,} metrics; 'vermeil metric NAME' gives one.")


def _dimensions(metric: Metric) -> list[str]:
    table = all_tables()[metric.table]
    return [*(column.name for column in metric.dimensions_of(table)), *grains_of(table)]


def _as_json(metric: Metric) -> Mapping[str, Any]:
    matures = metric.matures.days if metric.matures else None
    return asdict(metric) | {
        "dimensions": _dimensions(metric),
        "definition": metric.definition,
        "matures": matures,
    }


def _meanings(metrics: Sequence[Metric]) -> str:
    return " ".join(f"{metric.name}: {metric.meaning}" for metric in metrics)


def shown(metric: Metric | None, value: Any, currency: object) -> str:
    """A value of a metric, or of a dimension where there is no metric, as people read it."""
    if metric is None or value is None:
        return or_dash(value)
    match metric.unit:
        case "money":
            return formatted(round(value), str(currency))
        case "rate":
            return f"{value * 100:.3g} %"
        case "duration":
            return f"{value:,.0f} s"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
