"""The tools that a program may call. What they are called, take and mean is what it sees of the lakehouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from pipelines.metrics.shared.change import Asked
from vermeil.mcp.desk import Desk, Found
from vermeil.mcp.figures import Figures, question
from vermeil.mcp.support import Support
from vermeil.support.asking import Askers

Tool = Callable[..., Found]

Metric = Annotated[str, Field(max_length=100, description="Name of a metric, as list_metrics gives it.")]
Metrics = Annotated[list[str], Field(min_length=1, max_length=12, description="Names of metrics.")]
By = Annotated[
    list[str] | None,
    Field(max_length=6, description="Dimensions to group by; also day, week, month, quarter, year."),
]
Where = Annotated[
    str | None,
    Field(
        max_length=2_000,
        description="Which rows count: comparisons of dimensions with values, such as currency = 'USD' and "
        "card_country in ('DE', 'AT').",
    ),
]
Time = Annotated[
    str | None,
    Field(
        max_length=60,
        description="Which days: last_90_days, last_3_months, this_quarter, 2026, 2026-q1, 2026-03, a day, or two of "
        "these with .. between them.",
    ),
]
Order = Annotated[
    list[str] | None,
    Field(max_length=6, description="What to order by; a minus before a name: greatest first."),
]
Limit = Annotated[int | None, Field(ge=1, le=1_000, description="Rows at most; 200 by default.")]
Immature = Annotated[
    str,
    Field(
        pattern="^(refuse|mark|leave_out)$",
        description="What to do about days to which something is still expected to come: refuse, mark, leave_out.",
    ),
]
Words = Annotated[str | None, Field(max_length=200)]
Id = Annotated[str, Field(max_length=100)]


def tools(desk: Desk) -> list[Tool]:
    """All tools, answering at a desk."""
    figures, support = Figures(desk), Support(desk, Askers(desk.lake))
    return [
        *_of_definitions(figures),
        *_of_figures(figures),
        *_of_changes(figures),
        *_of_data(support),
        *_of_payments(support),
    ]


def _of_definitions(figures: Figures) -> list[Tool]:
    def list_metrics(about: Words = None, table: Words = None, limit: Limit = None) -> Found:
        """List declared metrics: all, or those whose name, synonyms or meaning hold some words. Begin here."""
        return figures.listed(about, table, limit)

    def describe_metric(name: Metric) -> Found:
        """Say what a metric is made of, what it can be asked by, and what to mind."""
        return figures.described(name)

    def dimension_values(metric: Metric, dimension: Id, contains: Words = None, limit: Limit = None) -> Found:
        """List the values that a dimension of a metric has in the data, to be used in where."""
        return figures.values(metric, dimension, contains, limit)

    return [list_metrics, describe_metric, dimension_values]


def _of_figures(figures: Figures) -> list[Tool]:
    def query_metrics(
        metrics: Metrics,
        by: By = None,
        where: Where = None,
        time: Time = None,
        order: Order = None,
        limit: Limit = None,
        immature: Immature = "refuse",
    ) -> Found:
        """Give figures of metrics from the latest release. Money is in minor units, by currency; rates are from 0 to 1.

        Small groups have no figures (suppressed). What would be wrong is refused, with the reason and the way out.
        """
        return figures.asked(question(metrics, by, where, time, order, limit, immature))

    def compile_query(
        metrics: Metrics,
        by: By = None,
        where: Where = None,
        time: Time = None,
        order: Order = None,
        limit: Limit = None,
        immature: Immature = "refuse",
    ) -> Found:
        """Give the Spark SQL that query_metrics would ask, and ask nothing."""
        return figures.written(question(metrics, by, where, time, order, limit, immature))

    return [query_metrics, compile_query]


def _of_changes(figures: Figures) -> list[Tool]:
    def explain_change(
        metric: Metric,
        time: Annotated[str, Field(max_length=60, description="The period to explain, as in query_metrics.")],
        against: Time = None,
        by: By = None,
        where: Where = None,
        immature: Immature = "refuse",
    ) -> Found:
        """Split the change of a metric between two periods exactly over dimensions, and say whether it is noise.

        Without against, the period before is compared with.
        """
        return figures.changed(Asked(metric, time, against, tuple(by or ()), where, immature))  # type: ignore[arg-type]

    return [explain_change]


def _of_data(support: Support) -> list[Tool]:
    def trace(
        metric: Metric,
        where: Annotated[
            dict[str, str | int | float | bool] | None,
            Field(max_length=12, description="The row of an answer: values of dimensions."),
        ] = None,
        time: Time = None,
    ) -> Found:
        """Follow one figure to the rows, records, files and lines that it is made of; never to what these hold."""
        return support.traced(metric, dict[str, Any](where or {}), time)

    def data_quality(
        about: Annotated[str, Field(description="freshness, checks, refused, drift or audit.")] = "freshness",
        table: Annotated[str | None, Field(max_length=100, description="One table alone, gold.…")] = None,
    ) -> Found:
        """Say how new the data are, which checks failed, what was refused, what is new or missing."""
        return support.quality(about, table)

    return [trace, data_quality]


def _of_payments(support: Support) -> list[Tool]:
    def backtest_rule(
        rule: Annotated[
            str,
            Field(
                max_length=4_000,
                description="A condition such as :card_country: != :ip_country:, or a sentence such as: block cards "
                "from abroad that were declined three times in an hour.",
            ),
        ],
    ) -> Found:
        """Try a fraud rule on past payments: what it would have caught and hurt, by currency. It is never activated."""
        return support.tried(rule)

    def explain_score(charge_id: Id) -> Found:
        """Say which score a payment has, by which model, and what speaks most for fraud. Never tell a customer."""
        return support.scored(charge_id)

    def timeline(
        id: Annotated[
            str, Field(max_length=100, description="ch_, pi_, re_, dp_, du_, po_, in_, sub_ or cus_…")
        ],
        account: Words = None,
        for_customer: Annotated[bool, Field(description="Only what the customer may be told.")] = False,
    ) -> Found:
        """Say what happened to a payment and all that is linked to it, and what of it the customer may be told."""
        return support.told(id, account, for_customer=for_customer)

    def ask(question: Annotated[str, Field(max_length=1_000)]) -> Found:
        """Answer a question in plain English by declared metrics, or ask back with the nearest readings, or refuse."""
        return support.asked(question)

    return [backtest_rule, explain_score, timeline, ask]
