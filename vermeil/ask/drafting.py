"""From a meaning and what else a question names to a plan that the compiler of metrics can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.base.money import exponent
from pipelines.metrics.shared.compiler import shared_grains
from pipelines.metrics.shared.metric import CURRENCY
from pipelines.table import Table
from vermeil.ask.lexicon import Lexicon, Meaning
from vermeil.ask.mentions import Bound, Mentions, Ranking
from vermeil.ask.periods import Newest, Periods
from vermeil.ask.plan import Constant, Filter, Kept, MetricPlan, completed
from vermeil.ask.times import Times

USUAL_LIMIT = 10

_BAD = frozenset(
    [
        "decline",
        "declined",
        "dispute",
        "disputed",
        "chargeback",
        "chargebacks",
        "fraud",
        "refund",
        "refunded",
        "fee",
        "fees",
        "failed",
        "failure",
        "block",
        "blocked",
        "churn",
        "churned",
        "lost",
        "warnings",
        "warned",
        "inquiries",
        "unauthenticated",
        "cost",
        "costs",
        "difference",
        "unmatched",
        "quarantined",
        "duplicate",
        "missing",
        "false",
        "undecided",
        "drops",
        "drift",
        "stability",
        "risk",
        "outstanding",
        "expired",
        "open",
        "abandoned",
    ]
)
"""Words of names of which more is worse."""

_TOGETHER = frozenset(
    ("vs", "versus", "against", "compare", "compared", "comparison", "and", "or", "between")
)


class UnknownByError(Exception):
    """A figure is not known by a dimension, or of a value of one."""

    def __init__(self, dimension: str) -> None:
        super().__init__(dimension)
        self.dimension = dimension


class UnclearBoundError(Exception):
    """What a number bounds is not said."""


@dataclass
class Asked:
    """What a question names beside its figures.

    Attributes:
        words: all of them.
        mentions: dimensions and values.
        times: days and stretches.
        bounds: numbers that figures are above or below.
        ranking: how rows are listed.
        today: the day of the question.
        newest: the newest day that a table has.
        share: shares are asked for.
        assumed: what was taken for granted, in words.
    """

    words: list[str]
    mentions: Mentions
    times: Times
    bounds: list[Bound]
    ranking: Ranking
    today: date
    newest: Newest
    share: bool = False
    assumed: list[str] = field(default_factory=list)


def drafted(meaning: Meaning, covered: frozenset[str], asked: Asked, lexicon: Lexicon) -> MetricPlan:
    """The plan of a meaning.

    Raises:
        UnknownByError: its metrics are not known by what is asked.
        UnclearBoundError: there is a number, and no figure that it bounds.
    """
    meaning = _elsewhere(meaning, asked, lexicon)
    where = [*meaning.where, *_filters(meaning, asked, lexicon)]
    by = [*meaning.by, *(_one(names, meaning, lexicon) for names in asked.mentions.by)]
    if len(asked.words) and _TOGETHER & set(asked.words):
        by += [one.dimension for one in where if len(one.values) > 1]
    pinned = {one.dimension for one in where if one.sign == "=" and len(one.values) == 1}
    by += [name for name in _maybe(meaning, covered, asked, lexicon) if name not in pinned]
    periods = Periods(meaning, asked.times, lexicon, asked.today, asked.newest, asked.assumed)
    grains, days, against = periods.chosen()
    by = list(dict.fromkeys((*grains, *by)))
    keeping = [_kept(bound, meaning, by, where, lexicon) for bound in asked.bounds]
    listed = MetricPlan(metrics=meaning.metrics, by=tuple(by), where=tuple(where), time=days)
    order, limit = _order(meaning, completed(listed, lexicon.tables).by, grains, asked, lexicon)
    return MetricPlan(
        metrics=meaning.metrics,
        by=tuple(by),
        where=tuple(where),
        keeping=tuple(keeping),
        time=days,
        against=against,
        order=order,
        limit=limit,
        share=asked.share and bool(by),
        known_at=asked.times.known_at,
    )


def fits(meaning: Meaning, asked: Asked, lexicon: Lexicon) -> bool:
    """Whether the metrics of a meaning are known by all that is asked."""
    return _missing(_elsewhere(meaning, asked, lexicon), asked, lexicon) is None


def _missing(meaning: Meaning, asked: Asked, lexicon: Lexicon) -> str | None:
    named = {one.dimension for one in meaning.where}
    if _has_time(asked.times) and not shared_grains(_tables(meaning, lexicon)):
        return "day"
    for names in asked.mentions.by:
        if not any(lexicon.supports(meaning, name) for name in names):
            return names[0]
    for constant in asked.mentions.values.values():
        if not any(lexicon.supports(meaning, name) or name in named for name in constant):
            return next(iter(constant))
    return None


def _has_time(times: Times) -> bool:
    """Whether days are named; today is no day of what is as it is now."""
    return bool(
        times.grains or times.over_time or times.against or (times.time and times.time.named != "today")
    )


def _tables(meaning: Meaning, lexicon: Lexicon) -> list[Table]:
    return [lexicon.tables[lexicon.metrics[name].table] for name in meaning.metrics]


def _elsewhere(meaning: Meaning, asked: Asked, lexicon: Lexicon) -> Meaning:
    """The same figures from tables that know them by what is asked, where these do not."""
    if _missing(meaning, asked, lexicon) is None:
        return meaning
    metrics = tuple(lexicon.elsewhere(name) or name for name in meaning.metrics)
    other = Meaning(metrics, meaning.where, meaning.by, meaning.down)
    return other if _missing(other, asked, lexicon) is None else meaning


def _one(names: Sequence[str], meaning: Meaning, lexicon: Lexicon) -> str:
    for name in names:
        if lexicon.supports(meaning, name):
            return name
    raise UnknownByError(names[0])


def _filters(meaning: Meaning, asked: Asked, lexicon: Lexicon) -> list[Filter]:
    """Conditions on the values that are named: several of a dimension are alternatives."""
    found: dict[tuple[str, bool], list[Constant]] = {}
    named = {one.dimension for one in meaning.where}
    for phrase, constants in asked.mentions.values.items():
        name = _one([one for one in constants if one not in named] or list(constants), meaning, lexicon)
        unlike = phrase in asked.mentions.unlike
        if name not in named and constants[name] not in found.setdefault((name, unlike), []):
            found[name, unlike].append(constants[name])
    return [
        Filter(dimension=name, sign="!=" if unlike else "=", values=tuple(values))
        for (name, unlike), values in found.items()
        if values
    ] + _cuts(meaning, asked, lexicon)


def _cuts(meaning: Meaning, asked: Asked, lexicon: Lexicon) -> list[Filter]:
    """The cut of the score that is named."""
    if not lexicon.supports(meaning, "cut_score"):
        return []
    numbers = [int(word) for word in asked.words if word.isdigit()] + [
        int(one.number) for one in asked.bounds
    ]
    asked.bounds = []
    return [Filter(dimension="cut_score", values=(numbers[0],))] if numbers else []


def _maybe(meaning: Meaning, covered: frozenset[str], asked: Asked, lexicon: Lexicon) -> list[str]:
    """Dimensions that are named beside the figure: top decline reasons."""
    found = []
    for phrase, names in asked.mentions.maybe:
        name = next((one for one in names if lexicon.supports(meaning, one)), None)
        if name and not set(phrase) <= covered:
            found.append(name)
    return found


def _kept(
    bound: Bound, meaning: Meaning, by: Sequence[str], where: Sequence[Filter], lexicon: Lexicon
) -> Kept:
    """What a number bounds: of a share its hundredth part, of money its minor units."""
    metric = lexicon.metrics[meaning.metrics[0]]
    number = bound.number * {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6}.get(bound.unit, 1)
    is_share = bound.unit in ("%", "percent", "per cent", "bps", "basis points")
    amiss = bound.noun or not by or (bound.of_money and metric.unit != "money")
    if amiss or is_share != (metric.unit == "rate"):
        raise UnclearBoundError
    if metric.unit == "rate":
        return Kept(
            metric=metric.name,
            sign=bound.sign,
            value=number / (10_000 if bound.unit.startswith("b") else 100),
        )
    if metric.unit == "money":
        codes = [one.values[0] for one in where if one.dimension == CURRENCY and len(one.values) == 1]
        if not codes:
            raise UnclearBoundError
        number *= 10 ** exponent(str(codes[0]))
    return Kept(metric=metric.name, sign=bound.sign, value=number)


def _order(
    meaning: Meaning, by: Sequence[str], grains: Sequence[str], asked: Asked, lexicon: Lexicon
) -> tuple[tuple[str, ...], int | None]:
    ranking = asked.ranking
    word = ranking.word or ("down" if meaning.down else None)
    if word is None and asked.mentions.by and meaning.by and not grains:
        word = "down"
    if (
        word is None
        or not by
        or (grains and set(by) <= {*grains, CURRENCY} and not (ranking.limit or asked.times.which))
    ):
        return (), None
    name = meaning.metrics[0]
    bad = bool(_BAD & set(name.split("_")))
    down = {"down": True, "up": False, "worst": bad, "best": not bad}[word]
    limit = ranking.limit or (None if asked.bounds else USUAL_LIMIT)
    return (f"-{name}" if down else name,), limit
