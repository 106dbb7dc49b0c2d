"""``vermeil benchmark``: measure models on public data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, opened

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.callback()
def benchmark() -> None:
    """Measure features and models on public data, by its own protocol."""


@app.command()
def handbook(
    data: Annotated[
        Path,
        typer.Option(help="Folder of the handbook's days, such as 2018-04-01.csv.gz.", show_default=False),
    ],
    home: Home = None,
    seeds: Annotated[int, typer.Option(help="How often each model is trained anew.", min=1)] = 5,
    out: Annotated[
        Path | None, typer.Option(help="Page to write the result to, as Markdown.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Run the Fraud Detection Handbook's protocol: its own features and models, then ours.

    Everything is chosen on the four validation weeks; the four test weeks are looked at once. The days are taken into a
    lakehouse of their own, by default build/handbook, and found there the next time.
    """
    from expectations import validate
    from pipelines.erasure.redactions import sweep
    from pipelines.handbook.benchmark import benchmark
    from pipelines.handbook.intake import MAPPING, charges
    from pipelines.handbook.page import as_json, as_markdown, as_text
    from vermeil.cli import output

    with (
        opened(home or Path("build/handbook"), mappings=[MAPPING]) as lake,
        output.progress(quiet=json) as starting,
    ):
        paid = charges(lake, data, validate, sweep, starting)
        found = benchmark(paid, seeds, os.cpu_count() or 1, starting)
    if out:
        out.write_text(as_markdown(found), encoding="utf-8")
    typer.echo(as_json(found) if json else as_text(found))
