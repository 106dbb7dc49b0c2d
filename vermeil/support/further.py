"""Answers to questions that are not about figures: why something changed, what a rule would do, a score, a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.errors import VermeilError
from pipelines.metrics.shared.change import Asked
from pipelines.metrics.shared.metric import CURRENCY
from vermeil.ask.plan import Answer, ChangePlan, Definition, RulePlan, ScorePlan, TimelinePlan
from vermeil.ask.saying import written
from vermeil.ask.trust import doubts
from vermeil.support.proposal import proposed
from vermeil.support.scores import scores
from vermeil.support.timeline import timeline
from vermeil.support.why import Why, why

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.metrics.shared.change import Change
    from pipelines.metrics.shared.decomposition import Part

MOST_PARTS = 5
"""Values of each dimension in the answer to why."""


def further(lake: Lakehouse) -> Mapping[str, Callable[[Any], Answer]]:
    """Who answers which kind of plan, by the latest release of a lakehouse."""
    answers: Mapping[str, Callable[[Lakehouse, Any], Answer]] = {
        "change": _change,
        "rule": _rule,
        "score": _score,
        "timeline": _timeline,
    }

    def answering(answer: Callable[[Lakehouse, Any], Answer]) -> Callable[[Any], Answer]:
        def answered(plan: Any) -> Answer:
            try:
                return answer(lake.released(), plan)
            except VermeilError as error:
                return Answer(question="", outcome="refused", said=str(error))

        return answered

    return {kind: answering(answer) for kind, answer in answers.items()}


def _change(lake: Lakehouse, plan: ChangePlan) -> Answer:
    where = exp.and_(*(one.condition for one in plan.where)).sql("spark") if plan.where else None
    asked = Asked(plan.metric, plan.time.text or "", plan.against.text, plan.by, where, "mark")
    found = why(lake, asked)
    metric = found.comparison.metric
    against = doubts(lake, [metric.table], plan.time.period)
    if against:
        return Answer(question="", outcome="refused", said=" ".join(against))
    definition = Definition(
        metric=metric.name,
        unit=metric.unit,
        meaning=metric.meaning,
        definition=metric.definition,
        table=metric.table,
    )
    of_parts = "points" if metric.unit == "rate" else metric.unit
    of = (CURRENCY,) if found.comparison.by_currency else ()
    parts = ("explains", "of_its_rate", "of_the_mix") if found.comparison.is_rate else ("explains",)
    columns = (*of, "dimension", "value", "before", "after", *parts)
    return Answer(
        question="",
        outcome="answered",
        said=" ".join(_said(found)),
        definitions=(definition,),
        columns=columns,
        rows=tuple(_parts(found)),
        units={"before": metric.unit, "after": metric.unit, **dict.fromkeys(parts, of_parts)},
        time=plan.time,
        newest=found.comparison.question.newest,
        assumed=(*found.comparison.notes, *(f"{one.day}: {one.what}" for one in found.happened)),
    )


def _said(found: Why) -> Iterator[str]:
    for change in found.changes:
        of = f" in {change.currency}" if change.currency else ""
        if change.change is None:
            yield f"There is no figure{of} of one of the periods."
            continue
        word = "rose" if change.change > 0 else "fell" if change.change < 0 else "did not change"
        figures = [_figure(side, change, found) for side in (change.before.figure, change.after.figure)]
        yield f"{found.comparison.metric.name}{of} {word} from {figures[0]} to {figures[1]}: {change.noise.verdict}."
        if change.noise.verdict in ("more than noise", "perhaps noise") and (first := _first(change)):
            yield f"Most of it is explained by {first}."
    if not found.changes:
        yield "No row of either period counts."


def _figure(value: Any, change: Change, found: Why) -> str:
    pinned = found.comparison.question.condition.pinned.get(CURRENCY)
    currency = change.currency or (str(pinned) if pinned else None)
    exact = value.numerator if value.denominator == 1 else float(value)
    return written(exact, found.comparison.metric.unit, currency)


def _first(change: Change) -> str | None:
    split = next((one for one in change.splits if len(one.parts) > 1), None)
    if not split or not change.change or not split.parts[0].whole:
        return None
    return f"{split.dimension} {split.parts[0].value} ({float(split.parts[0].whole / change.change):.0%})"


def _parts(found: Why) -> Iterator[tuple[object, ...]]:
    """The values of each dimension that explain most, and all others together: what they explain adds up."""
    for change in found.changes:
        of = (change.currency,) if found.comparison.by_currency else ()
        for split in (one for one in change.splits if len(one.parts) > 1):
            for part in split.parts[:MOST_PARTS]:
                figures = (part.before.figure, part.after.figure, *_explained(found, part))
                yield (*of, split.dimension, part.value, *map(_number, figures))
            if others := split.parts[MOST_PARTS:]:
                sums = (sum(each) for each in zip(*(_explained(found, one) for one in others), strict=True))
                yield (*of, split.dimension, f"{len(others)} more", None, None, *map(_number, sums))


def _explained(found: Why, part: Part) -> tuple[Fraction, ...]:
    return (part.whole, part.rate, part.mix) if found.comparison.is_rate else (part.whole,)


def _number(value: Fraction | int | None) -> float | None:
    return None if value is None else float(value)


def _rule(lake: Lakehouse, plan: RulePlan) -> Answer:
    found = proposed(lake, plan.words)
    tried = found.backtest
    rows: list[tuple[object, ...]] = []
    for one in tried.currencies:
        for label, tally in (("caught", one.fraud), ("hurt", one.legitimate)):
            figures = (tally.matched_count, tally.count, tally.matched_minor, tally.amount_minor)
            rows += [(one.currency, label, *figures)] if tally.matched_count else []
    return Answer(
        question="",
        outcome="answered",
        said=(
            f"{found.understood.condition.text} would have held for {tried.caught + tried.hurt:,} of "
            f"{tried.payments:,} payments from {tried.first} to {tried.last}: {tried.caught:,} frauds caught, "
            f"{tried.hurt:,} good payments hurt. Nothing was activated."
        ),
        columns=("currency", "would_have", "payments_count", "of_count", "amount_minor", "of_minor"),
        rows=tuple(rows),
        units={"payments_count": "count", "of_count": "count", "amount_minor": "money", "of_minor": "money"},
        assumed=(*found.understood.assumed, f"labels of payments until {found.until} have matured"),
        query=found.as_yaml,
    )


def _score(lake: Lakehouse, plan: ScorePlan) -> Answer:
    [first, *others] = scores(lake, plan.charge_id)
    return Answer(
        question="",
        outcome="answered",
        said=first.said,
        columns=("feature", "meaning", "value", "contribution"),
        rows=tuple((one.feature, one.meaning, one.value, one.contribution) for one in first.reasons),
        assumed=tuple(f"Also: {one.said}" for one in others),
    )


def _timeline(lake: Lakehouse, plan: TimelinePlan) -> Answer:
    found = timeline(lake, plan.object_id)
    wanted = {"decline": ("not taken",), "payout": ("paid out", "arrive")}.get(plan.about, ())
    answers = [one for one in found.answers if any(words in one.question for words in wanted)]
    of = plan.about if plan.about in ("dispute", "refund") else None
    entries = [one for one in found.entries if of is None or one.object == of]
    own = [one for one in entries if one.id == found.id] or entries
    last = own[-1].said if own else "none is known."
    said = " ".join(one.said for one in answers)
    return Answer(
        question="",
        outcome="answered",
        said=said or f"{found.id} is a {found.kind} of {found.account}. The last of it: {last}",
        columns=("at", "object", "id", "what", "customer_may_be_told"),
        rows=tuple((one.at, one.object, one.id, one.said, one.told) for one in entries),
    )
