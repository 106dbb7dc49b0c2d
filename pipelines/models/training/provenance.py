"""What a model was made from: tables, code, and when."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Provenance:
    """What a model was made from.

    Attributes:
        tables: Delta version of each table that the examples come from, directly or not.
        code_version: of Vermeil.
        git_commit: of the checkout, where it is one.
        trained_at: when training began, UTC.
    """

    tables: Mapping[str, int]
    code_version: str
    git_commit: str | None
    trained_at: datetime


def provenance(tables: Mapping[str, int], trained_at: datetime) -> Provenance:
    """With the code that runs."""
    return Provenance(dict(tables), version("vermeil"), _git_commit(), trained_at)


def _git_commit() -> str | None:
    here = Path(__file__).resolve().parent
    try:
        found = subprocess.run(
            ["git", "-C", str(here), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return found.stdout.strip() or None if found.returncode == 0 else None
