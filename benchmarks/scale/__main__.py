"""Measure how everything grows, point by point, and write docs/scale.md from what was measured.

``python -m benchmarks.scale --up-to 100000`` measures the points that are not kept yet, each in processes of its own;
``--list`` says which there are, ``--only`` names one, ``--write`` only writes the page and its pictures.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.scale.loading import FailedError, loaded
from benchmarks.scale.logs import planned
from benchmarks.scale.points import ENGINES, KEPT, Point, all_points, keep, path


def main(argv: Sequence[str]) -> None:
    """Do what is asked for; a point that fails is told, and the others go on."""
    options = _options(argv)
    points = [one for one in all_points() if _wanted(one, options)]
    if options.list:
        for point in points:
            print(f"{'kept   ' if path(options.points, point).exists() else 'missing'} {point.id}")
        return
    failed = [] if options.write else [one.id for one in points if not _measured(one, options)]
    if not options.only:
        from benchmarks.scale.page import write

        write(options.points)
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    about = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=about)
    parser.add_argument("--up-to", type=int, default=10_000, help="payments, or files of a made-up log")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default both")
    parser.add_argument("--only", action="append", help="name of a point; may be given again")
    parser.add_argument("--points", type=Path, default=KEPT, help="folder of the JSON files")
    parser.add_argument("--folder", type=Path, help="where archives and lakehouses go meanwhile")
    parser.add_argument("--list", action="store_true", help="say which points there are")
    parser.add_argument("--write", action="store_true", help="write docs/scale.md alone")
    return parser.parse_args(argv)


def _wanted(point: Point, options: argparse.Namespace) -> bool:
    if options.only:
        return point.id in options.only
    return point.size <= options.up_to and point.engine in (options.engine or ENGINES)


def _measured(point: Point, options: argparse.Namespace) -> bool:
    if path(options.points, point).exists():
        return True
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        try:
            measured: dict[str, Any] = (planned if point.files else loaded)(point, Path(name), _say)
        except FailedError as error:
            _say(str(error))
            return False
    keep(options.points, point, {**_setting(), **measured})
    return True


def _setting() -> dict[str, Any]:
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in ("pysail", "pyspark", "delta-spark", "deltalake")},
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
