"""The commands of ``vermeil``, in the order in which they are listed; each is declared beside those of its kind."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Annotated

import typer

from vermeil.cli import (
    ask,
    benchmarks,
    catalog,
    mcp,
    metrics,
    models,
    propose,
    records,
    rules,
    runs,
    serve,
    tables,
    timeline,
    upkeep,
    why,
)
from vermeil.cli.shared import plain_errors

HELP_COLUMNS = "140"
"""Columns of help where it is piped: the examples in it stay whole."""

app = typer.Typer(
    name="vermeil",
    help="A self-hosted lakehouse for payments: raw processor files in, checked Delta tables out.",
    epilog="Start with: vermeil demo. Exit codes: 0 all well, 1 a check or a part failed, 2 wrong use.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(rules.app, name="rule")
app.add_typer(benchmarks.app, name="benchmark")
app.add_typer(metrics.app, name="metrics")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"vermeil {version('vermeil')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the whole trace of an error. Also: VERMEIL_DEBUG=1.")
    ] = False,
) -> None:
    del version
    if debug:
        os.environ["VERMEIL_DEBUG"] = "1"


for command in (
    runs.simulate,
    runs.run,
    runs.demo,
    upkeep.maintain,
    upkeep.restore,
    upkeep.doctor,
    runs.sources,
    tables.status,
    tables.tables,
    tables.audit,
    tables.compare,
    tables.sql,
    metrics.metric,
    ask.ask,
    why.why,
    timeline.timeline,
    records.quarantine,
    records.replay,
    records.forget,
    tables.report,
    tables.export,
    catalog.catalog,
    tables.ui,
    serve.serve,
    mcp.mcp,
    tables.dictionary,
    models.train,
    models.score,
    models.models,
):
    app.command()(command)
rules.app.command()(propose.propose)


def run_app() -> None:
    """Run the app; an error that no command has met is printed without a trace, too."""
    # Going once more through all that libraries have made, to free it just before the end, takes half a second.
    atexit.register(gc.freeze)
    if not sys.stdout.isatty():
        os.environ.setdefault("TERMINAL_WIDTH", HELP_COLUMNS)
    with plain_errors():
        app()
