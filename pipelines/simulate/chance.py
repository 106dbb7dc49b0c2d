"""Reproducible chance: identifiers in Stripe's style and weighted choices."""

import random
from bisect import bisect
from functools import cache
from itertools import accumulate
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")
Weights = tuple[tuple[str, float], ...]

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_LENGTH = 16
_BATCH = 4_096


def stream(seed: int, name: str) -> random.Random:
    """A generator of its own for one purpose, so that drawing more of one thing changes nothing else."""
    return random.Random(f"vermeil/{seed}/{name}")


class Ids:
    """Identifiers such as `ch_3` and 16 characters that never repeat in practice (95 random bits)."""

    def __init__(self, seed: int, name: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64([seed, name]))
        self._ready: list[str] = []

    def new(self, prefix: str) -> str:
        """A new identifier: the prefix and 16 random characters."""
        if not self._ready:
            self._ready = self._draw()
        return prefix + self._ready.pop()

    def _draw(self) -> list[str]:
        letters = _ALPHABET[self._generator.integers(0, len(_ALPHABET), _LENGTH * _BATCH)].tobytes().decode()
        return [letters[at : at + _LENGTH] for at in range(0, len(letters), _LENGTH)]


class Weighted(Generic[T]):
    """A choice among values by weight."""

    def __init__(self, choices: tuple[tuple[T, float], ...]) -> None:
        self._values = [value for value, _ in choices]
        self._edges = list(accumulate(weight for _, weight in choices))

    def pick(self, rng: random.Random) -> T:
        """One of the values; draws once."""
        return self._values[bisect(self._edges, rng.random() * self._edges[-1], hi=len(self._values) - 1)]


@cache
def weighted(choices: Weights) -> Weighted[str]:
    """The choice among a catalogue's values, made ready once."""
    return Weighted(choices)
