"""docs/scale.md: figures between its markers, and its pictures, all of them from the points that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contestants import ROOT
from benchmarks.scale import grown
from benchmarks.scale.charts import Curve, chart
from benchmarks.scale.estimates import HOUR, Estimate, Inputs, Work, estimate, inputs
from benchmarks.scale.fitting import Model, typical
from benchmarks.scale.grown import DAY, IDLE, LOAD, STEPS, WHOLE, Seen
from benchmarks.scale.points import ENGINES, Point, kept
from benchmarks.scale.stages import STAGES

PAGE = ROOT / "docs" / "scale.md"
IMAGES = ROOT / "docs" / "images"
BEGIN = "<!-- {name}: begin; written by python -m benchmarks.scale --write -->"
END = "<!-- {name}: end -->"
MEGABYTE, TERABYTE = 1e6, 1e12
WHAT = {
    "scale-load": "Processor seconds of the stages of a first load by payments",
    "scale-sizes": "Processor seconds by days of history and by commits",
}
TITLES = {"embedded": "embedded engine", "spark": "Apache Spark"}

Kept = Sequence[tuple[Point, Mapping[str, Any]]]


def write(points: Path) -> None:
    """Write all figures and pictures anew. What stands between the markers goes; all else stays."""
    found = kept(points)
    for name, picture in pictures(found):
        (IMAGES / f"{name}.svg").write_text(picture, encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    for name, part in parts(found, inputs()).items():
        text = replaced(text, name, part)
    PAGE.write_text(text, encoding="utf-8")


def replaced(text: str, name: str, part: str) -> str:
    """A page with something else between the markers of a name.

    Raises:
        ValueError: it lacks the markers.
    """
    first, last = BEGIN.format(name=name), END.format(name=name)
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(
            f"{PAGE} lacks the lines {first!r} and {last!r}; put them where the figures are to go"
        )
    return f"{before}{first}\n\n{part}\n\n{last}{after}"


def parts(found: Kept, given: Inputs) -> dict[str, str]:
    """What goes between the markers, by their name."""
    return {
        "loads": _table(
            "rrrrrrrrrrrr",
            ("engine", "payments", "days", "commits", *(f"{step}, processor s" for step in STEPS),
             "first load, peak MB", "data files", "log files", "log MB"),
            (_load_row(one) for engine in ENGINES for one in grown.loads(found, engine)),
        ),
        "pictures": "\n\n".join(
            f"![{WHAT[name.rpartition('-')[0]]}, {TITLES[name.rpartition('-')[2]]}](images/{name}.svg)"
            for name, _ in pictures(found)
            if name != "scale-log"
        ),
        "stages": "\n\n".join((*_stages(found), *_shuffles(found))),
        "logs": _table(
            "lrrrrrrrrr",
            ("engine", "commits", "files named", "log MB", *_log_steps(found)),
            (_log_row(one, _log_steps(found)) for engine in ENGINES for one in grown.logs(found, engine)),
        ),
        "models": _table(
            "lllrrrrrrr",
            ("engine", "step", "stage", "fixed s", "+ s a million payments", "+ s a thousand days",
             "+ s a million payments of the day", "+ s a thousand commits", "error, median", "error, worst"),
            _model_rows(found),
        ),
        "estimates": "\n\n".join(_estimates(found, given)),
        "inputs": _input_table(given),
    }  # fmt: skip


def _load_row(one: Seen) -> tuple[str, ...]:
    layers = one.figures["stored"]["layers"].values()
    files, log_files, log = (sum(layer[k] for layer in layers) for k in ("files", "log_files", "log_bytes"))
    point = one.point
    return (
        point.engine,
        *(f"{n:,}" for n in (point.payments, point.days)),
        f"{point.commits:,}" if point.commits else "–",
        *(f"{one.cpu(step):,.1f}" for step in STEPS),
        f"{one.step(LOAD)['peak_bytes'] / MEGABYTE:,.0f}",
        f"{files:,}",
        f"{log_files:,}",
        f"{log / MEGABYTE:,.1f}",
    )


def _stages(found: Kept) -> Iterator[str]:
    """What each stage of each load took, and the power of the payments that it grew by along them alone."""
    for engine in ENGINES:
        seen = [one for one in grown.loads(found, engine) if not one.point.commits]
        series = grown.along_payments(seen)
        for step in (LOAD, DAY) if seen else ():
            power = grown.exponents(series, step, lambda one: one.point.payments)
            titles = (f"{one.point.payments:,} payments, {one.point.days:,} days" for one in seen)
            yield _table(
                "l" + "r" * (len(seen) + 1),
                (f"{TITLES[engine]}, {step}, processor s", *titles, "exponent"),
                (
                    (stage, *(f"{one.cpu(step, stage):,.2f}" for one in seen), _power(power[stage]))
                    for stage in (*STAGES, WHOLE)
                ),
            )


def _shuffles(found: Kept) -> Iterator[str]:
    """What Spark's tasks wrote for others to read, by stage of a first load, as its log of events says."""
    seen = [one for one in grown.loads(found, "spark") if not one.point.commits]
    if seen:
        moved = [one.shuffled(LOAD) for one in seen]
        titles = (f"{one.point.payments:,} payments, {one.point.days:,} days" for one in seen)
        yield _table(
            "l" + "r" * len(seen),
            ("Apache Spark, first load, shuffled MB", *titles),
            ((stage, *(f"{one[stage] / MEGABYTE:,.2f}" for one in moved)) for stage in STAGES),
        )


def _power(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _log_steps(found: Kept) -> tuple[str, ...]:
    return next((tuple(f["steps"]) for point, f in found if point.files), ())


def _log_row(one: Seen, steps: Sequence[str]) -> tuple[str, ...]:
    return (
        one.point.engine,
        f"{one.point.commits:,}",
        f"{one.point.files:,}",
        f"{one.figures['stored']['log_bytes'] / MEGABYTE:,.1f}",
        *(f"{one.cpu(step):,.2f}" for step in steps),
    )


def _model_rows(found: Kept) -> Iterator[tuple[str, ...]]:
    for engine in ENGINES:
        seen = grown.loads(found, engine)
        for step in STEPS if len(seen) >= grown.FEWEST_LOADS else ():
            stages = (WHOLE, *STAGES) if step in (LOAD, DAY) else (WHOLE,)
            for stage in stages:
                fit, off = grown.model(seen, step, stage)
                yield (engine, step, stage, *_sum(fit), *_errors(off))


def _sum(fit: Model) -> tuple[str, ...]:
    units = {"payments": 1e6, "days": 1e3, "day_payments": 1e6, "commits": 1e3}
    slopes = (f"{fit.slopes[n] * unit:,.2f}" if n in fit.slopes else "–" for n, unit in units.items())
    return (f"{fit.fixed:,.2f}", *slopes)


def _errors(off: Sequence[float]) -> tuple[str, str]:
    return (f"{typical(off):.0%}", f"{max(map(abs, off)):.0%}") if off else ("–", "–")


def _estimates(found: Kept, given: Inputs) -> Iterator[str]:
    embedded = grown.loads(found, "embedded")
    if not embedded:
        return
    sizes = grown.bytes_per_payment(embedded)
    made = [estimate(user, _models(found, user.engine), sizes, given) for user in given.users]
    names = [one.user.name for one in made]
    yield _table(
        "l" + "r" * len(made),
        ("computed, not measured", *names),
        zip(LABELS, *map(_lines, made), strict=True),
    )
    for engine in dict.fromkeys(one.user.engine for one in made if one.load is None):
        seen = grown.loads(found, engine)
        largest = max((one.point.payments for one in seen), default=0)
        yield (
            f"{TITLES[engine]}: {len(seen)} loads of up to {largest:,} payments were measured. Work is computed "
            f"from {grown.ENOUGH_LOADS} on, one of them of {grown.ENOUGH_PAYMENTS:,}: tables that are nearly empty "
            "grow otherwise."
        )


def _models(found: Kept, engine: str) -> tuple[Model, Model] | None:
    seen = grown.loads(found, engine)
    if not grown.is_enough(seen):
        return None
    return grown.model(seen, LOAD)[0], grown.model(seen, DAY)[0]


def _lines(one: Estimate) -> list[str]:
    return [
        f"{one.user.payments:,}",
        f"{one.user.days:,}",
        one.user.engine,
        *(f"{size / TERABYTE:,.3f}" for size in (one.raw_bytes, one.stored_bytes, one.table_bytes)),
        f"{one.raw_files:,}",
        f"{one.files:,}",
        f"{one.storage_dollars:,.2f}",
        *_worked(one.load),
        *_worked(one.day),
    ]


def _worked(work: Work | None) -> tuple[str, str, str]:
    if work is None:
        return ("–", "–", "–")
    return f"{work.cpu_seconds / HOUR:,.2f}", f"{work.executors:,}", f"{work.dollars:,.2f}"


LABELS = (
    "payments", "days", "engine", "raw records, TB", "raw files as stored, TB", "tables, TB", "raw files",
    "data files of 32 MB", "storage of a month, US dollars",
    "first load, processor hours", "executors for it", "US dollars for it",
    "one more day, processor hours", "executors for it", "US dollars for it",
)  # fmt: skip


def _input_table(given: Inputs) -> str:
    cluster = {f"cluster: {k}": v for k, v in vars(given.cluster).items()}
    prices = {f"price: {k}, US dollars": v for k, v in vars(given.prices).items()}
    sizes = {"bytes of a data file": given.file_bytes, "bytes of a raw file": given.raw_file_bytes}
    rows = ((k, f"{v:,}") for k, v in {**cluster, **prices, **sizes}.items())
    return _table("lr", ("input", "value"), rows)


def pictures(found: Kept) -> Iterator[tuple[str, str]]:
    """The charts, by name of file."""
    for engine in ENGINES:
        seen = grown.loads(found, engine)
        if len(seen) >= grown.FEWEST_LOADS:
            yield f"scale-load-{engine}", _by_payments(engine, seen)
            yield f"scale-sizes-{engine}", _by_sizes(engine, seen)
    yield "scale-log", _by_files(found)


def _by_payments(engine: str, seen: Sequence[Seen]) -> str:
    series = grown.along_payments(seen)
    sizes = [one.point.payments for one in series]

    def curve(stage: str) -> Curve:
        fit, _ = grown.model(seen, LOAD, stage)
        line = [(n, fit.at({**series[0].row, "payments": n})) for n in (*sizes, 10_000_000)]
        return Curve(stage, [(one.point.payments, one.cpu(LOAD, stage)) for one in series], line)

    title = f"First load, {TITLES[engine]}: measured (dots) and fitted (dashes)"
    return chart(
        title, "payments over 100 days", "processor seconds", [curve(s) for s in (WHOLE, *STAGES[:9])]
    )


def _by_sizes(engine: str, seen: Sequence[Seen]) -> str:
    sizes, aged = "days (10,000 payments)", grown.along_commits(seen)
    curves = [
        Curve(f"{step}, days", [(one.point.days, one.cpu(step)) for one in grown.along_days(seen)])
        for step in STEPS
    ]
    if len(aged) > 1:
        sizes += ", commits (1,000 payments)"
        curves += [
            Curve(f"{step}, commits", [(one.point.commits, one.cpu(step)) for one in aged])
            for step in (IDLE, DAY)
        ]
    return chart(f"With {sizes}, {TITLES[engine]}: measured", sizes, "processor seconds", curves)


def _by_files(found: Kept) -> str:
    curves = [
        Curve(
            f"{step}, {engine}",
            [
                (one.point.files, one.cpu(step))
                for one in grown.logs(found, engine)
                if one.point.commits == 10
            ],
        )
        for engine in ENGINES
        for step in ("layout", "read a day", "merge into a day")
        if grown.logs(found, engine)
    ]
    return chart(
        "Made-up logs: what planning costs, measured", "files that the log names", "processor seconds", curves
    )


def _table(align: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---:" if side == "r" else "---" for side in align]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headers, rule, *rows))
