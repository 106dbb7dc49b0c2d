"""Forms of words that are told by regular expressions: ``patterns.yaml`` lists the alternatives of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml


@cache
def pattern(name: str, *, case: bool = True) -> re.Pattern[str]:
    """The expression of a name, of which any alternative may be met.

    Args:
        name: in the file.
        case: whether capitals are others than small letters.
    """
    return re.compile("|".join(_listed()[name]), 0 if case else re.IGNORECASE)


@cache
def _listed() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = yaml.safe_load(
        files("vermeil.ask").joinpath("patterns.yaml").read_text(encoding="utf-8")
    )
    return found
