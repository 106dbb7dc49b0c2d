"""Numbers as people write them out."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = "one two three four five six seven eight nine ten eleven twelve"
NUMERALS: Mapping[str, int] = {word: number for number, word in enumerate(_WORDS.split(), 1)}
