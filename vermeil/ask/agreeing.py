"""Whether what a language model has read stands in the question: who reads wrongly must not be believed.

A small model fills a plan that is valid and means something else. So its plan is answered where the words, the calendar
and the values of the question say the same; else it is asked back whether it is meant so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from vermeil.ask.lexicon import Lexicon
from vermeil.ask.phrasing import lowered
from vermeil.ask.plan import Days, MetricPlan
from vermeil.ask.reading import NEAREST
from vermeil.ask.times import times_of


def stands_in(plan: MetricPlan, question: str, near: Sequence[str], lexicon: Lexicon, today: date) -> bool:
    """Whether a plan says no more than a question does.

    Args:
        plan: as the model has filled it.
        question: without signs that do not show.
        near: names of metrics that its words are nearest to, nearest first.
        lexicon: what can be named.
        today: the day of the question.
    """
    times = times_of(lowered(question, lexicon), today)
    said = question.casefold()
    return (
        set(plan.metrics) <= set(near[:NEAREST])
        and not (times.unclear or times.ahead)
        and _days(plan.time) == _days(times.time)
        and _days(plan.against) == _days(times.against)
        and plan.known_at == times.known_at
        and not plan.keeping
        and not plan.limit
        and all(str(value).casefold() in said for one in plan.where for value in one.values)
    )


def _days(days: Days | None) -> tuple[date | None, date | None]:
    return (days.first, days.last) if days else (None, None)
