"""What metrics, dimensions and values are called: from their declarations, the lexicon, and the data of a release."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from pipelines.metrics.shared.catalog import metrics_of
from pipelines.metrics.shared.metric import ENDINGS, Metric
from pipelines.table import Table
from vermeil.ask.plan import Constant, Filter
from vermeil.ask.said import CALLED, COUNTRIES, ELSEWHERE, NO_VALUE, PLAIN, countries, phrases_of, said
from vermeil.ask.words import MEASURE, Words

Phrase = tuple[str, ...]


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
        same = {phrase: word for word, phrases in said()["canon"].items() for phrase in phrases_of(phrases)}
        measures = said()["measures"].items()
        return Words.of(
            same | {phrase: MEASURE + to for to, phrases in measures for phrase in phrases_of(phrases)}
        )

    @cached_property
    def aliases(self) -> tuple[Alias, ...]:
        """What metrics are called."""
        conceived = [one for one in self._conceived() if one.words]
        said = {(one.words, one.measure) for one in conceived}
        declared = (one for one in self._declared() if one.words and (one.words, one.measure) not in said)
        return (*conceived, *declared)

    def _conceived(self) -> Iterator[Alias]:
        for concept in said()["concepts"]:
            no = [_filter(name, value, "!=") for name, value in concept.get("not", {}).items()]
            where = [_filter(name, value, "=") for name, value in concept.get("where", {}).items()]
            meaning = Meaning(
                tuple(concept["metrics"]),
                (*where, *no),
                tuple(concept.get("by", ())),
                concept.get("order") == "down",
            )
            yield from (self._alias(meaning, phrase, 1.04) for phrase in phrases_of(concept["says"]))

    def _declared(self) -> Iterator[Alias]:
        for metric in self.metrics.values():
            meaning = Meaning((metric.name,))
            yield from (self._alias(meaning, phrase.lower(), 1.02) for phrase in metric.synonyms)
            named = self.phrase(metric.name.removesuffix(ENDINGS[metric.unit]))
            yield Alias(meaning, frozenset(named), metric.unit, 0.92)

    def _alias(self, meaning: Meaning, phrase: str, trust: float) -> Alias:
        words = self.phrase(phrase)
        measure = measure_of(words)
        return Alias(meaning, frozenset(words) - {f"{MEASURE}{measure}"}, measure, trust)

    def phrase(self, text: str) -> Phrase:
        """A phrase as words; articles are left out."""
        return tuple(word for word in self.words.of_text(text) if word not in said()["empty"].split())

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much a word says: the fewer things are called by it, the more."""
        called: dict[str, set[Meaning]] = defaultdict(set)
        for alias in self.aliases:
            for word in alias.words:
                called[word].add(alias.meaning)
        most = len({alias.meaning for alias in self.aliases})
        return {word: math.log(most / len(of)) / math.log(most) + 0.25 for word, of in called.items()}

    @cached_property
    def glue(self) -> frozenset[str]:
        """Words that say nothing by themselves."""
        return frozenset(
            word for word in self.words.of_text(said()["glue"]) if word[0] != MEASURE
        ) | frozenset((",", "|", ":"))

    @cached_property
    def unclear(self) -> Mapping[tuple[frozenset[str], str | None], tuple[str, ...]]:
        """What is said so that several figures may be meant."""
        found = {}
        for entry in said()["unclear"]:
            for phrase in phrases_of(entry["says"]):
                alias = self._alias(Meaning(()), phrase, 1.0)
                found[alias.words, alias.measure] = tuple(entry["readings"])
        return found

    @cached_property
    def absent(self) -> tuple[Absent, ...]:
        """What nobody can be told."""
        entries = said()["absent"]
        return tuple(
            Absent(
                tuple(tuple(self.words.of_text(one)) for one in phrases_of(entry["words"])),
                entry["said"],
                entry["offer"],
            )
            for entry in entries
        )

    @cached_property
    def dimensions(self) -> Mapping[Phrase, tuple[str, ...]]:
        """Names of dimensions by what they are called."""
        found: dict[Phrase, dict[str, None]] = defaultdict(dict)
        for name, phrases in said()["dimensions"].items():
            for phrase in phrases_of(phrases):
                found[tuple(self.words.of_text(phrase))][name] = None
        for name in self._asked_by():
            if "_" in name and not name.endswith("_by"):
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
        for name, called in said()["values"].items():
            for value, phrases in called.items():
                for phrase in (tuple(self.words.of_text(one)) for one in phrases_of(phrases)):
                    if len(phrase) > 1 or name in PLAIN or phrase[0] not in self.weights:
                        found[phrase][name] = value
        for code, names in countries():
            for name in names:
                found[tuple(self.words.of_text(name))] |= dict.fromkeys(COUNTRIES, code)
        return {phrase: one for phrase, one in found.items() if phrase}

    @property
    def country_names(self) -> Mapping[str, str]:
        """What a country is called, by its code."""
        return {code: names[0] for code, names in countries()}

    @cached_property
    def meant(self) -> frozenset[str]:
        """Every word that a figure, a dimension or a value is called by, and those that say nothing."""
        named = (word for phrase in (*self.dimensions, *self.constants) for word in phrase)
        return frozenset((*self.weights, *self.glue, *said()["empty"].split(), *named))

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word that is known."""
        absent = (word for one in self.absent for phrase in one.words for word in phrase)
        unclear = (word for words, _ in self.unclear for word in words)
        return frozenset((*self.meant, *absent, *unclear))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Words that a typing error may be taken for, with what each is read as."""
        written = {word: to for phrase, to in self.words.same.items() for word in phrase.split()}
        words = {**{word: word for word in self.known}, **written}
        return {word: to for word, to in sorted(words.items()) if word.isalpha() and len(word) > 3}

    def meaning_of(self, metric: str) -> Meaning:
        """What is meant where a metric is named alone, with the conditions that people mean with it."""
        meanings = (alias.meaning for alias in self.aliases if alias.meaning.metrics == (metric,))
        return next(meanings, Meaning((metric,)))

    def supports(self, meaning: Meaning, dimension: str) -> bool:
        """Whether all metrics of a meaning can be asked by a dimension."""
        return all(dimension in self.dimensions_of(name) for name in meaning.metrics)

    def dimensions_of(self, metric: str) -> frozenset[str]:
        """What a metric can be asked by."""
        return _by_of(self.metrics[metric], self.tables[self.metrics[metric].table])

    def elsewhere(self, metric: str) -> str | None:
        """The same figure, from a table that has other dimensions."""
        return ELSEWHERE.get(metric)


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
