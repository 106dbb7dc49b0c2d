"""Which names may have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

NEAREST = 3
"""Names that are proposed."""


def nearest(word: str, names: Iterable[str]) -> list[str]:
    """The names nearest to a word, best first; case and the sign between words do not count."""
    plain = {_plain(name): name for name in names}
    near = get_close_matches(_plain(word), plain, NEAREST, 0.6)
    return [plain[name] for name in near]


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ")
