"""Reading a question without a model and without a network: to a plan on a clear margin, else to what it may mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.metrics.shared.period import GRAINS
from vermeil.ask import kinds
from vermeil.ask.calendar import before, last_of
from vermeil.ask.choosing import ENOUGH, Choice, clear, ranked
from vermeil.ask.drafting import Asked, UnclearBoundError, UnknownByError, drafted, fits
from vermeil.ask.guards import Turned, absent, turned
from vermeil.ask.lexicon import Lexicon, Meaning, measure_of
from vermeil.ask.mentions import Mentions, bounds_of, mentions_of, ranking_of
from vermeil.ask.patterns import pattern
from vermeil.ask.periods import Newest
from vermeil.ask.phrasing import lowered, plainer
from vermeil.ask.plan import ChangePlan, Days, MetricPlan, Plan, Reading, completed
from vermeil.ask.said import COMMON
from vermeil.ask.telling import days_told, named, told
from vermeil.ask.times import times_of
from vermeil.ask.words import MEASURE, mended, plain

NEAREST = 3
"""Readings that are offered."""

_SURE = 0.85
"""How near an alias is that is said word for word."""

_AS_NEAR = 0.88
"""How near, held against the nearest meaning, one must be that is known by all that is named."""

_UNUSED = 0.6
"""What is left of nearness for each dimension that is named and not known."""

_OBJECTS = pattern("objects")
_WHEN = re.compile(r"^\W*(?:when|who|whom|whose)\b")


@dataclass(frozen=True)
class Read:
    """How a question was read.

    Attributes:
        plan: what it means; None where that is not clear, or it is not answered.
        readings: what it may mean.
        turned: why it is not answered.
        said: what is asked back.
        assumed: what was taken for granted.
        near: names of metrics, nearest first, where the words were not understood and somebody else may read them.
    """

    plan: Plan | None = None
    readings: tuple[Reading, ...] = ()
    turned: Turned | None = None
    said: str = ""
    assumed: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads questions.

    Attributes:
        lexicon: what can be named.
        today: the day of the question.
        newest: the newest day that a table has.
    """

    lexicon: Lexicon
    today: date
    newest: Newest = lambda *_: None

    def read(self, question: str) -> Read:
        """A question as a plan, as what it may mean, or as a reason not to answer."""
        text = plain(question)
        if found := turned(text, self.lexicon):
            return Read(turned=found)
        if one := kinds.of_object(text):
            return Read(one)
        lower = lowered(text, self.lexicon)
        if found := absent(self.lexicon.words.of_text(lower), self.lexicon):
            return Read(turned=found)
        if rule := kinds.of_rule(text):
            return Read(rule)
        times = times_of(lower, self.today)
        if times.ahead:
            return Read(turned=Turned("refused", "There are no forecasts; only what happened is known."))
        if kinds.names_objects(text):
            return Read(
                turned=Turned(
                    "refused", "Of single objects it is only told what happened to them, one at a time."
                )
            )
        if data := kinds.of_quality(text):
            return Read(data)
        if _OBJECTS.search(lower):
            return Read(
                turned=Turned("refused", "Single objects are not listed; only figures over them are given.")
            )
        if _WHEN.search(lower):
            return Read(
                turned=Turned("refused", "Figures are told, not who did something or when something happens.")
            )
        is_change = kinds.is_of_change(lower)
        return self._figures(kinds.CHANGE_WORDS.sub(" ", lower) if is_change else lower, is_change)

    def _figures(self, text: str, is_change: bool) -> Read:
        text = plainer(text)
        text, bounds = bounds_of(text)
        text, ranking = ranking_of(text)
        times = times_of(text, self.today)
        words, errors = mended(self.lexicon.words.of_text(times.text), self.lexicon.known, self.lexicon.names)
        words = [again for word in words for again in self.lexicon.words.of_text(word)] if errors else words
        mentions = mentions_of(words, self.lexicon)
        asked = Asked(words, mentions, times, bounds, ranking, self.today, self.newest)
        asked.assumed += [f"{wrong!r} was read as {right!r}." for wrong, right in errors.items()]
        if times.unclear:
            return self._unclear_days(asked)
        return self._chosen(asked, is_change)

    def _chosen(self, asked: Asked, is_change: bool) -> Read:
        lexicon, rest = self.lexicon, asked.mentions.rest
        choices = self._ranked(asked)
        if metrics := self._ambiguous(choices, asked):
            return self._asked([self._choice(name) for name in metrics], asked)
        strange = self._strange(rest)
        if strange and (metrics := self._vague(strange)):
            return self._asked([self._choice(name) for name in metrics], asked)
        if strange:
            return self._unknown(strange, choices, asked)
        if _is_two(rest) and choices:
            return self._asked(choices, asked)
        asked.share = self._is_share(choices, asked)
        if asked.share:
            rest[:] = [word for word in rest if word != f"{MEASURE}rate"]
            choices = self._ranked(asked)
        several = None if is_change else self._several(choices, asked)
        fitting = [one for one in choices if fits(one.meaning, asked, lexicon)]
        if several is None:
            known = fitting[:1] and fitting[0].near >= choices[0].near * _AS_NEAR
            if not known and choices and choices[0].near >= ENOUGH * _AS_NEAR:
                return self._unsupported(choices[0], asked)
            if not clear(fitting):
                return replace(self._asked(choices, asked), near=_names(choices))
        best = several or self._both(fitting[0], asked)
        try:
            plan = completed(drafted(best.meaning, best.covered, asked, lexicon), lexicon.tables)
        except UnknownByError:
            return self._unsupported(best, asked)
        except UnclearBoundError:
            return Read(turned=Turned("refused", "It is not clear what the number in the question bounds."))
        return self._change(plan, asked) if is_change else Read(plan, assumed=tuple(asked.assumed))

    def _ranked(self, asked: Asked) -> list[Choice]:
        """The meanings, nearest first; less near where something is named that they are not known by."""
        mentions = asked.mentions
        optional = {word for phrase, _ in mentions.maybe for word in phrase} | mentions.named
        found = []
        for one in ranked(mentions.rest, self.lexicon, optional):
            unused = [
                names
                for phrase, names in mentions.maybe
                if not set(phrase) <= one.covered | COMMON
                and not any(self.lexicon.supports(one.meaning, name) for name in names)
            ]
            found.append(replace(one, near=one.near * _UNUSED ** len(unused)))
        return sorted(found, key=lambda one: -one.near)

    def _both(self, choice: Choice, asked: Asked) -> Choice:
        """How many, and for how much: the number with its amount."""
        [name, *others] = choice.meaning.metrics
        amount = name.removesuffix("_count") + "_minor"
        measures = {word for word in asked.words if word[0] == MEASURE}
        twins = name.endswith("_count") and amount in self.lexicon.metrics and not others
        if not twins or not {f"{MEASURE}count", f"{MEASURE}money"} <= measures:
            return choice
        return replace(choice, meaning=replace(choice.meaning, metrics=(name, amount)))

    def _is_share(self, choices: Sequence[Choice], asked: Asked) -> bool:
        """Whether each figure of a list is to be said as a share: no rate is meant, and there is something to list."""
        listed = asked.mentions.by or asked.mentions.maybe
        return (
            measure_of(asked.words) == "rate" and bool(listed) and not (choices and choices[0].near >= _SURE)
        )

    def _strange(self, rest: Sequence[str]) -> list[str]:
        known = self.lexicon.meant
        return [word for word in rest if word not in known and word[0] != MEASURE and not _is_number(word)]

    def _ambiguous(self, choices: Sequence[Choice], asked: Asked) -> tuple[str, ...] | None:
        """The figures that are meant by words that do not say which."""
        rest = asked.mentions.rest
        best = choices[0].covered if choices and choices[0].near >= _SURE else frozenset()
        said = (
            frozenset(word for word in rest if word[0] != MEASURE and not _is_number(word))
            - asked.mentions.named
        )
        plainly = said - self.lexicon.glue
        measure = measure_of(rest)
        for (words, counted), metrics in self.lexicon.unclear.items():
            strict = words - self.lexicon.glue
            if (
                words <= said
                and plainly == strict
                and counted == measure
                and best & set(rest) <= words | asked.mentions.named
            ):
                return metrics
        if plainly or best & set(rest):
            return None
        of_money = ("captured_minor", "captured_count", "net_captured_minor")
        return of_money if measure == "money" else ("captured_minor", "authorization_rate", "dispute_rate")

    def _vague(self, strange: Sequence[str]) -> tuple[str, ...] | None:
        """The figures that may be meant where the words that are not known are about none in particular."""
        return next((of for (words, _), of in self.lexicon.unclear.items() if set(strange) <= words), None)

    def _several(self, choices: Sequence[Choice], asked: Asked) -> Choice | None:
        """Two or three figures beside each other: X and Y, X against Y."""
        parts = _parts(asked.mentions.rest, self.lexicon)
        if not 2 <= len(parts) <= 3 or (choices and choices[0].near >= 0.98):
            return None
        found = []
        for part in parts:
            of_part = [one for one in ranked(part, self.lexicon) if fits(one.meaning, asked, self.lexicon)]
            if not of_part or of_part[0].near < 0.85 or not clear(of_part) or of_part[0].meaning.where:
                return None
            found.append(of_part[0])
        metrics = tuple(dict.fromkeys(name for one in found for name in one.meaning.metrics))
        if len(metrics) < 2:
            return None
        return Choice(Meaning(metrics), 1, frozenset().union(*(one.covered for one in found)))

    def _asked(self, choices: Sequence[Choice], asked: Asked) -> Read:
        """The nearest readings, of which each can be answered."""
        readings: list[Reading] = []
        for one in choices:
            if plan := self._drafted(one, asked):
                said = told(plan, self.lexicon.metrics)
                if said not in [other.said for other in readings]:
                    readings.append(Reading(said=said, plan=plan))
            if len(readings) == NEAREST:
                break
        if not readings:
            names = ("captured_minor", "authorization_rate", "dispute_rate")
            return self._asked([self._choice(name) for name in names], _timed(asked))
        return Read(readings=tuple(readings), said="Several figures may be meant. Which one?")

    def _choice(self, metric: str) -> Choice:
        return Choice(self.lexicon.meaning_of(metric), 1, frozenset())

    def _drafted(self, choice: Choice, asked: Asked) -> MetricPlan | None:
        try:
            return completed(
                drafted(choice.meaning, choice.covered, asked, self.lexicon), self.lexicon.tables
            )
        except (UnknownByError, UnclearBoundError, ValueError):
            return None

    def _unknown(self, strange: list[str], choices: Sequence[Choice], asked: Asked) -> Read:
        """Refuse what names something that is not known."""
        shown = [repr(word) for word in strange if word.isalpha() and 2 < len(word) <= 20][:3]
        words = ", ".join(shown) if shown else "A word of the question"
        said = f"{words}: not known here as a figure, a dimension or a value of the data."
        return Read(turned=Turned("refused", said, self._offer(choices, asked)), near=_names(choices))

    def _offer(self, choices: Sequence[Choice], asked: Asked) -> str | None:
        for one in choices[:NEAREST]:
            if one.near >= ENOUGH / 2 and (plan := self._drafted(one, _timed(asked))):
                return told(plan, self.lexicon.metrics)
        return None

    def _unsupported(self, choice: Choice, asked: Asked) -> Read:
        """Refuse a figure by a dimension that it is not known by."""
        name = choice.meaning.metrics[0]
        known = ", ".join(sorted(one.replace("_", " ") for one in self.lexicon.dimensions_of(name)))
        said = f"{named(self.lexicon.metrics[name])} ({name}) is not known like that. It can be asked by {known}."
        return Read(turned=Turned("refused", said, self._offer([choice], asked)))

    def _unclear_days(self, asked: Asked) -> Read:
        days = asked.times.unclear
        choices = [*ranked(asked.mentions.rest, self.lexicon), self._choice("captured_minor")]
        readings = []
        for one in days:
            asked.times.time = one
            if plan := self._drafted(choices[0], asked) or self._drafted(choices[-1], _timed(asked)):
                readings.append(Reading(said=told(plan, self.lexicon.metrics), plan=plan))
        return Read(readings=tuple(readings), said=f"Which days: {' or '.join(map(days_told, days))}?")

    def _change(self, plan: MetricPlan, asked: Asked) -> Read:
        if asked.times.time is None:
            return self._since_when(plan)
        time: Days | None = plan.time
        if time is None or time.first is None or time.last is None:
            return Read(turned=Turned("refused", "Of this figure no change over time is known."))
        against = plan.against or before(time)
        if plan.against is None:
            asked.assumed.append(f"It is held against {days_told(against)}.")
        return Read(_change_of(plan, time, against), assumed=tuple(asked.assumed))

    def _since_when(self, plan: MetricPlan) -> Read:
        """Ask back which change is meant."""
        readings = []
        for grain in ("week", "month", "quarter"):
            days = last_of(1, grain, self.today, f"last {grain}")
            change = _change_of(plan, days, before(days))
            readings.append(Reading(said=told(change, self.lexicon.metrics), plan=change))
        return Read(readings=tuple(readings), said="Since when? Which change is meant?")


def _names(choices: Sequence[Choice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in choices for name in one.meaning.metrics))


def _change_of(plan: MetricPlan, time: Days, against: Days) -> ChangePlan:
    by = tuple(name for name in plan.by if name not in ("currency", *GRAINS))
    return ChangePlan(metric=plan.metrics[0], by=by, where=plan.where, time=time, against=against)


def _is_two(rest: Sequence[str]) -> bool:
    """How many, and how many of others, or what share: two questions."""
    counts = rest.count(f"{MEASURE}count")
    return "and" in rest and (counts > 1 or (counts == 1 and f"{MEASURE}rate" in rest))


def _parts(rest: Sequence[str], lexicon: Lexicon) -> list[list[str]]:
    """Words between and, vs and commas; parts that say nothing are left out."""
    parts: list[list[str]] = [[]]
    for word in rest:
        if word in ("and", "vs", "versus", ",", ":", "or", "against"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [
        part for part in parts if any(word in lexicon.weights and word not in lexicon.glue for word in part)
    ]


def _timed(asked: Asked) -> Asked:
    """What was asked, without dimensions, values and bounds."""
    return Asked(asked.words, Mentions(), asked.times, [], asked.ranking, asked.today, asked.newest)


def _is_number(word: str) -> bool:
    return word.replace(".", "").isdigit()
