"""Dagster's own home: its runs, its events, and how many runs may go on at once."""

from __future__ import annotations

from pathlib import Path

from pipelines.settings import Settings

DAGSTER_YAML = """\
# Written by Vermeil where there was none; yours to change.

# A lakehouse has one writer at a time: further runs wait in the queue.
concurrency:
  runs:
    max_concurrent_runs: 1

# Tells when a table has not been brought up to date for too long.
freshness:
  enabled: true

# A run that lost its process is marked as failed, and the queue goes on.
run_monitoring:
  enabled: true

telemetry:
  enabled: false

# No invitation to a newsletter over the first page.
nux:
  enabled: false
"""


def instance_home(settings: Settings) -> Path:
    """The folder to use as ``DAGSTER_HOME``, below the lakehouse's home; it need not be there yet."""
    return (settings.home / "dagster").resolve()


def prepare_instance(settings: Settings) -> Path:
    """The same, with a ``dagster.yaml`` in it."""
    home = instance_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        config.write_text(DAGSTER_YAML, encoding="utf-8")
    return home
