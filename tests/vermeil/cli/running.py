"""Vermeil's commands, run in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from vermeil.cli.app import app


def vermeil(*words: str | Path, **how: Any) -> Result:
    """What a command came to; ``how`` as :meth:`CliRunner.invoke` takes it."""
    return CliRunner().invoke(app, [str(word) for word in words], **how)


def as_json(*words: str | Path) -> Any:
    """What a command that ends well prints for a program."""
    result = vermeil(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
