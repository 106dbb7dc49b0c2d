"""``vermeil ask``: questions in plain English, answered from the latest release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, opened

Today = Annotated[
    str | None,
    typer.Option(
        "--today",
        help="The day of the question, such as 2026-06-17. Default: today, UTC.",
        show_default=False,
    ),
]


def ask(
    words: Annotated[
        list[str],
        typer.Argument(
            help="A question, in quotes. 'eval FILE' measures the answers to the questions of a file."
        ),
    ],
    today: Today = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Follow the first figure to rows, records, files and lines.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Answer in spite of what stands against it; the answer is marked."),
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Answer a question by declared metrics of the latest release, or ask back, or say why there is no answer.

    Nothing is sent anywhere and nothing is changed. Exits with 0 for an answer, 1 where it asks back or refuses.

    For example: vermeil ask "approval rate by card network for the past 90 days"
    """
    from vermeil.ask.asking import Asker
    from vermeil.cli import ask_output
    from vermeil.cli.operations import as_moment
    from vermeil.support.further import further

    with opened(home) as lake:
        asker = Asker(lake, as_moment(today, "--today").date() if today else None, further(lake))
        if len(words) == 2 and words[0] == "eval":
            from vermeil.ask.evaluation import evaluated

            measured = evaluated(asker, Path(words[1]))
            ask_output.evaluated(measured, as_json=json)
            return
        answer = asker.ask(" ".join(words), trace=trace, anyway=anyway)
    ask_output.answer(answer, as_json=json)
    raise typer.Exit(0 if answer.outcome == "answered" else 1)
