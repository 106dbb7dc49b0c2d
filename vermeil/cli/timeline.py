"""``vermeil timeline``: what happened to a payment, in plain words."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, opened


def timeline(
    id: Annotated[
        str,
        typer.Argument(
            help="Of a charge, payment intent, refund, dispute, payout, invoice, subscription or customer.",
            show_default=False,
        ),
    ],
    account: Annotated[
        str | None, typer.Option(help="Where it is. Default: wherever it is found.", show_default=False)
    ] = None,
    customer: Annotated[bool, typer.Option("--customer", help="Only what the customer may be told.")] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what happened to an object and to all that is linked to it, and what the customer may be told of it.

    For example: vermeil timeline ch_3QvZx2eZvKYlo2C
    """
    from vermeil.cli import output, timeline_output
    from vermeil.support.timeline import timeline as told

    with opened(home) as lake:
        found = told(lake.released(), id, account)
    shown = found.for_customers() if customer else found
    if json:
        output.print_json(shown.as_json())
    else:
        timeline_output.timeline(shown, for_customers=customer)
