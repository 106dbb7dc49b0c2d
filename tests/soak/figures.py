"""What the long forms measured: each writes a line of JSON, and docs/reliability.md shows the latest of each.

``python tests/soak/figures.py`` renders the table; ``make soak`` does so after the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
LINES = ROOT / "docs" / "reliability.jsonl"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
HEADER = (
    "| promise | what was tried | tried | survived | lost | seconds | seed | date | commit |\n"
    "|---:|---|---:|---:|---:|---:|---:|---|---|\n"
)


@dataclass
class Figure:
    """One long form: what it tried to break, and how often that failed.

    Attributes:
        promise: number of the promise, 1 to 13, as docs/reliability.md lists them.
        what: what one try is, in a few words, without its number.
        seed: what makes the tries repeatable; None where they do not vary.
        tried: how many tries were made.
        survived: after how many of them all held that was promised.
        seconds: how long all of it took.
        date: when, ISO.
        commit: of what code; a plus sign after it: with changes that were not committed.
    """

    promise: int
    what: str
    seed: int | None = None
    tried: int = 0
    survived: int = 0
    seconds: float = 0.0
    date: str = ""
    commit: str = ""

    @property
    def lost(self) -> int:
        """Tries after which something did not hold."""
        return self.tried - self.survived

    def __str__(self) -> str:
        return (
            f"promise {self.promise}, {self.what}: tried {self.tried:,}, survived {self.survived:,}, "
            f"lost {self.lost:,}, {self.seconds:.0f} s, seed {self.seed}"
        )


@dataclass
class Figures:
    """Where figures go; the fixture ``figures`` is one."""

    path: Path

    @contextmanager
    def measured(self, promise: int, what: str, seed: int | None = None) -> Iterator[Figure]:
        """Count tries in the figure that is given; it is written down at the end, also where the test fails.

        A test that ends well with a try that did not survive fails here.
        """
        figure = Figure(promise, what, seed)
        started = time.monotonic()
        print(f"promise {promise}, {what}: seed {seed}", flush=True)
        try:
            yield figure
        finally:
            figure.seconds = round(time.monotonic() - started, 1)
            figure.date = datetime.now(UTC).date().isoformat()
            figure.commit = commit()
            print(figure, flush=True)
            if figure.tried:
                self._write(figure)
        assert figure.tried > 0, f"{what}: nothing was tried"
        assert figure.lost == 0, str(figure)

    def _write(self, figure: Figure) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(figure) | {"lost": figure.lost}, sort_keys=True) + "\n")


def figures_path() -> Path:
    """The file that ``VERMEIL_SOAK_FIGURES`` names, or the project's own."""
    return Path(os.environ.get("VERMEIL_SOAK_FIGURES") or LINES)


def seed_of(default: int) -> int:
    """The seed of a long form: ``VERMEIL_SOAK_SEED``, or the test's own."""
    return int(os.environ.get("VERMEIL_SOAK_SEED", default))


def size_of(name: str, default: int) -> int:
    """How much a long form tries: ``VERMEIL_SOAK_<NAME>``, or the test's own default."""
    return int(os.environ.get(f"VERMEIL_SOAK_{name.upper()}", default))


def commit() -> str:
    """Short name of the commit that is checked out."""

    def git(*arguments: str) -> str:
        done = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs/reliability.*")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def read(path: Path) -> list[Figure]:
    """The latest figure of each long form, by promise and name."""
    latest: dict[tuple[int, str], Figure] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            found.pop("lost")
            figure = Figure(**found)
            latest[figure.promise, figure.what] = figure
    return [latest[place] for place in sorted(latest)]


def table(figures: Iterable[Figure]) -> str:
    """The figures as a table of Markdown."""
    rows = (
        f"| {f.promise} | {f.what.replace('|', '/')} | {f.tried:,} | {f.survived:,} | {f.lost:,} "
        f"| {f.seconds:,.0f} | {'' if f.seed is None else f.seed} | {f.date} | `{f.commit}` |\n"
        for f in figures
    )
    return HEADER + "".join(rows)


def rendered(page: str, figures: Iterable[Figure]) -> str:
    """The page with the figures between its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{table(figures)}{END}{after}"


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(rendered(page, read(figures_path())), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} shows {figures_path()}\n")


if __name__ == "__main__":
    main()
