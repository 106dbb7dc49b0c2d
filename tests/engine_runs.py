"""Commands of ``vermeil`` in processes of their own, each on an engine of its choice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.delta import s3a
from pipelines.delta.spark_settings import IVY_FOLDER
from tests.spark_servers import ROOT, SMALL, delta_jars

VERMEIL = Path(sys.executable).with_name("vermeil")
SMALL_SPARK = {**SMALL, "spark.master": "local[2]"}
HAS_JAVA = shutil.which("java") is not None or "JAVA_HOME" in os.environ
NEEDS_JAVA = pytest.mark.skipif(not HAS_JAVA, reason="Apache Spark needs Java 17")
NEEDS_DELTA = pytest.mark.skipif(
    not HAS_JAVA or not delta_jars(),
    reason="needs Java 17 and Delta's jars: make jars",
)
NEEDS_S3A = pytest.mark.skipif(
    not all(jar.exists() for jar in s3a.fetched_jars(IVY_FOLDER.expanduser())),
    reason="the jars of S3A (700 MB) were not fetched: a run on Spark with its tables under s3:// does so",
)
PATIENCE = 900

DRIVER_COMMITS = "20000"
"""Bytes up to which the driver commits: of a test's tables some, so that one table may be committed to by both."""


@dataclass(frozen=True)
class Ended:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines on the error stream."""
        return [line for line in self.err.splitlines() if line.strip()]


def started(
    engine: str,
    home: Path,
    *words: str,
    conf: Mapping[str, str] | None = None,
    env: Mapping[str, str | None] | None = None,
    own_group: bool = False,
) -> subprocess.Popen[str]:
    """A command that goes on; in a process group of its own, it can be killed with all that it starts."""
    found = {
        **os.environ,
        "VERMEIL_ENGINE": engine,
        "VERMEIL_SPARK_CONF": json.dumps((SMALL_SPARK if engine == "spark" else {}) | dict(conf or {})),
        "VERMEIL_DRIVER_COMMIT_BYTES": DRIVER_COMMITS,
        "COLUMNS": "200",
        **(env or {}),
    }
    return subprocess.Popen(
        [str(VERMEIL), *words, "--home", str(home)],
        cwd=ROOT,
        env={name: value for name, value in found.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    )


def vermeil(engine: str, home: Path, *words: str, **how: Mapping[str, str | None]) -> Ended:
    """A command, when it has ended."""
    process = started(engine, home, *words, **how)  # type: ignore[arg-type]
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out, err)


def done(engine: str, home: Path, *words: str) -> str:
    """What a command that ends well prints."""
    ended = vermeil(engine, home, *words)
    assert ended.code == 0, (engine, words, ended.out[-2000:], ended.err[-4000:])
    return ended.out


def parts(archive: Path, count: int) -> list[list[Path]]:
    """The files of an archive, dealt out in their order."""
    files = sorted(path for path in archive.rglob("*") if path.is_file())
    size = -(-len(files) // count)
    return [files[start : start + size] for start in range(0, len(files), size)]


def add(files: Sequence[Path], archive: Path, raw: Path) -> None:
    """Put files of an archive where a run finds them, as they are."""
    for file in files:
        target = raw / file.relative_to(archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
