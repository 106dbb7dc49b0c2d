"""``vermeil train``, ``vermeil score`` and ``vermeil models``: make a model, use it, look at what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.shared import Home, Json, Wait, opened, plain_errors, settings_of

Task = Annotated[str, typer.Option(help="What to predict.")]


def train(
    home: Home = None,
    task: Task = "fraud",
    family: Annotated[
        list[str] | None,
        typer.Option(
            help="Family of models to try; may be given again. Default: those of the task.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Train a model on the latest release, keep it, and let it serve if it beats the one that does.

    Everything is chosen on earlier weeks; the test weeks are looked at once. It does not serve? Then it shadows the
    one that does. 'vermeil score' makes its scores, and so does every run.
    """
    from assets.alerts.after_run import alerting
    from assets.record.recording import recorded
    from vermeil.cli import model_commands, models_output, output

    with opened(home) as lake, recorded(lake, "train", "vermeil train", output.tell) as done:
        with (
            alerting(lake.settings, output.tell, name="vermeil train"),
            output.progress(quiet=json) as starting,
        ):
            came = model_commands.train(lake, task, family or [], starting, done)
        models_output.trained(came, as_json=json)


def score(home: Home = None, wait: Wait = None, json: Json = False) -> None:
    """Score the payments that have no score yet, and bring up to date what is made from scores.

    Payments are scored as the tables have them: 'vermeil run' takes in new ones and scores them, too.
    """
    from assets.alerts.after_run import alerting
    from assets.record.recording import recorded
    from vermeil.cli import commands, model_commands, output, runs_output

    with opened(home) as lake, recorded(lake, "refresh", "vermeil score", output.tell) as done:
        with (
            alerting(lake.settings, output.tell, name="vermeil score") as outcomes,
            output.progress(quiet=json) as starting,
        ):
            outcomes.extend(model_commands.score(lake, starting, wait, done))
        runs_output.outcomes(outcomes, as_json=json)
    raise typer.Exit(commands.exit_code(outcomes))


def models(home: Home = None, task: Task = "fraud", json: Json = False) -> None:
    """List the versions of a model: what each is used for, how it did, and why it was promoted or not."""
    from vermeil.cli import model_commands, models_output

    with plain_errors():
        chosen = model_commands.declared(task)
        found = model_commands.versions(settings_of(home), chosen)
    models_output.listed(chosen, found, as_json=json)
