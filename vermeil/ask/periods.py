"""Which days a figure is given for: those that were named, or the usual ones, or the newest of what is not added up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.metrics.shared.compiler import shared_grains
from pipelines.metrics.shared.metric import DAYS
from pipelines.metrics.shared.period import start_of
from vermeil.ask.calendar import whole
from vermeil.ask.lexicon import Lexicon, Meaning
from vermeil.ask.plan import Days, Filter
from vermeil.ask.times import Times

USUAL_DAYS = 365
"""Days up to yesterday that are taken where a question names no time."""

Newest = Callable[[str, date, tuple[Filter, ...]], date | None]
"""The newest day of a table up to some day, of the rows that some conditions keep."""


@dataclass
class Periods:
    """The days of one meaning.

    Attributes:
        meaning: its metrics are of tables that share stretches of time.
        times: what the question says.
        lexicon: what can be named.
        today: the day of the question.
        newest: the newest day that a table has.
        assumed: what was taken for granted, in words.
    """

    meaning: Meaning
    times: Times
    lexicon: Lexicon
    today: date
    newest: Newest
    assumed: list[str] = field(default_factory=list)

    @property
    def grains(self) -> Sequence[str]:
        """Stretches that rows can be grouped by, finest first."""
        metrics = (self.lexicon.metrics[name] for name in self.meaning.metrics)
        return shared_grains(self.lexicon.tables[one.table] for one in metrics)

    @property
    def is_state(self) -> bool:
        """Whether figures of several days must not be added up."""
        return any(
            name in DAYS for metric in self.meaning.metrics for name in self.lexicon.metrics[metric].apart
        )

    def chosen(self) -> tuple[list[str], Days | None, Days | None]:
        """Stretches to group by, the days, and those that they are held against."""
        grains, times = self.grains, self.times
        if not grains:
            return [], None, None
        wanted = [name if name in grains else grains[0] for name in times.grains]
        if wanted and self.is_state and wanted != [grains[0]]:
            self.assumed.append("Not added up over days: each day that there is is given.")
            wanted = [grains[0]]
        days = times.time or self._usual(by_time=bool(wanted) or times.over_time)
        if times.over_time and not wanted:
            wanted = [grains[0] if self.is_state else _grain_for(days, grains, self.today)]
        against = times.against
        if self.is_state and times.time and not wanted:
            days = self._end_of(days)
            against = self._end_of(against) if against else None
        return wanted, self._whole(days), self._whole(against) if against else None

    def _usual(self, *, by_time: bool) -> Days:
        if self.is_state and not by_time:
            last = self._newest(self.today)
            if last:
                self.assumed.append(
                    "No time was named, and it is not added up over days: the newest day is taken."
                )
                return Days(first=last, last=last, named="newest day", assumed=True)
        self.assumed.append(f"No time was named: the last {USUAL_DAYS} days are taken.")
        first, last = self.today - timedelta(days=USUAL_DAYS), self.today - timedelta(days=1)
        return Days(first=first, last=last, named=f"last {USUAL_DAYS} days", assumed=True)

    def _end_of(self, days: Days) -> Days:
        """Of what is not added up over days, the last of them that there is."""
        last = self._newest(min(days.last or self.today, self.today))
        if last is None or (days.first and last < start_of(days.first, self.grains[0])):
            return days
        self.assumed.append(
            f"Not added up over days: as of {last}, the last of {days.named or days.period} that there is."
        )
        return Days(first=last, last=last, named=f"end of {days.named}".strip())

    def _newest(self, until: date) -> date | None:
        return self.newest(self.lexicon.metrics[self.meaning.metrics[0]].table, until, self.meaning.where)

    def _whole(self, days: Days) -> Days:
        """Days that cut no month in two, where rows are of months."""
        grain = self.grains[0]
        if grain == "day" or (days.first is None and days.last is None):
            return days
        first = start_of(days.first, grain) if days.first else None
        return days.model_copy(
            update={"first": first, "last": whole(days.last, grain).last if days.last else None}
        )


def _grain_for(days: Days, grains: Sequence[str], today: date) -> str:
    length = ((days.last or today) - days.first).days if days.first else USUAL_DAYS
    wanted = "day" if length <= 31 else "week" if length <= 120 else "month"
    return wanted if wanted in grains else grains[0]
