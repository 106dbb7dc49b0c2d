"""The command line: ``python -m benchmarks``. ``--help`` says what may be chosen, README.md what the figures mean."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks import parts
from benchmarks.agreement import DisagreementError
from benchmarks.feature_contest import feature_contestants
from benchmarks.figures import Part
from benchmarks.markdown import as_json, as_markdown, record
from benchmarks.parts import PreparationError
from benchmarks.sizes import QUICK, Size

README = Path(__file__).with_name("README.md")

PARTS = {
    "throughput": parts.throughput,
    "day": parts.one_more_day,
    "memory": parts.memory,
    "features": parts.features,
    "scores": parts.scores,
}

CHOICES = ("events", "days", "rounds", "history_days", "day_payments", "payments", "scored", "timeout")


def main(argv: Sequence[str]) -> int:
    """Measure what is asked for. The exit code is 0; 1 where the figures would mean nothing; 2 for wrong use."""
    options = _options(argv)
    size = _size(options)
    chosen = options.part or list(PARTS)
    _check_disk(options.folder, size.disk_bytes(chosen))
    try:
        measured = _measure(chosen, size, options.folder)
    except (DisagreementError, PreparationError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for part in measured:
        print(as_markdown(part, _setting(size)))
    if options.json:
        options.json.write_text(
            json.dumps(as_json(measured, _setting(size)), indent=2) + "\n", encoding="utf-8"
        )
    if options.record:
        for part in measured:
            record(README, part, _setting(size))
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure speed and memory. Without options: everything, in full size.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes and one round, to try the benchmark itself"
    )
    parser.add_argument(
        "--part", action="append", choices=list(PARTS), help="measure this part only; may be repeated"
    )
    for name in CHOICES:
        kind = type(getattr(Size(), name))
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=kind, help=f"default {getattr(Size(), name):,}"
        )
    parser.add_argument(
        "--without",
        action="append",
        metavar="NAME",
        choices=[one.name for one in feature_contestants()],
        help="leave out this one of those that compute features; may be repeated",
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where to work")
    parser.add_argument("--json", type=Path, help="file to write every single run to")
    parser.add_argument(
        "--record", action="store_true", help="write the figures of these parts into benchmarks/README.md"
    )
    return parser.parse_args(argv)


def _size(options: argparse.Namespace) -> Size:
    given = {name: value for name in CHOICES if (value := getattr(options, name)) is not None}
    return replace(QUICK if options.quick else Size(), **given, without=tuple(options.without or ()))


def _check_disk(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    _say(f"needs up to {needed / 1e9:.1f} GB in {folder} for the time it runs; {free / 1e9:.1f} GB are free")
    if free < needed:
        _say("choose another place with --folder, or less, as with --events, --day-payments and --payments")
        raise SystemExit(2)


def _measure(names: Sequence[str], size: Size, folder: Path) -> list[Part]:
    measured: list[Part] = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="vermeil-benchmark-", dir=folder) as place:
            measured.append(PARTS[name](size, Path(place), _say))
    return measured


def _setting(size: Size) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pysail", "pyspark", "deltalake", "duckdb"))
    return [
        f"{date.today()}, {os.cpu_count()} cores, {_memory_gigabytes():.0f} GB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, {libraries}.",
        f"{size.rounds} rounds, each contestant a process of its own, start-up included; medians.",
    ]


def _memory_gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Ended from outside, it still stops what it started and removes its folder.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
