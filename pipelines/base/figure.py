"""Figures about a batch that its rows do not show, each a number or, while it is not known, None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Figures:
    """Figures of one kind of table alone.

    Attributes:
        values: the figures by name.
        told: of some of them what they are made of, in words.
    """

    values: Values = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
