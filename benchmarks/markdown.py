"""What was measured, as Markdown to read and as JSON to keep; and where in the README it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.figures import Part, Ratio, Runs

BEGIN = "<!-- {name}: begin; written by python -m benchmarks --record -->"
END = "<!-- {name}: end -->"


def as_markdown(part: Part, setting: Sequence[str]) -> str:
    """A part: how it was measured, the ratios against their targets, and the figures."""
    ratios = _table(("ratio", "seen", "target", "reached"), "lrrl", map(_ratio_row, part.ratios))
    headers = ("what", "seconds", "from to", "processor seconds", "peak MB", "raw MB/s")
    table = _table(headers, "lrrrrr", map(_runs_row, part.runs))
    failures = [f"{runs.title}: **failed**, {runs.error}" for runs in part.runs if runs.error]
    said = [f"### {part.title}", " ".join(setting), part.about, ratios, table, *part.notes, *failures]
    return "\n\n".join(said) + "\n"


def as_json(parts: Sequence[Part], setting: Sequence[str]) -> dict[str, Any]:
    """The same as data, with every single run."""
    return {"setting": list(setting), "parts": [_part_json(part) for part in parts]}


def record(readme: Path, part: Part, setting: Sequence[str]) -> None:
    """Put the figures of a part between its markers in a file; those of other parts stay.

    Raises:
        ValueError: the file lacks the markers.
    """
    first, last = BEGIN.format(name=part.name), END.format(name=part.name)
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise ValueError(
            f"{readme} lacks the lines {first!r} and {last!r}; put them where the figures are to go"
        )
    readme.write_text(f"{before}{first}\n\n{as_markdown(part, setting)}\n{last}{after}", encoding="utf-8")


def _runs_row(runs: Runs) -> tuple[str, ...]:
    spread = "–"
    if runs.seconds is not None:
        times = [run.seconds for run in runs.good]
        spread = f"{min(times):.1f} to {max(times):.1f}"
    return (
        runs.title,
        _number(runs.seconds, 1),
        spread,
        _number(runs.cpu_seconds, 1),
        _number(runs.peak_megabytes, 0),
        _number(runs.megabytes_per_second, 1),
    )


def _ratio_row(ratio: Ratio) -> tuple[str, ...]:
    reached = {True: "yes", False: "**no**", None: ""}[ratio.reached]
    digits = 0 if (ratio.value or 0) >= 1_000 else 2
    return ratio.title, _number(ratio.value, digits), ratio.target, reached


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _table(headers: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> str:
    rule = ["---:" if side == "r" else "---" for side in align]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headers, rule, *rows))


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "about": part.about,
        "notes": list(part.notes),
        "runs": [_runs_json(runs) for runs in part.runs],
        "ratios": [
            {"title": r.title, "value": r.value, "target": r.target, "reached": r.reached}
            for r in part.ratios
        ],
    }


def _runs_json(runs: Runs) -> dict[str, Any]:
    single = [{k: v for k, v in asdict(run).items() if k != "output"} for run in runs.runs]
    return {
        "name": runs.name,
        "title": runs.title,
        "raw_bytes": runs.raw_bytes,
        "seconds": runs.seconds,
        "cpu_seconds": runs.cpu_seconds,
        "peak_megabytes": runs.peak_megabytes,
        "megabytes_per_second": runs.megabytes_per_second,
        "runs": single,
    }
