"""Words of a question: in lower case, without endings, words that say the same as one word, typing errors mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

MEASURE = "§"
"""Begins the word that stands for a way to count: §count, §money, §rate, §duration."""

_TOKEN = re.compile(r"[§@]?[a-z0-9_]+(?:[.'][a-z0-9]+)*|[,|:?]|[^\s\w]")
_KEPT = frozenset((",", "|", ":"))
_LIKE = 0.8
"""How alike a word must be to one that is known, to be taken for it: one letter of five."""

_SHORTEST = 5
"""Letters of a word that may be a typing error."""


def plain(text: str) -> str:
    """A text without signs that a terminal obeys, and with single spaces."""
    known = unicodedata.normalize("NFKC", text).replace("’", "'").replace("–", "-").replace("—", "-")
    shown = "".join(sign if sign.isprintable() else " " for sign in known)
    return " ".join(shown.split())


def stem(word: str) -> str:
    """A word without the ending of a plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True)
class Words:
    """How texts become words.

    Attributes:
        same: by each phrase, the word that it is read as.
    """

    same: Mapping[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, same: Mapping[str, str]) -> Words:
        """Of phrases that are read as one word each."""
        longest = sorted(same, key=len, reverse=True)
        return cls(same, re.compile(rf"(?<![\w§])(?:{'|'.join(map(re.escape, longest))})(?!\w|'\w)"))

    def of_text(self, text: str) -> list[str]:
        """The words of a text in lower case."""
        read = self.pattern.sub(lambda found: f" {self.same[found[0]]} ", text.replace("_", " "))
        found = _TOKEN.findall(read.replace("-", " "))
        return [_end(word) for word in found if word[0].isalnum() or word[0] in "§@" or word in _KEPT]


def _end(word: str) -> str:
    return stem(word.removesuffix("'s").removesuffix("'"))


def mended(
    words: Iterable[str], known: Collection[str], names: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The words, with those that are not known taken for the nearest that is; and which were.

    Args:
        words: of the question.
        known: all words that are known.
        names: those that a typing error may be taken for, with what each is read as.
    """
    read, errors = [], {}
    for word in words:
        near = None if word in known or not _may_be_mended(word) else _nearest(word, names)
        if near:
            errors[word] = near
        read.append(near or word)
    return read, errors


def _may_be_mended(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha()


def _nearest(word: str, names: Mapping[str, str]) -> str | None:
    """The one word that is nearest; of several that are as near, the first where all are read alike."""
    found = process.extract(word, list(names), scorer=OSA.normalized_similarity, score_cutoff=_LIKE, limit=4)
    nearest = [name for name, near, _ in found if near == found[0][1]]
    if not nearest or nearest[0][0] != word[0] or len({names[name] for name in nearest}) > 1:
        return None
    return str(nearest[0])
