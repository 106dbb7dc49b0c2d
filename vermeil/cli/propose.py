"""``vermeil rule propose``: a rule from words, tried on the past, and left to people."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, opened


def propose(
    words: Annotated[
        str,
        typer.Argument(help="What payments are like, and what is to be done with them.", show_default=False),
    ],
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a rule from words and try it on payments whose labels have matured. It is printed, and never activated.

    For example: vermeil rule propose "block cards from abroad that were declined three times in an hour"
    """
    from vermeil.cli import output, propose_output
    from vermeil.support.proposal import proposed

    with opened(home) as lake, output.progress(quiet=json) as starting:
        found = proposed(lake, words, starting)
    propose_output.proposal(found, as_json=json)
