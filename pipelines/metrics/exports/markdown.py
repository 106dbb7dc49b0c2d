"""Metrics as a page for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pipelines.metrics.exports.export import Exported
from pipelines.metrics.shared.metric import Metric, grains_of
from pipelines.table import Table

_HEAD = """\
# Metrics

Generated from the declarations in `pipelines/metrics/` by `make docs`. `vermeil metric` answers by them, and refuses
where a figure would be wrong: [how to ask](how-to.md#ask-for-a-metric), [how to add one](how-to.md#add-a-metric).

Amounts are whole minor units of one currency, shares are fractions. Of a share, numerator and denominator are added up
first and divided then; it is unknown where the denominator is 0. Where a metric *grows*, something is
expected to come to days that are younger, such as disputes; such days are refused, marked or left out, as asked. What
*may not be added* over a dimension is grouped by it, or kept to one value."""


def exported(metrics: Sequence[Metric], tables: Mapping[str, Table]) -> Exported:
    """The page."""
    return Exported("\n".join(_lines(metrics, tables)) + "\n")


def _lines(metrics: Sequence[Metric], tables: Mapping[str, Table]) -> Iterator[str]:
    yield _HEAD
    for name in dict.fromkeys(metric.table for metric in metrics):
        table = tables[name]
        own = [metric for metric in metrics if metric.table == name]
        usual = Counter(_by(metric, table) for metric in own).most_common(1)[0][0]
        yield f"\n## {name}\n"
        yield f"By {', '.join([usual, *grains_of(table)])}, unless told otherwise."
        yield "\n| metric | meaning | definition | people say |"
        yield "|---|---|---|---|"
        yield from (_row(metric, table, usual) for metric in own)


def _by(metric: Metric, table: Table) -> str:
    return ", ".join(column.name for column in metric.dimensions_of(table))


def _row(metric: Metric, table: Table, usual: str) -> str:
    grows = f" Grows for {metric.matures.days} days." if metric.matures else ""
    apart = f" May not be added over {', '.join(metric.apart)}." if metric.apart else ""
    by = "" if _by(metric, table) == usual else f" By {_by(metric, table)}."
    said = ", ".join(metric.synonyms)
    return f"| `{metric.name}` | {metric.meaning}{grows}{apart}{by} | `{metric.definition}` | {said} |"
