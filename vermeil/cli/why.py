"""``vermeil why``: a change of a metric between two periods, taken apart."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.metrics import Immature, WhatOfImmature, Where
from vermeil.cli.shared import Home, Json, opened

Name = Annotated[str, typer.Argument(help="A metric; 'vermeil metrics' lists them.", show_default=False)]
Time = Annotated[
    str,
    typer.Option(
        help="The period to explain, such as 2026-03, last_7_days or this_month.", show_default=False
    ),
]
Against = Annotated[
    str | None,
    typer.Option(help="The period to compare with. Default: the one before, as long.", show_default=False),
]
By = Annotated[
    str | None,
    typer.Option(
        help="Dimensions to split over, with commas between them. Default: all of the metric.",
        show_default=False,
    ),
]


def why(
    metric: Name,
    time: Time,
    against: Against = None,
    by: By = None,
    where: Where = None,
    immature: WhatOfImmature = Immature.REFUSE,
    home: Home = None,
    json: Json = False,
) -> None:
    """Say why a metric changed: whether it is more than noise, and which values of which dimension explain it.

    For example: vermeil why authorization_rate --time 2026-03 --against 2026-02 --where "currency = 'USD'"
    """
    from pipelines.metrics.shared.change import Asked
    from pipelines.metrics.shared.query import listed
    from vermeil.cli import output, why_output
    from vermeil.support.why import why as explained

    asked = Asked(metric, time, against, listed(by), where, immature.value)
    with opened(home) as lake:
        found = explained(lake.released(), asked)
    if json:
        output.print_json(found.as_json())
    else:
        why_output.why(found)
