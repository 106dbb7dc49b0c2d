"""``vermeil simulate``, ``run``, ``demo`` and ``sources``: what goes in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, Mapping, Raw, Wait, opened, plain_errors, settings_of


def simulate(
    home: Home = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to. Default: `<home>/raw`.", show_default=False)
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
    from vermeil.cli import commands, runs_output

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
        written = out or commands.local_raw(settings)
        summary = commands.simulate(settings, written, options, dirt=not clean)
    runs_output.simulated(summary, written, as_json=json)


def run(
    home: Home = None,
    raw: Raw = None,
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
    from assets.record.recording import recorded
    from vermeil.cli import commands, output, runs_output

    with opened(home, raw, mapping) as lake, recorded(lake, "refresh", "vermeil run", output.tell) as done:
        with (
            alerting(lake.settings, output.tell) as outcomes,
            output.progress(quiet=json) as starting,
        ):
            outcomes.extend(commands.refresh(lake, only or [], full_refresh or [], starting, wait, done))
        runs_output.outcomes(outcomes, as_json=json)
    raise typer.Exit(commands.exit_code(outcomes))


def demo(home: Home = None) -> None:
    """Everything once: write a sample archive, take it in, check it, train a model, score, account for all, report.

    Run again, it takes nothing in and says so.
    """
    from assets.record.recording import recorded
    from pipelines.flow.conservation import audit
    from vermeil.cli import commands, model_commands, models_output, output, runs_output

    with opened(home) as lake:
        written = commands.sample_archive(lake.settings, datetime.now(UTC).date())
        runs_output.sample(written, lake.settings.raw_dir)
        with (
            recorded(lake, "refresh", "vermeil demo", output.tell) as done,
            output.progress(quiet=False) as starting,
        ):
            outcomes = list(commands.refresh(lake, [], [], starting, done=done))
        with recorded(lake, "train", "vermeil demo", output.tell) as trained:
            with output.progress(quiet=False) as starting:
                modelled = model_commands.demonstrated(lake, outcomes, starting, trained)
            found = audit(lake)
            report = commands.fresh_report(lake, [*outcomes, *modelled.outcomes], trained)
            runs_output.summary([*outcomes, *modelled.outcomes], lake, found)
            models_output.demonstrated(modelled)
            runs_output.pages(report)
    raise typer.Exit(max(commands.exit_code([*outcomes, *modelled.outcomes]), int(not found.balanced)))


def sources(
    home: Home = None,
    raw: Raw = None,
    mapping: Mapping = None,
    json: Json = False,
) -> None:
    """List the sources: the files that each would take, and what its mapping makes of the first rows.

    Nothing is written: this is how a new mapping is tried. Exits with 1 where a row has a fault or a field is absent.
    """
    from vermeil.cli import commands, runs_output

    with plain_errors():
        found = commands.sources(settings_of(home, raw, mapping))
    runs_output.sources(found, as_json=json)
    raise typer.Exit(int(any(one.faults or one.absent for one in found)))
