"""The commands of ``vermeil``: what they take. What they do is elsewhere; heavy libraries are imported when needed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assets.cli import benchmarks, models, rules
from assets.cli.shared import Home, Json, Mapping, Wait, opened, plain_errors, settings_of
from pipelines.errors import SettingsError

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


class Format(StrEnum):
    """How ``vermeil sql`` prints its answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


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
) -> None:
    del version


@app.command()
def simulate(
    home: Home = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to. Default: <home>/raw.", show_default=False)
    ] = None,
    days: Annotated[int, typer.Option(help="Days of payments.", min=1)] = 120,
    payments: Annotated[
        int | None, typer.Option(help="Payments a day, on average.", min=1, show_default=False)
    ] = None,
    accounts: Annotated[
        int, typer.Option(help="Merchants: the platform's own account and connected ones.", min=1)
    ] = 8,
    start: Annotated[
        datetime | None,
        typer.Option(help="First day. Default: 2026-03-01.", formats=["%Y-%m-%d"], show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and options give the same bytes.")] = 7,
    clean: Annotated[bool, typer.Option("--clean", help="Leave out the dirt of real archives.")] = False,
    json: Json = False,
) -> None:
    """Write an archive of made-up Stripe events, with fraud, disputes, payouts and the dirt of real ones.

    The truth about fraud is written beside the archive, never into it.
    """
    from assets.cli import commands, output

    begin: date | None = start.date() if start else None
    with plain_errors():
        settings = settings_of(home)
        options = {
            "days": days,
            "payments_per_day": payments,
            "accounts": accounts,
            "start": begin,
            "seed": seed,
        }
        summary = commands.simulate(settings, out or settings.raw_dir, options, dirt=not clean)
    output.simulated(summary, out or settings.raw_dir, as_json=json)


@app.command()
def run(
    home: Home = None,
    raw: Annotated[
        Path | None, typer.Option(help="Folder of raw files. Default: <home>/raw.", show_default=False)
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Refresh this table only; may be given again.", show_default=False),
    ] = None,
    full_refresh: Annotated[
        list[str] | None,
        typer.Option(
            "--full-refresh",
            help="Rebuild this silver or gold table from all that it is made from.",
            show_default=False,
        ),
    ] = None,
    mapping: Mapping = None,
    wait: Wait = None,
    json: Json = False,
) -> None:
    """Take in new raw files and bring every table up to date.

    Each batch is staged, checked and published in one commit; a batch that fails a critical check changes nothing.
    """
    from assets.alerts.after_run import alerting
    from assets.cli import commands, output

    with (
        opened(home, raw, mapping) as lake,
        alerting(lake.settings, output.tell) as outcomes,
        output.progress(quiet=json) as starting,
    ):
        outcomes.extend(commands.refresh(lake, only or [], full_refresh or [], starting, wait))
    output.outcomes(outcomes, as_json=json)
    raise typer.Exit(commands.exit_code(outcomes))


@app.command()
def demo(home: Home = None) -> None:
    """Everything once: write a sample archive, take it in, check it, train a model, score, account for all, report.

    Run again, it takes nothing in and says so.
    """
    from assets.cli import commands, model_commands, models_output, output

    with opened(home) as lake:
        written = commands.sample_archive(lake.settings, datetime.now(UTC).date())
        output.sample(written, lake.settings.raw_dir)
        with output.progress(quiet=False) as starting:
            outcomes = list(commands.refresh(lake, [], [], starting))
            modelled = model_commands.demonstrated(lake, outcomes, starting)
        status, found = commands.statuses(lake), commands.audit(lake)
        report = commands.fresh_report(lake, [*outcomes, *modelled.outcomes])
    output.summary([*outcomes, *modelled.outcomes], status, found)
    models_output.demonstrated(modelled)
    output.pages(report)
    raise typer.Exit(max(commands.exit_code([*outcomes, *modelled.outcomes]), int(not found.balanced)))


@app.command()
def maintain(home: Home = None, wait: Wait = None, json: Json = False) -> None:
    """Compact, vacuum and checkpoint every table by its policy, and say what was saved.

    Harmless at any time: readers and restore points of the time that the policy keeps are left alone.
    """
    from assets.cli import operations, operations_output, output

    with opened(home, None) as lake, output.progress(quiet=json) as starting:
        done = operations.maintain(lake, starting, wait)
    operations_output.maintained(done, as_json=json)


@app.command()
def restore(
    home: Home = None,
    to: Annotated[
        str | None,
        typer.Option(help="The moment to go back to, such as 2026-03-01T09:30; UTC.", show_default=False),
    ] = None,
    list_points: Annotated[
        bool, typer.Option("--list", help="List the moments that can be restored, newest first.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Moments to list.", min=1)] = 20,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    wait: Wait = None,
    json: Json = False,
) -> None:
    """Bring all tables back to one moment: to the newest release at or before it.

    Raw files are not touched: what was taken in since is taken in again by the next run. Mend its cause first.
    """
    from assets.cli import operations, operations_output, output

    if (to is None) == (not list_points):
        raise typer.BadParameter("give either --to MOMENT or --list")
    with opened(home, None) as lake, output.progress(quiet=json) as starting:
        if to is None:
            operations_output.restore_points(operations.restore_points(lake, limit), as_json=json)
            return
        release, steps = operations.restore(lake, to, starting, wait, dry_run=dry_run)
    operations_output.restored(release, steps, dry_run=dry_run, as_json=json)


@app.command()
def doctor(home: Home = None, json: Json = False) -> None:
    """Look at everything that a lakehouse needs, and say what to do. Exits with 1 where something does not work."""
    from assets.cli import operations_output, output
    from assets.doctor import diagnose

    with output.progress(quiet=json) as starting:
        findings = list(diagnose({"home": home}, starting=starting))
    operations_output.diagnosed(findings, as_json=json)
    raise typer.Exit(int(any(finding.state == "fail" for finding in findings)))


@app.command()
def sources(
    home: Home = None,
    raw: Annotated[
        Path | None, typer.Option(help="Folder of raw files. Default: <home>/raw.", show_default=False)
    ] = None,
    mapping: Mapping = None,
    json: Json = False,
) -> None:
    """List the sources: the files that each would take, and what its mapping makes of the first rows.

    Nothing is written: this is how a new mapping is tried. Exits with 1 where a row has a fault or a field is absent.
    """
    from assets.cli import commands, output

    with plain_errors():
        found = commands.sources(settings_of(home, raw, mapping))
    output.sources(found, as_json=json)
    raise typer.Exit(int(any(one.faults or one.absent for one in found)))


@app.command()
def status(home: Home = None, json: Json = False) -> None:
    """Show where the lakehouse is, on which engine, and how far each table is."""
    from assets.cli import commands, output

    with opened(home, None) as lake:
        output.status(lake.settings, commands.statuses(lake), commands.unfinished(lake), as_json=json)


@app.command()
def tables(home: Home = None, json: Json = False) -> None:
    """List the tables: rows, version, when they were published, and how their checks went."""
    from assets.cli import commands, output

    with opened(home, None) as lake:
        output.tables(commands.statuses(lake), as_json=json)


@app.command()
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
    from assets.cli import commands, output

    with opened(home, None, mapping) as lake, output.progress(quiet=json) as starting:
        found = commands.audit(lake)
        verified = commands.verify(lake, starting) if deep else None
    output.audit(found, verified, as_json=json)
    raise typer.Exit(int(not found.balanced or (verified is not None and not verified.sound)))


@app.command()
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
) -> None:
    """Answer a question in Spark SQL, from the latest release: all tables are of one moment.

    For example: vermeil sql "select currency, sum(captured_minor) from gold.payments_daily group by currency"
    """
    from assets.cli import commands, operations, output

    with opened(home, None) as lake:
        at = operations.as_moment(as_of, "--as-of") if as_of else None
        answer = commands.sql(lake, query, at, now=now)
    output.answer(answer, format.value)


Refuser = Annotated[
    str | None,
    typer.Option(
        "--table",
        help="Records that this table refused; bronze.records for unreadable ones.",
        show_default=False,
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="Records whose reason has this text in it.", show_default=False)
]
InFile = Annotated[
    str | None,
    typer.Option("--file", help="Records of files with this text in their path.", show_default=False),
]


@app.command()
def quarantine(
    home: Home = None,
    table: Refuser = None,
    reason: Reason = None,
    file: InFile = None,
    payload: Annotated[
        str | None,
        typer.Option(
            help="Print what this record holds, and nothing else. May be personal.", show_default=False
        ),
    ] = None,
    limit: Annotated[int, typer.Option(help="Records to list.", min=1)] = 20,
    json: Json = False,
) -> None:
    """Show which records were refused, why, and where they stand. Payloads are printed only where one is asked for."""
    from assets.cli import commands, output

    with opened(home, None) as lake:
        if payload:
            text = commands.payload(lake, payload)
        else:
            groups, records = commands.quarantine(lake, table, reason, file, limit)
    if payload:
        typer.echo(text)
    else:
        output.quarantine(groups, records, as_json=json)


@app.command()
def replay(
    home: Home = None,
    mapping: Mapping = None,
    table: Refuser = None,
    reason: Reason = None,
    file: InFile = None,
    record: Annotated[
        list[str] | None, typer.Option(help="This record; may be given again.", show_default=False)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Take quarantined records in again, after the code or a mapping that refused them was mended.

    Those that are good now leave the quarantine when everything that follows from them is published. Cut anywhere
    and called again, it completes.
    """
    from assets.cli import commands, output

    with opened(home, None, mapping) as lake, output.progress(quiet=json) as starting:
        found = commands.replay(lake, table, reason, file, record or [], dry_run=dry_run, starting=starting)
    output.replay(found, as_json=json)
    raise typer.Exit(int(found.failed))


@app.command()
def forget(
    customer: Annotated[str, typer.Option(help="Stripe's id of the customer, cus_….", show_default=False)],
    home: Home = None,
    account: Annotated[
        str | None,
        typer.Option(help="Only in the records of this account. Default: all.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would go, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a customer from every table and its past; amounts stay, under a name that leads nowhere.

    It cannot be undone. Raw files are not changed: those that hold the customer are listed.
    """
    from assets.cli import commands, output

    with opened(home, None) as lake:
        if json and not (yes or dry_run):
            raise SettingsError("with --json nothing is asked: add --yes, or --dry-run")
        found = commands.planned_erasure(lake, customer, account)
        if found.status == "planned" and not dry_run:
            if not yes:
                output.erasure(found, as_json=False)
                typer.confirm("Erase it for good?", abort=True)
            found = commands.forget(lake, customer, account)
    output.erasure(found, as_json=json)


@app.command()
def report(
    home: Home = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write. Default: <home>/reports/payments.html.", show_default=False),
    ] = None,
) -> None:
    """Write the report: one HTML page that needs no network."""
    from assets.cli import commands

    with opened(home, None) as lake:
        typer.echo(commands.report(lake, out))


@app.command()
def ui(
    home: Home = None,
    port: Annotated[int, typer.Option(help="Port of Dagster's web server.")] = 3000,
) -> None:
    """Start Dagster's web server and daemon with everything loaded."""
    from assets.cli import commands

    with plain_errors():
        commands.ui(settings_of(home), port)


@app.command()
def dictionary(
    out: Annotated[
        Path | None, typer.Option(help="File to write. Default: standard output.", show_default=False)
    ] = None,
) -> None:
    """Write the data dictionary: every table and column, from their declarations."""
    from pipelines.dictionary import as_markdown

    text = as_markdown()
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


app.command()(models.train)
app.command()(models.score)
app.command()(models.models)


def run_app() -> None:
    """Run the app; errors that are meant to be read are printed without a trace."""
    app()
