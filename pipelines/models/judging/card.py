"""The model card: what a model is, what it was made from, how good it is, and what it is not good for."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.models.training.provenance import Provenance
from pipelines.models.training.training import Trained

TOP = 15
"""Features that are listed by weight."""


def model_card(name: str, trained: Trained, made: Provenance) -> str:
    """The card, in Markdown."""
    parts = (
        f"# {name}\n\n{trained.task.doc}",
        _facts(trained, made),
        "## How good it is\n\n" + _results(trained),
        "## Does a probability mean what it says?\n\n" + _reliability(trained),
        "## What its scores are made of\n\n" + _features(trained),
        "## How it was chosen\n\n" + _trials(trained),
        "## Limits\n\n" + _limits(trained),
        "## Made from\n\n" + _made(made),
    )
    return "\n\n".join(parts) + "\n"


def _facts(trained: Trained, made: Provenance) -> str:
    last = trained.results[-1]
    rows = [
        ("task", trained.task.name),
        ("one score is about", f"a {trained.task.entity} ({', '.join(trained.task.key)})"),
        ("family", trained.family),
        ("hyper-parameters", ", ".join(f"{name} {value}" for name, value in trained.params.items())),
        ("calibration", trained.model.calibration.method),
        ("features", str(len(trained.model.feature_names))),
        (
            "learnt from",
            f"{last.learnt_count:,} {trained.task.entities} from {last.fold.train_from:%Y-%m-%d} until "
            f"{last.fold.train_until:%Y-%m-%d}, {last.learnt_fraud_count:,} of them known to be "
            f"{trained.task.positive}",
        ),
        (
            "label",
            f"{trained.task.label} = {trained.task.positive}, as known {last.fold.delay_days} days later",
        ),
        ("seed", str(trained.seed)),
        ("trained at", f"{made.trained_at:%Y-%m-%d %H:%M} UTC"),
    ]
    return _table(("", ""), rows)


def _results(trained: Trained) -> str:
    names = list(trained.results[-1].figures)
    heads = ("figure", *(f"{result.role} {result.fold}" for result in trained.results))
    counts = [
        (trained.task.entities, *(f"{result.judged_count:,}" for result in trained.results)),
        (f"{trained.task.positive}s", *(f"{result.judged_fraud_count:,}" for result in trained.results)),
    ]
    rows = [(name, *(_shown(result.figures[name]) for result in trained.results)) for name in names]
    left_out = (
        "Cards that were known to be compromised on a day are left out of it."
        if trained.task.folds.is_caught_left_out
        else "No card is left out."
    )
    return (
        f"Hyper-parameters, family and calibration were chosen by the validation days alone. {left_out}\n\n"
        + _table(heads, [*counts, *rows])
    )


def _reliability(trained: Trained) -> str:
    rows = [(f"{bin.count:,}", f"{bin.predicted:.2%}", f"{bin.observed:.2%}") for bin in trained.reliability]
    heads = (trained.task.entities, "predicted", f"were {trained.task.positive}")
    return f"Of the last test days, by ascending probability.\n\n{_table(heads, rows)}"


def _features(trained: Trained) -> str:
    total = sum(size for _, size in trained.top_features) or 1.0
    rows = [(name, f"{size / total:.1%}") for name, size in trained.top_features[:TOP]]
    more = len(trained.top_features) - TOP
    rest = f"\n\nand {more} more." if more > 0 else ""
    return f"Share of the mean size of contributions, last test days.\n\n{_table(('feature', 'share'), rows)}{rest}"


def _trials(trained: Trained) -> str:
    heads = ("hyper-parameters", f"{trained.task.chosen_by}, mean of the validation days")
    rows = [
        (", ".join(f"{name} {value}" for name, value in trial.params.items()), _shown(trial.score))
        for trial in trained.trials
    ]
    return _table(heads, rows)


def _limits(trained: Trained) -> str:
    last, many, one = trained.results[-1], trained.task.entities, trained.task.positive
    said = [
        f"It knows the past only: a new kind of {one} is found when its labels have come in, "
        f"{last.fold.delay_days} days or more later.",
        f"{many.capitalize()} that were blocked or declined have no label; it says nothing certain of {many} like "
        "them.",
        f"{one.capitalize()} that was reported later than {last.fold.delay_days} days was good in its eyes when it "
        "learnt.",
        f"A reason says what moved the score, not what caused the {one}.",
    ]
    if last.judged_fraud_count < trained.task.promotion.least_frauds:
        said.append(
            f"Only {last.judged_fraud_count} {one}s are among the last test days: its figures are rough."
        )
    return "\n".join(f"- {sentence}" for sentence in said)


def _made(made: Provenance) -> str:
    rows = [(f"`{table}`", f"version {number}") for table, number in sorted(made.tables.items())]
    code = [("Vermeil", made.code_version), ("commit", made.git_commit or "not a checkout")]
    return _table(("", ""), [*rows, *code])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _shown(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.4f}"
