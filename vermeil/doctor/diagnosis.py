"""All looks, in the order in which a person would take them. None of them ends the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pipelines.delta.engine import engine_of
from pipelines.errors import SettingsError, VermeilError
from pipelines.settings import Settings, load_settings
from vermeil.doctor import installation, lakehouse, places
from vermeil.doctor.finding import Finding, fail, ok

Look = Callable[[Settings], Iterable[Finding]]

LOOKS: Mapping[str, Look] = {
    "versions": installation.versions,
    "engine": installation.engine,
    "home": places.home,
    "storage": places.storage_root,
    "disk": places.disk,
    "keys": places.keys,
    "sources": places.sources,
    "raw files": places.raw_files,
    "lock": lakehouse.lock,
    "format": lakehouse.format_of,
    "tables": lakehouse.tables,
    "releases": lakehouse.releases_of,
    "staging": lakehouse.staging,
    "dagster": installation.dagster,
    "alerts": installation.alerts,
}


def diagnose(
    overrides: Mapping[str, Any],
    looks: Mapping[str, Look] = LOOKS,
    starting: Callable[[str], None] = lambda _: None,
) -> Iterator[Finding]:
    """Look at everything. Whatever goes wrong is a finding, never an exception.

    Args:
        overrides: settings that count before the environment's.
        looks: what to look at, by name.
        starting: told the name of each look before its turn.
    """
    try:
        settings = load_settings(overrides)
        engine_of(settings)
    except SettingsError as error:
        yield fail(
            "settings", str(error), "Set the variable as the message says; docs/how-to.md lists them all."
        )
        return
    yield ok("settings", f"home {settings.home.resolve()}, lakehouse {settings.lakehouse_uri}")
    for subject, look in looks.items():
        starting(subject)
        yield from _guarded(subject, look, settings)


def _guarded(subject: str, look: Look, settings: Settings) -> Iterator[Finding]:
    try:
        yield from look(settings)
    except VermeilError as error:
        yield fail(subject, str(error), "The message says it.")
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        yield fail(subject, f"{type(error).__name__}: {said}", "Mend what the message names, and look again.")
