"""``vermeil quarantine``, ``replay`` and ``forget``: records that were refused, and people who want to be forgotten."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.errors import SettingsError
from vermeil.cli.shared import Home, Json, Mapping, opened

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
    """Show which records were refused, why, and where they stand; of a batch that was held back, the way out, too.

    Payloads are printed only where one is asked for.
    """
    from vermeil.cli import commands, records_output

    with opened(home, None) as lake:
        if payload:
            text = commands.payload(lake, payload)
        else:
            groups, records = commands.quarantine(lake, table, reason, file, limit)
            held = commands.held(lake, table, reason, file, limit)
    if payload:
        typer.echo(text)
    else:
        records_output.quarantine(groups, records, held, as_json=json)


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
    from assets.record.recording import recorded
    from vermeil.cli import commands, output, records_output

    with (
        opened(home, None, mapping) as lake,
        recorded(lake, "replay", "vermeil replay", output.tell, unless=dry_run) as done,
    ):
        with output.progress(quiet=json) as starting:
            found = commands.replay(
                lake, table, reason, file, record or [], dry_run=dry_run, starting=starting
            )
        done.outcomes += found.outcomes
        records_output.replay(found, as_json=json)
    raise typer.Exit(int(found.failed))


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
    from assets.record.recording import recorded
    from pipelines.erasure.forget import plan
    from vermeil.cli import commands, output, records_output

    with opened(home, None) as lake:
        if json and not (yes or dry_run):
            raise SettingsError("with --json nothing is asked: add --yes, or --dry-run")
        found = plan(lake, customer, account)
        if found.status == "planned" and not dry_run:
            if not yes:
                records_output.erasure(found, as_json=False)
                typer.confirm("Erase it for good?", abort=True)
            with recorded(lake, "forget", "vermeil forget", output.tell) as done:
                found = commands.forget(lake, customer, account)
                done.moved += [name for name, count in found.rows.items() if count]
    records_output.erasure(found, as_json=json)
