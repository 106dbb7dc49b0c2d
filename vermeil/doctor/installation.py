"""What is installed and what starts: versions, the engine, Dagster, alerts."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml

from vermeil.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from pipelines.settings import Settings

JAVA = 17
"""Apache Spark 4 needs it or a later one."""

PATIENCE = 60.0
"""Seconds that the engine may take to answer."""


def versions(settings: Settings) -> Iterator[Finding]:
    """Whether the libraries are those that Vermeil asks for."""
    from packaging.requirements import Requirement

    del settings
    wrong = []
    for text in requires("vermeil") or []:
        asked = Requirement(text)
        if asked.marker is None or asked.marker.evaluate({"extra": ""}):
            wrong += _unfit(asked.name, str(asked.specifier))
    if wrong:
        yield fail(
            "versions", "; ".join(wrong), "Install what is locked: make install, or requirements.lock."
        )
        return
    shown = ", ".join(f"{name} {version(name)}" for name in ("pyspark", "pysail", "deltalake", "dagster"))
    yield ok("versions", f"Vermeil {version('vermeil')}, Python {platform.python_version()}, {shown}")


def _unfit(name: str, wanted: str) -> list[str]:
    from packaging.specifiers import SpecifierSet

    try:
        found = version(name)
    except PackageNotFoundError:
        return [f"{name} is not installed"]
    return (
        [] if SpecifierSet(wanted).contains(found, prereleases=True) else [f"{name} {found} is not {wanted}"]
    )


def engine(settings: Settings) -> Iterator[Finding]:
    """Whether the engine starts and answers."""
    from pipelines.delta.engine import engine_of, listens

    wanted = engine_of(settings)
    if wanted.wants_java:
        java = java_version()
        if java is None or java < JAVA:
            found = "no Java was found" if java is None else f"Java {java} was found"
            yield fail(
                "engine",
                f"{found}; Apache Spark needs {JAVA} or 21",
                "Install it, set JAVA_HOME, or VERMEIL_ENGINE=embedded.",
            )
            return
    if wanted.is_remote and not listens(settings.engine):
        place = urlsplit(settings.engine).netloc
        yield fail(
            "engine", f"nothing listens at {place}", "Start the Spark Connect server, or mend VERMEIL_ENGINE."
        )
        return
    log = settings.spark_log
    absent = [path for path in (log, *log.parents[:2]) if not path.exists()]
    started = time.monotonic()
    answer = _asked(settings)
    took = time.monotonic() - started
    if answer is None:
        yield fail(
            "engine",
            f"{settings.engine}: no answer in {PATIENCE:g} s",
            "Look at its log; is the machine overloaded?",
        )
    elif answer:
        todo = (
            "VERMEIL_SPARK_CONF and docs/how-to.md tell what it needs; VERMEIL_ENGINE=embedded needs nothing."
        )
        yield fail("engine", f"{settings.engine}: {answer}", todo)
    else:
        _take_away(absent)
        yield ok("engine", f"{settings.engine} starts and answers in {took:.1f} s")


def _take_away(made: Sequence[Path]) -> None:
    """Remove a log that nobody needs and the folders that were made for it: a look leaves nothing behind."""
    for path in made:
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def java_version() -> int | None:
    """The major version of the Java that Spark would start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None:
        return None
    try:
        said = subprocess.run(
            [java, "-version"], check=False, capture_output=True, text=True, timeout=20
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


def _asked(settings: Settings) -> str | None:
    """An empty text if the engine answers, why it does not, or None if it does not in time."""
    from pipelines.delta.engine import open_spark
    from pipelines.delta.engine_errors import plain

    said: list[str] = []

    def ask() -> None:
        try:
            with open_spark(settings) as spark:
                spark.sql("select 1").collect()
            said.append("")
        except Exception as error:
            told = plain(error, settings) or error
            said.append(" ".join(str(told).split())[:300] or type(told).__name__)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return said[0] if said else None


def dagster(settings: Settings) -> Iterator[Finding]:
    """Whether Dagster's home is as a lakehouse with one writer needs it."""
    home = settings.home / "dagster"
    config = home / "dagster.yaml"
    if not config.exists():
        yield ok("dagster", "not used here yet; vermeil ui prepares it")
        return
    try:
        found = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
        runs = found.get("concurrency", {}).get("runs", {}).get("max_concurrent_runs")
    except (OSError, yaml.YAMLError, AttributeError) as error:
        yield fail(
            "dagster",
            f"{config} cannot be read: {error}",
            "Mend it, or delete it and start vermeil ui again.",
        )
        return
    if not os.access(home, os.W_OK):
        yield fail(
            "dagster", f"{home} cannot be written", f"Give it to the user who runs Dagster: chown -R … {home}"
        )
    elif runs != 1:
        todo = f"Set concurrency.runs.max_concurrent_runs to 1 in {config}, so that runs queue."
        yield warn(
            "dagster", f"{runs or 'any number of'} runs may go on at once; all but one are refused", todo
        )
    else:
        yield ok("dagster", f"{home}, one run at a time")


def alerts(settings: Settings) -> Iterator[Finding]:
    """Whether anybody would be told."""
    from assets.alerts.delivery import channels
    from assets.alerts.ledger import opened

    names = ", ".join(channels(settings))
    if not names:
        yield ok("alerts", "not set up (VERMEIL_ALERT_WEBHOOK, VERMEIL_ALERT_EMAIL)")
        return
    if still := opened(settings.home, ""):
        yield warn(
            "alerts",
            f"sent by {names}; open: {', '.join(still)}",
            "See docs/operations.md for what each asks for.",
        )
    else:
        yield ok("alerts", f"sent by {names}; none is open")
