"""What was measured, as Markdown to read and as JSON to keep; and where in the README it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.figures import Part, Ratio, Runs

BEGIN = "<!-- figures: begin; written by python -m benchmarks --record -->"
END = "<!-- figures: end -->"


def as_markdown(parts: Sequence[Part], setting: Sequence[str]) -> str:
    """All parts: first the ratios against their targets, then each part's figures."""
    ratios = [ratio for part in parts for ratio in part.ratios]
    summary = _table(("ratio", "seen", "target", "reached"), "lrrl", map(_ratio_row, ratios))
    return "\n\n".join([" ".join(setting), summary, *map(_part, parts)]) + "\n"


def as_json(parts: Sequence[Part], setting: Sequence[str]) -> dict[str, Any]:
    """The same as data, with every single run."""
    return {"setting": list(setting), "parts": [_part_json(part) for part in parts]}


def record(readme: Path, figures: str) -> None:
    """Put figures between the markers of a file.

    Raises:
        ValueError: the file lacks the markers.
    """
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"{readme} lacks the lines {BEGIN!r} and {END!r}; put them where the figures are to go"
        )
    readme.write_text(f"{before}{BEGIN}\n\n{figures}\n{END}{after}", encoding="utf-8")


def _part(part: Part) -> str:
    headers = ("what", "seconds", "from to", "processor seconds", "peak MB", "raw MB/s")
    table = _table(headers, "lrrrrr", map(_runs_row, part.runs))
    failures = [f"{runs.title}: **failed**, {runs.error}" for runs in part.runs if runs.error]
    return "\n\n".join([f"### {part.title}", part.about, table, *part.notes, *failures])


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
    return ratio.title, _number(ratio.value, 2), ratio.target, reached


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
