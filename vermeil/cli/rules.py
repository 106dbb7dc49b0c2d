"""``vermeil rule``: try a rule on past payments, list the rules, check them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, opened, plain_errors, settings_of

app = typer.Typer(
    help="Rules on payments: conditions over their features, in order allow, block, review, 3ds.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command("test")
def try_rule(
    rule: Annotated[
        str,
        typer.Argument(help="A condition, or the name of a rule in `<home>/rules.yaml`.", show_default=False),
    ],
    home: Home = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="First day of payments that count.", formats=["%Y-%m-%d"], show_default=False),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(help="Last day of payments that count.", formats=["%Y-%m-%d"], show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Try a rule on past payments: the fraud that it would have caught, and the payments that it would have hurt.

    For example: vermeil rule test ":card_country: != :ip_country: and :has_customer: = 0"
    """
    from vermeil.cli import output, rule_commands, rules_output

    with opened(home) as lake, output.progress(quiet=json) as starting:
        found = rule_commands.try_rule(
            lake, rule, since.date() if since else None, until.date() if until else None, starting
        )
    rules_output.tested(found, as_json=json)


@app.command("list")
def list_rules(home: Home = None, json: Json = False) -> None:
    """List the rules in the order in which they are tried, and from which of the model's scores something is done."""
    from vermeil.cli import rule_commands, rules_output

    with plain_errors():
        found = rule_commands.rules(settings_of(home))
    rules_output.listed(found, as_json=json)


@app.command()
def check(
    rule: Annotated[
        str | None,
        typer.Argument(help="A condition. Default: all rules in `<home>/rules.yaml`.", show_default=False),
    ] = None,
    home: Home = None,
) -> None:
    """Say whether rules can be used. Exits with 2 and the place of each fault where they cannot."""
    from vermeil.cli import rule_commands

    with plain_errors():
        said = rule_commands.check(settings_of(home), rule)
    typer.echo(said)


@app.command()
def columns(json: Json = False) -> None:
    """List the columns that rules may use, with what they mean."""
    from vermeil.cli import rule_commands, rules_output

    rules_output.columns(rule_commands.columns(), as_json=json)
