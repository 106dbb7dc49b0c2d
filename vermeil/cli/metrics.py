"""``vermeil metric``, ``vermeil metrics``: figures that are defined once, and their definitions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Format, Home, Json, opened, plain_errors

app = typer.Typer(
    help="List the metrics, or write their definitions for other tools.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
)


class Immature(StrEnum):
    """What to do about cohorts that still grow."""

    REFUSE = "refuse"
    MARK = "mark"
    LEAVE_OUT = "leave_out"


class Export(StrEnum):
    """Formats of definitions."""

    METRICFLOW = "metricflow"
    OSSIE = "ossie"
    MARKDOWN = "markdown"


Names = Annotated[list[str], typer.Argument(help="Names of metrics; 'vermeil metrics' lists them.")]
By = Annotated[
    str | None,
    typer.Option(
        help="Dimensions to group by, with commas between them; also day, week, month, quarter, year.",
        show_default=False,
    ),
]
Where = Annotated[
    str | None, typer.Option(help="Which rows count, such as \"currency = 'USD'\".", show_default=False)
]
Time = Annotated[
    str | None,
    typer.Option(
        help="Which days count, such as last_90_days, 2026-q1 or 2026-03-01..2026-03-31. Default: all.",
        show_default=False,
    ),
]
Order = Annotated[
    str | None,
    typer.Option(
        help="What to order by, with commas between; a minus before a name: greatest first.",
        show_default=False,
    ),
]
Limit = Annotated[int | None, typer.Option(help="Rows at most.", show_default=False)]
WhatOfImmature = Annotated[
    Immature, typer.Option(help="What to do about days to which something is still expected to come.")
]
As = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
QueryAlone = Annotated[
    bool, typer.Option("--query", help="Print the Spark SQL that would be asked, and ask nothing.")
]


def metric(
    names: Names,
    by: By = None,
    where: Where = None,
    time: Time = None,
    order: Order = None,
    limit: Limit = None,
    immature: WhatOfImmature = Immature.REFUSE,
    format: As = Format.TABLE,
    query: QueryAlone = False,
    home: Home = None,
) -> None:
    """Give declared metrics from the latest release. Exits with 2 and the reason where a figure would be wrong.

    For example: vermeil metric authorization_rate --by card_country,week --where "currency = 'USD'" --time last_90_days
    """
    from pipelines.metrics.shared.query import Query, listed
    from vermeil.cli import metric_commands, metrics_output

    with opened(home) as lake:
        asked = Query(tuple(names), listed(by), where, time, listed(order), limit, immature.value)
        released = lake.released()  # once: the newest day and the figures are of one moment
        compiled = metric_commands.compiled(released, asked)
        if query:
            typer.echo(compiled.sql(pretty=True))
            return
        answer = metric_commands.answer(released, compiled)
    metrics_output.answer(compiled, answer, format.value)


@app.callback()
def metrics(
    context: typer.Context,
    table: Annotated[
        str | None,
        typer.Option(help="Only metrics of a table, such as gold.payments_daily.", show_default=False),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            help="Only metrics whose name, synonyms or meaning hold these words.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """List the metrics: what they mean, and what they can be asked by."""
    if context.invoked_subcommand:
        return
    from vermeil.cli import metric_commands, metrics_output

    with plain_errors():
        found = metric_commands.listed(table, about)
    metrics_output.listed(found, as_json=json)


@app.command()
def export(
    to: Annotated[
        Export,
        typer.Option(
            "--to",
            help="metricflow: MetricFlow's semantic YAML. ossie: Apache Ossie 0.2 (draft). markdown: a page.",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="File to write. Default: standard output.", show_default=False)
    ] = None,
) -> None:
    """Write the definitions for other tools; what a tool cannot say is left out, and named on the error stream."""
    from vermeil.cli import metric_commands, output

    with plain_errors():
        found = metric_commands.exported(to.value)
        if out:
            out.write_text(found.text, encoding="utf-8")
        else:
            typer.echo(found.text, nl=False)
    for said in found.left_out:
        output.tell(said)
