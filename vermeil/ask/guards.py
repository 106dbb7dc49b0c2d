"""Questions that are not read at all: what nobody may have, what is no question, and what asks to act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vermeil.ask.lexicon import Lexicon, Phrase
from vermeil.ask.patterns import pattern

MOST_CHARACTERS = 500
"""Of a question; longer texts are not read."""


@dataclass(frozen=True)
class Turned:
    """Why a question is not answered.

    Attributes:
        outcome: refused where there is no answer, blocked where nobody may have it.
        said: the reason. It repeats nothing of the question.
        offer: a question that can be answered instead.
    """

    outcome: Literal["refused", "blocked"]
    said: str
    offer: str | None = None


_SQL = pattern("sql", case=False)
_MACHINE = pattern("machine", case=False)
_ORDERS = pattern("orders", case=False)
_SECRETS = pattern("secrets", case=False)
_PERSONAL = pattern("personal", case=False)
_MASS = pattern("mass", case=False)
_ACTS = pattern("acts", case=False)
_WOULD = pattern("would", case=False)

_NOBODY = "That is not given to anybody: only figures over many payments are, and what happened to an object by its id."
_QUESTIONS = "Only questions in plain English about payments are read here; nothing of this was run."


def turned(text: str, lexicon: Lexicon) -> Turned | None:
    """Why a text is not read at all; None where it may be.

    Args:
        text: the question, without signs that do not show.
        lexicon: what can be named.
    """
    if not text:
        return Turned("refused", "There is no question.", "captured volume last month")
    if len(text) > MOST_CHARACTERS:
        return Turned("refused", f"A question of more than {MOST_CHARACTERS} characters is not read.")
    if _SQL.search(text) or _MACHINE.search(text) or _ORDERS.search(text):
        return Turned("blocked", _QUESTIONS, "SQL that only reads is answered by: vermeil sql")
    if _SECRETS.search(text) or _MASS.search(text):
        return Turned("blocked", _NOBODY)
    if _PERSONAL.search(text):
        return Turned(
            "blocked", f"Names and contact data are kept as tokens, which are not turned back. {_NOBODY}"
        )
    if not any(sign.isalpha() and sign.isascii() for sign in text) or _foreign(text):
        return Turned("refused", "Questions are read in English only.", "captured volume last month")
    if _ACTS.search(text) and not _WOULD.search(text):
        return Turned(
            "refused", "Questions are answered; nothing is changed, sent or started from here.", None
        )
    return None


def _foreign(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return sum(not sign.isascii() for sign in letters) * 5 > len(letters)


def absent(words: list[str], lexicon: Lexicon) -> Turned | None:
    """Why a question about something that is not in the data has no answer; None where nothing of it is named."""
    for one in lexicon.absent:
        if any(_holds(words, phrase) for phrase in one.words):
            return Turned("refused", one.said, one.offer)
    return None


def _holds(words: list[str], phrase: Phrase) -> bool:
    length = len(phrase)
    return any(tuple(words[start : start + length]) == phrase for start in range(len(words) - length + 1))
