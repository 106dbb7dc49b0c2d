"""What metrics, dimensions and values are called: from their declarations, the lexicon, and the data of a release."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from pipelines.metrics.shared.catalog import metrics_of
from pipelines.metrics.shared.metric import ENDINGS, Metric
from pipelines.table import Table
from vermeil.ask.plan import Constant, Filter
from vermeil.ask.words import MEASURE, Words

Phrase = tuple[str, ...]

NO_VALUE = frozenset(("all", "none", "unknown", "other", "card"))
"""Values that are no names of anything."""

EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "by",
        "to",
        "our",
        "we",
        "in",
        "that",
        "for",
        "on",
        "with",
        "not",
        "at",
        "is",
        "was",
        "were",
        "are",
        "be",
        "do",
        "did",
        "does",
        "how",
        "have",
        "has",
        "had",
        "us",
        "as",
        "from",
        "it",
        "its",
        "and",
        "who",
        "our",
        "per",
        "which",
        "what",
        "why",
        "when",
        "where",
        "most",
        "least",
        "if",
        "or",
        "so",
        "this",
        "these",
        "those",
        "then",
        "there",
        "been",
        "being",
        "will",
        "would",
        "could",
        "can",
        "all",
        "any",
        "only",
    ]
)
"""Words that say nothing about what a figure is."""

CALLED = (
    *("account", "currency", "network", "card_network", "card_funding", "wallet", "decline_reason", "reason"),
    *(
        "payment_method_type",
        "document_type",
        "network_reason_code",
        "programme",
        "product_id",
        "failure_reason",
    ),
)
"""Dimensions whose values people call by their names; what countries are called stands in the lexicon."""

PLAIN = ("currency", "network", "card_network", "card_funding", "wallet")
"""Of them, those whose values are always meant, also where a metric is called by one."""


@dataclass(frozen=True)
class Meaning:
    """What a phrase may mean.

    Attributes:
        metrics: names of metrics.
        where: conditions that belong to it.
        by: dimensions that belong to it.
        down: it is listed from the greatest down.
    """

    metrics: tuple[str, ...]
    where: tuple[Filter, ...] = ()
    by: tuple[str, ...] = ()
    down: bool = False


@dataclass(frozen=True)
class Alias:
    """A phrase that a meaning is called by.

    Attributes:
        words: those that count, without their order.
        measure: the way of counting that it says; None for none.
        trust: how much it is believed: what was written for people before names.
    """

    meaning: Meaning
    words: frozenset[str]
    measure: str | None
    trust: float


@dataclass(frozen=True)
class Absent:
    """What nobody can be told.

    Attributes:
        words: that ask for it.
        said: why.
        offer: what can be asked instead.
    """

    words: tuple[Phrase, ...]
    said: str
    offer: str


@dataclass(frozen=True)
class Lexicon:
    """Everything that a question can name.

    Args:
        tables: the declared tables.
        values: of each text dimension, the values that it has in the data.
    """

    tables: Mapping[str, Table]
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics by name."""
        return metrics_of(self.tables)

    @cached_property
    def words(self) -> Words:
        """How texts become words."""
        same = {phrase: word for word, phrases in _said()["canon"].items() for phrase in _phrases(phrases)}
        measures = _said()["measures"].items()
        return Words.of(
            same | {phrase: MEASURE + to for to, phrases in measures for phrase in _phrases(phrases)}
        )

    @cached_property
    def aliases(self) -> tuple[Alias, ...]:
        """What metrics are called."""
        found = [*self._conceived(), *self._declared()]
        return tuple(one for one in found if one.words)

    def _conceived(self) -> Iterator[Alias]:
        for concept in _said()["concepts"]:
            no = [_filter(name, value, "!=") for name, value in concept.get("not", {}).items()]
            where = [_filter(name, value, "=") for name, value in concept.get("where", {}).items()]
            meaning = Meaning(
                tuple(concept["metrics"]),
                (*where, *no),
                tuple(concept.get("by", ())),
                concept.get("order") == "down",
            )
            yield from (self._alias(meaning, phrase, 1.04) for phrase in _phrases(concept["says"]))

    def _declared(self) -> Iterator[Alias]:
        for metric in self.metrics.values():
            meaning = Meaning((metric.name,))
            yield from (self._alias(meaning, phrase.lower(), 1.02) for phrase in metric.synonyms)
            named = self._alias(
                meaning, metric.name.removesuffix(ENDINGS[metric.unit]).replace("_", " "), 1.0
            )
            yield Alias(meaning, named.words, named.measure or metric.unit, 0.97)

    def _alias(self, meaning: Meaning, phrase: str, trust: float) -> Alias:
        words = self.phrase(phrase)
        measure = measure_of(words)
        return Alias(meaning, frozenset(words) - {f"{MEASURE}{measure}"}, measure, trust)

    def phrase(self, text: str) -> Phrase:
        """A phrase as words; articles are left out."""
        return tuple(word for word in self.words.of_text(text) if word not in EMPTY)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much a word says: the fewer things are called by it, the more."""
        called: dict[str, set[Meaning]] = defaultdict(set)
        for alias in self.aliases:
            for word in alias.words:
                called[word].add(alias.meaning)
        most = len({alias.meaning for alias in self.aliases})
        glue = self.glue
        return {
            word: (0.35 if word in glue else 1.0) * (math.log(most / len(of)) / math.log(most) + 0.25)
            for word, of in called.items()
        }

    @cached_property
    def glue(self) -> frozenset[str]:
        """Words that say nothing by themselves."""
        return frozenset(
            word for word in self.words.of_text(_said()["glue"]) if word[0] != MEASURE
        ) | frozenset((",", "|", ":"))

    @cached_property
    def unclear(self) -> Mapping[tuple[frozenset[str], str | None], tuple[str, ...]]:
        """What is said so that several figures may be meant."""
        found = {}
        for entry in _said()["unclear"]:
            for phrase in _phrases(entry["says"]):
                alias = self._alias(Meaning(()), phrase, 1.0)
                found[alias.words, alias.measure] = tuple(entry["readings"])
        return found

    @cached_property
    def absent(self) -> tuple[Absent, ...]:
        """What nobody can be told."""
        entries = _said()["absent"]
        return tuple(
            Absent(
                tuple(tuple(self.words.of_text(one)) for one in _phrases(entry["words"])),
                entry["said"],
                entry["offer"],
            )
            for entry in entries
        )

    @cached_property
    def dimensions(self) -> Mapping[Phrase, tuple[str, ...]]:
        """Names of dimensions by what they are called."""
        found: dict[Phrase, dict[str, None]] = defaultdict(dict)
        for name, phrases in _said()["dimensions"].items():
            for phrase in _phrases(phrases):
                found[tuple(self.words.of_text(phrase))][name] = None
        for name in self._asked_by():
            found[tuple(self.words.of_text(name))][name] = None
        return {phrase: tuple(names) for phrase, names in found.items() if phrase}

    def _asked_by(self) -> dict[str, None]:
        return {
            one.name: None
            for metric in self.metrics.values()
            for one in metric.dimensions_of(self.tables[metric.table])
        }

    @cached_property
    def constants(self) -> Mapping[Phrase, Mapping[str, Constant]]:
        """Values by what they are called: for each dimension that has such a value, the value."""
        found: dict[Phrase, dict[str, Constant]] = defaultdict(dict)
        for name in CALLED:
            for value in self.values.get(name, ()):
                phrase = tuple(self.words.of_text(value.lower()))
                is_word = len(phrase) == 1 and name not in PLAIN and phrase[0] in {*self.weights, *self.glue}
                if value.lower() not in NO_VALUE and not value.isdigit() and not is_word:
                    found[phrase][name] = value
        for name, called in _said()["values"].items():
            for value, phrases in called.items():
                for phrase in (tuple(self.words.of_text(one)) for one in _phrases(phrases)):
                    if len(phrase) > 1 or name in PLAIN or phrase[0] not in self.weights:
                        found[phrase][name] = value
        for code, phrases in _countries():
            for phrase in phrases:
                there = {"card_country", "country", "document_country"}
                found[tuple(self.words.of_text(phrase))] |= dict.fromkeys(there, code)
        return {phrase: one for phrase, one in found.items() if phrase}

    @property
    def country_names(self) -> Mapping[str, str]:
        """What a country is called, by its code."""
        return {code: names[0] for code, names in _countries()}

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word that is known."""
        named = (word for phrase in (*self.dimensions, *self.constants) for word in phrase)
        absent = (word for one in self.absent for phrase in one.words for word in phrase)
        unclear = (word for words, _ in self.unclear for word in words)
        return frozenset((*self.weights, *self.glue, *named, *absent, *unclear))

    @cached_property
    def names(self) -> list[str]:
        """Words that a typing error may be taken for."""
        written = (word for phrase in self.words.same for word in phrase.split())
        return sorted({word for word in (*self.known, *written) if word.isalpha() and len(word) > 3})

    def supports(self, meaning: Meaning, dimension: str) -> bool:
        """Whether all metrics of a meaning can be asked by a dimension."""
        return all(dimension in self.dimensions_of(name) for name in meaning.metrics)

    def dimensions_of(self, metric: str) -> frozenset[str]:
        """What a metric can be asked by."""
        return _by_of(self.metrics[metric], self.tables[self.metrics[metric].table])

    def elsewhere(self, metric: str) -> str | None:
        """The same figure, from a table that has other dimensions."""
        return ELSEWHERE.get(metric)


ELSEWHERE: Mapping[str, str] = {
    "captured_minor": "method_captured_minor",
    "captured_count": "method_captured_count",
    "attempts_count": "method_attempts_count",
    "payment_success_rate": "method_success_rate",
    "average_captured_minor": "method_average_minor",
    "chargebacks_count": "disputes_by_reason_count",
    "chargebacks_minor": "disputes_by_reason_minor",
    "win_rate": "win_by_reason_rate",
    "issuer_declined_count": "declined_attempts_count",
    "issuer_declined_minor": "declined_attempts_minor",
    "fees_minor": "processing_fees_minor",
}


def measure_of(words: Iterable[str]) -> str | None:
    """The way of counting that words say first; a rate before any other."""
    said = [word.removeprefix(MEASURE) for word in words if word[0] == MEASURE]
    return "rate" if "rate" in said else next(iter(said), None)


def worth(words: Iterable[str], weights: Mapping[str, float]) -> float:
    """How much some words say."""
    return sum(weights.get(word, 0.0) for word in words)


@cache
def _by_of(metric: Metric, table: Table) -> frozenset[str]:
    return frozenset(column.name for column in metric.dimensions_of(table))


def _filter(name: str, value: Constant, sign: str) -> Filter:
    return Filter.model_validate({"dimension": name, "sign": sign, "values": (value,)})


def _phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in str(text).split("|") if phrase.strip()]


def _countries() -> Iterator[tuple[str, list[str]]]:
    for entry in _said()["countries"].split(";"):
        code, _, names = entry.strip().partition(" ")
        yield code, _phrases(names)


@cache
def _said() -> Mapping[str, Any]:
    text = files("vermeil.ask").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
