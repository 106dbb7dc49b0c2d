"""Which figure words mean: every alias of every metric is held against them, and the nearest win."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vermeil.ask.lexicon import Alias, Lexicon, Meaning, measure_of, worth
from vermeil.ask.said import COMMON
from vermeil.ask.words import MEASURE

ENOUGH = 0.7
"""How near an alias must be to be an answer: 1 is word for word."""

MARGIN = 0.06
"""How much nearer than any other meaning, in shares of its own nearness."""

_GLUE = 0.3
"""How much of what it says a word counts for, where it mostly says nothing."""

_UNEXPLAINED = 0.85
"""What is left of nearness for each word that an alias does not explain."""

_UNLIKE = {frozenset(("count", "money")): 0.62, frozenset(("count", "duration")): 0.5}
_OTHER_UNIT = 0.5
_SAID = 1.06
"""An alias that says the way of counting that was said."""

_UNSAID = 0.84
"""An alias that says a way of counting, held against words that say none."""


@dataclass(frozen=True)
class Choice:
    """A meaning, and how near the words are to it.

    Attributes:
        meaning: of the words.
        near: 0 to about 1.
        covered: words that its alias explains.
    """

    meaning: Meaning
    near: float
    covered: frozenset[str]


def ranked(words: Sequence[str], lexicon: Lexicon, optional: Collection[str] = ()) -> list[Choice]:
    """The meanings that words may have, nearest first, each once.

    Args:
        words: of the question, without times, dimensions and values.
        lexicon: what can be named.
        optional: words that need not be explained.
    """
    measure, weights = measure_of(words), lexicon.weights
    there = {word for word in words if word in weights} - {f"{MEASURE}{measure}"}
    needed = {word for word in there - set(optional) if word[0] != MEASURE}
    best: dict[Meaning, Choice] = {}
    for alias in lexicon.aliases:
        shared = alias.words & there
        telling = alias.words - lexicon.glue - COMMON
        if not shared or (telling and 2 * len(shared & telling) <= len(telling)):
            continue
        explained = worth(shared, weights)
        precision = explained / worth(alias.words, weights)
        unsaid = needed - shared
        light = unsaid & (lexicon.glue | COMMON)
        missed = worth(unsaid - light, weights) + _GLUE * worth(light, weights)
        recall = explained / (explained + missed)
        near = 2 * precision * recall / (precision + recall) * _fit(alias, measure, lexicon) * alias.trust
        near *= _UNEXPLAINED ** len(unsaid - light)
        held = best.get(alias.meaning)
        if held is None or near > held.near:
            best[alias.meaning] = Choice(alias.meaning, near, alias.words)
    return sorted(best.values(), key=lambda one: -one.near)


def _fit(alias: Alias, measure: str | None, lexicon: Lexicon) -> float:
    """How well the way of counting that was said goes with an alias."""
    if measure is None:
        return _UNSAID if alias.measure else 1.0
    if alias.measure == measure:
        return _SAID
    unit = lexicon.metrics[alias.meaning.metrics[0]].unit
    if unit == measure:
        return 0.98 if alias.measure is None else 0.9
    return _UNLIKE.get(frozenset((unit, measure)), _OTHER_UNIT)


def clear(choices: Sequence[Choice]) -> bool:
    """Whether the first is near enough, and no other meaning is about as near."""
    if not choices or choices[0].near < ENOUGH:
        return False
    others = (one.near for one in choices if not set(one.meaning.metrics) <= set(choices[0].meaning.metrics))
    return max(others, default=0.0) <= choices[0].near * (1 - MARGIN)
