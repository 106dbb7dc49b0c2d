"""The questions: how fast, what does one more day cost, is memory bounded, how fast are features and scores."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import archives, payments, scoring
from benchmarks.agreement import agree
from benchmarks.archives import Archive
from benchmarks.contestants import (
    COMPARED,
    VERMEIL,
    Contestant,
    command,
    contestants,
    delta_payments,
    once,
    told_alone,
)
from benchmarks.duckdb_charges import FIGURES
from benchmarks.feature_contest import FeatureContestant, agree_on_features, feature_contestants
from benchmarks.feature_plan import FEATURES
from benchmarks.figures import MEGABYTE, Part, Ratio, Runs, ratio
from benchmarks.process import Measured
from benchmarks.sizes import Size

Say = Callable[[str], None]

SHORT_SHARE = 4
"""How many times larger the large archive of the memory part is."""

SMALL_BATCHES = 4
"""Batches that the small archive of the memory part is taken in."""

PLACES = ("short", "long")


class PreparationError(Exception):
    """What has to be there before anything is measured could not be made."""


def throughput(size: Size, folder: Path, say: Say) -> Part:
    """Vermeil, JVM Spark and DuckDB on one archive, in turns.

    Raises:
        DisagreementError: they did not make the same daily payments.
    """
    say(f"throughput: simulating {size.events:,} events over {size.days} days")
    archive = _archive(size, folder)
    competing = contestants(archive.folder, folder)
    measured = _in_turns(
        "throughput", {c.name: partial(once, c, size.timeout) for c in competing}, size.rounds, say
    )
    runs = {c.name: Runs(c.name, c.title, measured[c.name], archive.raw_bytes) for c in competing}
    return Part(
        name="throughput",
        title="How fast",
        about=f"A first load of {_described(archive)}.",
        runs=list(runs.values()),
        ratios=_throughput_ratios({name: found.seconds for name, found in runs.items()}),
        notes=(_agreement(competing, runs),),
    )


def _archive(size: Size, folder: Path) -> Archive:
    return archives.make(folder, size.days, archives.payments_per_day(size.events, size.days))


def _in_turns(
    part: str, tries: Mapping[str, Callable[[], Measured]], rounds: int, say: Say
) -> dict[str, list[Measured]]:
    """Every contestant once a round; each round begins with another one, so that none always runs after the same."""
    names = list(tries)
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            measured[name].append(tries[name]())
            say(f"{part}: round {number + 1}, {name}: {_short(measured[name][-1])}")
    return measured


def _throughput_ratios(seconds: Mapping[str, float | None]) -> list[Ratio]:
    return [
        ratio("JVM Spark / Vermeil, both without checks", seconds["jvm"], seconds["unchecked"], at_least=4),
        ratio("JVM Spark without checks / Vermeil with all checks", seconds["jvm"], seconds["checked"]),
        ratio("Vermeil with all checks / DuckDB by hand", seconds["checked"], seconds["duckdb"], at_most=1.5),
        ratio("Vermeil without checks / DuckDB by hand", seconds["unchecked"], seconds["duckdb"]),
        ratio("dlt / Vermeil, both without checks", seconds.get("dlt"), seconds["unchecked"], at_least=5),
        ratio("the whole pipeline / these tables alone", seconds["whole"], seconds["checked"]),
    ]


def _agreement(competing: Sequence[Contestant], runs: Mapping[str, Runs]) -> str:
    made = {c.name: c.payments(c.out) for c in competing if c.payments and runs[c.name].error is None}
    if len(made) < 2:
        return "Too few contestants finished to compare what they made."
    ours = [c.out for c in competing if c.payments is delta_payments and c.name in made]
    if ours:
        made = {name: told_alone(rows, ours[0]) for name, rows in made.items()}
    rows = agree(made, list(FIGURES))
    return (
        f"The daily payments of {', '.join(made)} agree: {rows:,} rows, the {len(FIGURES)} figures that follow from "
        "charges alone, but for days with a payment that stands in another object alone, which only Vermeil reads."
    )


def one_more_day(size: Size, folder: Path, say: Say) -> Part:
    """The cost of the same new day on top of a short and of a long history.

    Both histories end on the day before; they are prepared first, and the day is then added to copies of them.
    """
    say(f"one more day: simulating {size.long_days + 1} days")
    archive = archives.make(folder / "source", size.long_days + 1, size.day_payments)
    *history, new_day = archives.days_of(archive.folder)
    kept = {"short": history[-size.history_days :], "long": history}
    for name in PLACES:
        _prepare(archive.folder, kept[name], folder / name, size, say)
    measured: dict[str, list[Measured]] = {
        f"{name} {what}": [] for name in PLACES for what in ("day", "idle")
    }
    for number in range(size.rounds):
        for name in PLACES if number % 2 == 0 else PLACES[::-1]:
            _copy_home(folder / name, folder / "copy")
            measured[f"{name} idle"].append(_run(folder / "copy", size))
            files = archives.link_days(archive.folder, [new_day], folder / "copy" / "raw")
            measured[f"{name} day"].append(_run(folder / "copy", size))
            shutil.rmtree(folder / "copy")
            say(f"one more day: round {number + 1}, {name}: {_short(measured[f'{name} day'][-1])}")
    runs = {key: Runs(key, _day_title(key, kept), found) for key, found in measured.items()}
    return Part(
        name="one_more_day",
        title="What one more day costs",
        about=f"{new_day}, {files} files, about {size.day_payments:,} payments, through the whole pipeline.",
        runs=list(runs.values()),
        ratios=_day_ratios({name: found.seconds for name, found in runs.items()}),
    )


def _prepare(archive: Path, days: Sequence[str], home: Path, size: Size, say: Say) -> None:
    archives.link_days(archive, days, home / "raw")
    run = _run(home, size)
    say(f"one more day: prepared {len(days)} days: {_short(run)}")
    if run.error:
        raise PreparationError(f"a lakehouse of {len(days)} days could not be prepared: {run.error}")


def _copy_home(home: Path, copy: Path) -> None:
    """A copy of a home, its keys among it, with hard links to its raw files, which keep their times."""
    shutil.copytree(home, copy, ignore=lambda place, names: ["raw"] if Path(place) == home else [])
    archives.link_days(home / "raw", archives.days_of(home / "raw"), copy / "raw")


def _run(home: Path, size: Size) -> Measured:
    return command([*VERMEIL, "run"], {"VERMEIL_HOME": str(home)}, size.timeout)


def _day_title(key: str, kept: Mapping[str, Sequence[str]]) -> str:
    name, what = key.split()
    doing = "a run that takes in the new day" if what == "day" else "a run that finds nothing new"
    return f"{len(kept[name])} days of history: {doing}"


def _day_ratios(seconds: Mapping[str, float | None]) -> list[Ratio]:
    return [
        ratio(
            "one more day, on ten times the history / on the history",
            seconds["long day"], seconds["short day"], at_most=1.1,
        ),
        ratio(
            "a run with nothing new, on ten times the history / on the history",
            seconds["long idle"], seconds["short idle"],
        ),
        ratio(
            "one more day less a run with nothing new, on ten times the history / on the history",
            _beyond(seconds["long day"], seconds["long idle"]), _beyond(seconds["short day"], seconds["short idle"]),
        ),
    ]  # fmt: skip


def _beyond(whole: float | None, part: float | None) -> float | None:
    return whole - part if whole is not None and part is not None and whole > part else None


def memory(size: Size, folder: Path, say: Say) -> Part:
    """Peak memory of a first load with one batch size, of an archive and of one four times as long."""
    say("memory: simulating two archives")
    payments = archives.payments_per_day(size.events, size.days)
    small = archives.make(folder / "small", size.days // SHORT_SHARE, payments)
    large = archives.make(folder / "large", size.days, payments)
    batch = small.raw_bytes // SMALL_BATCHES
    runs: list[Runs] = []
    for name, archive in (("small", small), ("large", large)):
        run = _first_load(archive, folder / f"home-{name}", batch, size)
        runs.append(
            Runs(name, f"first load of {archive.raw_bytes / MEGABYTE:,.0f} MB", [run], archive.raw_bytes)
        )
        say(f"memory: {name}: {_short(run)}, {run.peak_bytes / MEGABYTE:,.0f} MB")
    return Part(
        name="memory",
        title="Whether memory is bounded by the batch",
        about=f"{', '.join(COMPARED)} with all checks, in batches of {batch / MEGABYTE:,.0f} MB (VERMEIL_BATCH_BYTES).",
        runs=runs,
        ratios=[
            ratio(
                "peak memory, four times the archive / the archive",
                runs[1].peak_megabytes, runs[0].peak_megabytes, at_most=1.25,
            )
        ],
    )  # fmt: skip


def _first_load(archive: Archive, home: Path, batch: int, size: Size) -> Measured:
    only = [part for name in COMPARED for part in ("--only", name)]
    env = {"VERMEIL_HOME": str(home), "VERMEIL_RAW": str(archive.folder), "VERMEIL_BATCH_BYTES": str(batch)}
    return command([*VERMEIL, "run", *only], env, size.timeout)


def features(size: Size, folder: Path, say: Say) -> Part:
    """The feature plan against window functions, in turns, on the same payments.

    Raises:
        DisagreementError: they did not find the same features.
    """
    say(f"features: making {size.payments:,} payments")
    file = folder / "payments.parquet"
    payments.make(file, size.payments)
    competing = [one for one in feature_contestants() if one.name not in size.without]
    tries = {c.name: partial(_features_once, c, file, folder / c.name, size) for c in competing}
    measured = _in_turns("features", tries, size.rounds, say)
    runs = {c.name: Runs(c.name, c.title, measured[c.name]) for c in competing}
    made = {name: folder / name for name, found in runs.items() if found.error is None}
    rows = agree_on_features(made)
    return Part(
        name="features",
        title="How fast features are",
        about=f"{len(FEATURES.features)} features over {len(FEATURES.entities)} entities, {size.payments:,} payments.",
        runs=list(runs.values()),
        ratios=[
            ratio(f"{runs[name].title} / the feature plan", runs[name].seconds, runs["plan"].seconds)
            for name in ("duckdb", "sail", "spark")
            if name in runs
        ],
        notes=(f"The features of {', '.join(made)} agree: {rows:,} payments.",),
    )


def _features_once(contestant: FeatureContestant, file: Path, out: Path, size: Size) -> Measured:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return command([*contestant.argv, str(file), str(out)], {}, size.timeout)


SCORES_A_SECOND = 50_000
"""Payments that a core has to score in a second."""


def scores(size: Size, folder: Path, say: Say) -> Part:
    """How many payments each model scores in a second of processor time, start-up of the process left out.

    What a process takes before it scores anything is measured by scoring a single payment.
    """
    say(f"scores: making {size.scored:,} payments and {len(scoring.MODELS)} models")
    rows, one = folder / "rows.parquet", folder / "one.parquet"
    scoring.make(rows, size.scored)
    scoring.make(one, 1)
    for model in scoring.MODELS:
        scoring.train(model, folder / model.name / "model")
    tries = {
        name: partial(_scored_once, folder / model.name, file, size)
        for model in scoring.MODELS
        for name, file in ((model.name, rows), (f"{model.name} one", one))
    }
    measured = _in_turns("scores", tries, size.rounds, say)
    runs = {m.name: Runs(m.name, m.title, measured[m.name]) for m in scoring.MODELS}
    idle = {m.name: Runs(m.name, m.title, measured[f"{m.name} one"]).cpu_seconds for m in scoring.MODELS}
    return Part(
        name="scores",
        title="How fast payments are scored",
        about=f"{size.scored:,} payments with {len(scoring.FEATURES)} features; exact reasons for scores from 5 on.",
        runs=list(runs.values()),
        ratios=[
            ratio(
                f"payments scored in a second of one core: {m.title}",
                size.scored, _beyond(runs[m.name].cpu_seconds, idle[m.name]), at_least=SCORES_A_SECOND,
            )
            for m in scoring.MODELS
        ],
        notes=tuple(
            f"{m.title}: {scoring.explained_share(folder / m.name / 'scores'):.1%} of the payments have reasons."
            for m in scoring.MODELS
            if runs[m.name].error is None
        ),
    )  # fmt: skip


def _scored_once(folder: Path, file: Path, size: Size) -> Measured:
    out = folder / "scores" if file.stem == "rows" else folder / "one"
    shutil.rmtree(out, ignore_errors=True)
    module = (sys.executable, "-m", "benchmarks.scoring")
    return command([*module, str(folder / "model"), str(file), str(out)], {}, size.timeout)


def _described(archive: Archive) -> str:
    return (
        f"{archive.events:,} events and {archive.objects:,} objects, {archive.raw_bytes / MEGABYTE:,.0f} MB of JSON in "
        f"{archive.stored_bytes / MEGABYTE:,.0f} MB of gzip"
    )


def _short(run: Measured) -> str:
    return f"failed, {run.error}" if run.error else f"{run.seconds:.1f} s"
