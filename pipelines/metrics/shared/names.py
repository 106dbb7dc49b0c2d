"""What people wrote, as it is said back to them, and which names they may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

NEAREST = 3
"""Names that are proposed."""

MOST_SHOWN = 60
"""Characters of a text that are shown."""


def nearest(word: str, names: Iterable[str]) -> list[str]:
    """The names nearest to a word, best first; case and the sign between words do not count."""
    plain = {_plain(name): name for name in names}
    near = get_close_matches(_plain(word[:MOST_SHOWN]), plain, NEAREST, 0.6)
    return [plain[name] for name in near]


def quoted(text: str) -> str:
    """A text as it is quoted in what is said: short, and without signs that a terminal obeys."""
    short = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    return repr("".join(sign if sign.isprintable() else "·" for sign in short))


def _plain(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ")
