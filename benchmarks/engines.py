"""The demo's archive through every table and check on both engines: what each takes, and whether the rows are the same.

``python -m benchmarks.engines --rounds 1`` prints a table in Markdown and a ratio; the engine ``spark`` needs Java and
the jar of Delta, and on two cores some minutes a round. The engines take turns on copies of one archive.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.contestants import ROOT, VERMEIL
from benchmarks.process import Measured, measure
from pipelines.catalog import all_tables
from pipelines.simulate import Simulation, simulate
from pipelines.upkeep.comparison import compare, side_at

ENGINES = ("embedded", "spark")
TIMEOUT = 3600.0
MEBIBYTE = 1 << 20


def main(argv: Sequence[str]) -> None:
    """Measure both engines in turns, then compare what they made."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engines", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--days", type=int, default=240, help="of the archive; the demo has 240")
    parser.add_argument("--payments", type=int, default=50, help="a day; the demo has 50")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = Simulation(days=options.days, payments_per_day=options.payments)
        simulate(made, folder / "raw", folder / "truth")
        runs: dict[str, list[Measured]] = {engine: [] for engine in ENGINES}
        for number in range(options.rounds):
            for engine in ENGINES if number % 2 == 0 else reversed(ENGINES):
                runs[engine].append(first_load(folder, engine))
        print("\n".join(table(runs)))
        one, other = (side_at(str(folder / engine)) for engine in ENGINES)
        found = compare(one, other, all_tables())
        print(f"{found.count:,} differences in {len(found.tables)} tables.")


def first_load(folder: Path, engine: str) -> Measured:
    """Run everything on an empty home; ends the benchmark where that fails."""
    home = folder / engine
    shutil.rmtree(home, ignore_errors=True)
    found = measure([*VERMEIL, "run"], environment(folder, home, engine), ROOT, TIMEOUT)
    if found.error:
        sys.exit(f"{engine}: {found.error}")
    return found


def environment(folder: Path, home: Path, engine: str) -> Mapping[str, str]:
    """What a run is told. With one key of tokens, or no two lakehouses had equal ones."""
    return {
        **os.environ,
        "VERMEIL_HOME": str(home),
        "VERMEIL_RAW": str(folder / "raw"),
        "VERMEIL_ENGINE": engine,
        "VERMEIL_TOKEN_KEY": bytes(range(32)).hex(),
    }


def table(runs: Mapping[str, Sequence[Measured]]) -> list[str]:
    """The medians as a table in Markdown, and how many times the processor time of the first engine the second took."""
    lines = ["| engine | wall s | processor s | peak MiB |", "|---|---:|---:|---:|"]
    cpu: dict[str, float] = {}
    for engine, found in runs.items():
        wall, peak = median(one.seconds for one in found), median(one.peak_bytes for one in found)
        cpu[engine] = median(one.cpu_seconds for one in found)
        lines.append(f"| {engine} | {wall:.1f} | {cpu[engine]:.1f} | {peak / MEBIBYTE:,.0f} |")
    first, second = cpu.values()
    return [*lines, f"{second / first:.1f} times the processor time."]


if __name__ == "__main__":
    main(sys.argv[1:])
