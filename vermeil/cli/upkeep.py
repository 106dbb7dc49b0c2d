"""``vermeil maintain``, ``restore`` and ``doctor``: a lakehouse in order."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, Wait, opened


def maintain(home: Home = None, wait: Wait = None, json: Json = False) -> None:
    """Compact, vacuum and checkpoint every table by its policy, and say what was saved.

    Harmless at any time: readers and restore points of the time that the policy keeps are left alone.
    """
    from assets.record.recording import recorded
    from vermeil.cli import operations, operations_output, output

    with opened(home, None) as lake, recorded(lake, "maintain", "vermeil maintain", output.tell) as done:
        with output.progress(quiet=json) as starting:
            kept = operations.maintain(lake, starting, wait)
        done.lines += map(str, kept)
        operations_output.maintained(kept, as_json=json)


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
    from assets.record.recording import recorded
    from pipelines.upkeep.restoring import points
    from vermeil.cli import operations, operations_output, output

    if (to is None) == (not list_points):
        raise typer.BadParameter("give either --to MOMENT or --list")
    with opened(home, None) as lake:
        if to is None:
            operations_output.restore_points([*points(lake, limit)], as_json=json)
            return
        with recorded(lake, "restore", "vermeil restore", output.tell, unless=dry_run) as done:
            with output.progress(quiet=json) as starting:
                release, steps = operations.restore(lake, to, starting, wait, dry_run=dry_run)
            done.moved += [step.table for step in steps if step.changes]
            operations_output.restored(release, steps, dry_run=dry_run, as_json=json)


def doctor(home: Home = None, json: Json = False) -> None:
    """Look at everything that a lakehouse needs, and say what to do. Exits with 1 where something does not work."""
    from vermeil.cli import operations_output, output
    from vermeil.doctor import diagnose

    with output.progress(quiet=json) as starting:
        findings = list(diagnose({"home": home}, starting=starting))
    operations_output.diagnosed(findings, as_json=json)
    raise typer.Exit(int(any(finding.state == "fail" for finding in findings)))
