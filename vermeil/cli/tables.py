"""``vermeil status``, ``tables``, ``audit``, ``compare``, ``sql``, ``report``, ``export``, ``ui``, ``dictionary``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Format, Home, Json, Mapping, opened, plain_errors, settings_of


def status(home: Home = None, json: Json = False) -> None:
    """Show where the lakehouse is, on which engine, and how far each table is."""
    from vermeil.cli import tables_output

    with opened(home, None) as lake:
        tables_output.status(lake, as_json=json)


def tables(home: Home = None, json: Json = False) -> None:
    """List the tables: rows, version, when they were published, and how their checks went."""
    from vermeil.cli import tables_output

    with opened(home, None) as lake:
        tables_output.tables(lake, as_json=json)


def audit(
    home: Home = None,
    mapping: Mapping = None,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also hold every table, row by row, against what it should be made of."),
    ] = False,
    json: Json = False,
) -> None:
    """Account for every record that ever came in. Exits with 1 where the parts do not add up or a row is wrong.

    With --deep all of bronze is read and parsed again, and no pipeline may write meanwhile.
    """
    from pipelines.flow.conservation import audit as counted
    from vermeil.cli import commands, output, tables_output

    with opened(home, None, mapping) as lake, output.progress(quiet=json) as starting:
        found = counted(lake)
        verified = commands.verify(lake, starting) if deep else None
    tables_output.audit(found, verified, as_json=json)
    raise typer.Exit(int(not found.balanced or (verified is not None and not verified.sound)))


def compare(
    a: Annotated[
        str, typer.Argument(help="A home, or the folder or URL of a lakehouse's tables.", show_default=False)
    ],
    b: Annotated[str, typer.Argument(help="Another.", show_default=False)],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Compare this table only; may be given again.", show_default=False),
    ] = None,
    all_columns: Annotated[
        bool,
        typer.Option(
            "--all-columns",
            help="Compare also the columns that say when, where or from which versions a row was made.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Compare two lakehouses, table by table and row by row. Exits with 1 where they differ.

    For whatever should give the same rows: another engine, another version of the code, a restored backup. No engine is
    started, and nothing is written.
    """
    from pipelines.catalog import all_tables
    from pipelines.delta import remote
    from pipelines.upkeep.comparison import compare as compared
    from pipelines.upkeep.comparison import left_out, side_at
    from vermeil.cli import comparison_output, output

    with plain_errors(), output.progress(quiet=json) as starting:
        options = settings_of(None).storage_options
        remote.tell_environment(options)
        one, other = side_at(a, options), side_at(b, options)
        without = {} if all_columns else left_out.MADE
        found = compared(one, other, all_tables(), left_out=without, only=only or (), starting=starting)
    comparison_output.compared(found, as_json=json)
    raise typer.Exit(int(bool(found.count)))


def sql(
    query: Annotated[str, typer.Argument(help="Spark SQL over all tables by their full names.")],
    home: Home = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Answer with what was known at a time, such as 2026-03-01 or 2026-03-01T12:00Z.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = Format.TABLE,
    now: Annotated[
        bool,
        typer.Option("--now", help="Read the tables as they are, whatever run is going on or was refused."),
    ] = False,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe",
            help="Hand the text to the engine unchecked: it may read and write files, and run programs.",
        ),
    ] = False,
) -> None:
    """Answer a question in Spark SQL, from the latest release: all tables are of one moment.

    One query over the lakehouse's tables, of functions that look at nothing else; anything but that is refused.

    For example: vermeil sql "select currency, sum(captured_minor) from gold.payments_daily group by currency"
    """
    from vermeil.cli import commands, operations, tables_output

    with opened(home, None) as lake:
        at = operations.as_moment(as_of, "--as-of") if as_of else None
        answer = commands.sql(lake, query, at, now=now, unsafe=unsafe)
    tables_output.answer(answer, format.value)


def report(
    home: Home = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File of the page to open first; the others are written beside it. Default: "
            "`<home>/reports/index.html`.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the report: a folder of HTML pages that need no network."""
    from assets.record.recording import recorded
    from vermeil.cli import commands, output

    with opened(home, None) as lake, recorded(lake, "report", "vermeil report", output.tell) as done:
        typer.echo(commands.report(lake, out, done))


def export(
    file: Annotated[Path | None, typer.Argument(help="File of DuckDB.", show_default=False)] = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", help="duckdb, with a file; or postgresql://user@host:5432/database.", show_default=False
        ),
    ] = "",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Export this table only; may be given again.", show_default=False),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Write every row anew, also of tables that have not moved.")
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Bring another database to the latest release of gold, for tools that read no Delta tables.

    Only what moved since the last export is written, in one transaction: readers see that release or this one. For
    example: vermeil export --to duckdb payments.duckdb
    """
    from pipelines.export import connected
    from pipelines.export import export as exported
    from vermeil.cli import output, tables_output

    with opened(home) as lake, connected(to, file) as database, output.progress(quiet=json) as starting:
        done = exported(lake, database, only=only or (), full=full, starting=starting)
        name = database.name
    tables_output.exported(done, name, as_json=json)


def ui(
    home: Home = None,
    port: Annotated[int, typer.Option(help="Port of Dagster's web server.")] = 3000,
) -> None:
    """Start Dagster's web server and daemon with everything loaded."""
    from vermeil.cli import commands

    with plain_errors():
        commands.ui(settings_of(home), port)


def dictionary(
    out: Annotated[
        Path | None, typer.Option(help="File to write. Default: standard output.", show_default=False)
    ] = None,
) -> None:
    """Write the data dictionary: every table and column, from their declarations."""
    from vermeil.cli.dictionary import as_markdown

    text = as_markdown()
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)
