"""Asking a lakehouse: a question is read, checked, answered from the latest release, and says where that comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.errors import MetricError
from pipelines.flow.as_of import as_of
from pipelines.metrics.shared.metric import CURRENCY, Metric, day_of
from pipelines.metrics.shared.period import Period
from pipelines.metrics.shared.query import Data
from vermeil.ask.agreeing import stands_in
from vermeil.ask.figures import Found, Source, as_of_end, beside_now, found
from vermeil.ask.lexicon import Lexicon
from vermeil.ask.model import Model
from vermeil.ask.plan import (
    Answer,
    ChangePlan,
    Definition,
    Filter,
    MetricPlan,
    Plan,
    QualityPlan,
    Reading,
    Released,
    checked,
    completed,
)
from vermeil.ask.quality import quality
from vermeil.ask.reading import NEAREST, Read, Reader
from vermeil.ask.said import CALLED
from vermeil.ask.saying import said_of
from vermeil.ask.telling import told
from vermeil.ask.tracing import traced
from vermeil.ask.trust import doubts
from vermeil.ask.words import plain

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

Further = Callable[[Any], Answer]
"""Answers plans of a kind that are not about figures."""


class Asker:
    """Answers questions from the latest release of a lakehouse; open one and ask it often, for it reads names once.

    Args:
        lake: the lakehouse.
        today: the day of the question; by default the real one.
        further: who answers other kinds of plans, by their kind.
    """

    def __init__(
        self, lake: Lakehouse, today: date | None = None, further: Mapping[str, Further] | None = None
    ) -> None:
        self.lake = lake.released()
        self.today = today or datetime.now(UTC).date()
        self.further = dict(further or {})
        self.model = Model.of(lake.settings)
        self.data = Data(lambda query: self.lake.sql(query, unsafe=True))
        self.reader = Reader(Lexicon(self.lake.tables, self._values()), self.today, self._newest)

    def ask(self, question: str, *, trace: bool = False, anyway: bool = False) -> Answer:
        """The answer to a question.

        Args:
            question: in plain English.
            trace: follow its first figure to rows, records, files and lines.
            anyway: answer in spite of what stands against it, and mark that.
        """
        read = self._read(question)
        if read.turned:
            return Answer(
                question="", outcome=read.turned.outcome, said=read.turned.said, offer=read.turned.offer
            )
        shown = " ".join(question.split())[:200]
        if read.plan is None:
            return Answer(question=shown, outcome="asked", said=read.said, readings=read.readings)
        answer = self.answer(read.plan, trace=trace, anyway=anyway)
        return answer.model_copy(update={"question": shown, "assumed": (*read.assumed, *answer.assumed)})

    def _read(self, question: str) -> Read:
        """The question as it is read here; where that is not clear, what a model reads that can be answered.

        It is answered where the question says the same, and asked back where only the model says it.
        """
        read = self.reader.read(question)
        if self.model is None or not read.near:
            return read
        found = self.model.plan(plain(question), read.near, self.reader.lexicon, self.today)
        if found is None:
            return read
        plan = completed(found, self.lake.tables)
        try:
            checked(plan, self.lake.tables, self.data)
        except (MetricError, ValueError):
            return read
        reader = f"The model {self.model.name}"
        if stands_in(found, plain(question), read.near, self.reader.lexicon, self.today):
            return Read(plan, assumed=(f"{reader} read the question: see whether it is meant so.",))
        meant = Reading(said=told(plan, self.reader.lexicon.metrics), plan=plan)
        others = [one for one in read.readings if one.said != meant.said][: NEAREST - 1]
        return Read(
            readings=(meant, *others), said=f"{reader} reads it as the first of these. Is it meant so?"
        )

    def answer(self, plan: Plan, *, trace: bool = False, anyway: bool = False) -> Answer:
        """The answer to a plan, whoever has made it."""
        match plan:
            case MetricPlan():
                try:
                    return self._figures(plan, trace=trace, anyway=anyway)
                except MetricError as error:
                    return self._refused(plan, str(error))
            case QualityPlan():
                return quality(self.lake, plan).model_copy(update={"release": self._release(), "plan": plan})
            case _ if plan.kind in self.further:
                answer = self.further[plan.kind](plan)
                return answer.model_copy(update={"plan": plan, "release": self._release()})
            case ChangePlan():
                return self._before_and_after(plan, anyway=anyway)
        return self._refused(
            plan,
            f"This is understood as {told(plan, self.reader.lexicon.metrics)}, which is not answered here.",
        )

    def _figures(self, plan: MetricPlan, *, trace: bool, anyway: bool) -> Answer:
        metrics = [self.reader.lexicon.metrics[name] for name in plan.metrics]
        tables = {one.table for one in metrics}
        against = doubts(self.lake, tables, plan.time.period if plan.time else Period())
        if against and not anyway:
            return self._refused(plan, " ".join(against))
        result = found(plan, self._source(plan))
        if plan.known_at:
            now = plan.model_copy(update={"known_at": None, "limit": None})
            result = beside_now(result, found(now, self._source(now)), plan)
        columns = result.columns
        rows = tuple(tuple(row.get(name) for name in columns) for row in result.rows)
        pinned = result.compiled.question.condition.pinned.get(CURRENCY)
        answer = Answer(
            question="",
            outcome="answered",
            said=said_of(plan, result, pinned, self.reader.lexicon.metrics),
            plan=plan,
            definitions=tuple(map(_defined, metrics)),
            columns=columns,
            rows=rows,
            units=result.units,
            currency=str(pinned) if pinned else None,
            time=plan.time,
            newest=result.compiled.question.newest,
            release=self._release(),
            growing=result.growing,
            assumed=(*result.noted, *self._noted(plan, result)),
            query=result.compiled.sql(pretty=True),
            doubts=against,
        )
        if trace and result.rows and plan.known_at is None:
            return answer.model_copy(update={"trace": traced(self.lake, plan, result, self.data)})
        return answer

    def _noted(self, plan: MetricPlan, result: Found) -> Iterator[str]:
        newest, period = result.compiled.question.newest, result.compiled.question.period
        if plan.known_at:
            yield f"As was known at the end of {as_of_end(plan.known_at)}, made by today's definitions."
        if newest and period.last and period.last > newest:
            yield f"The newest day of the data is {newest}."
        if newest and period.first and plan.known_at is None:
            oldest = self._oldest(result.compiled.question.metrics[0].table)
            if oldest and period.first < oldest:
                yield f"The data begin on {oldest}."

    def _source(self, plan: MetricPlan) -> Source:
        if plan.known_at is None:
            return Source(self.data.sql, self.lake.tables, self.data)
        then = as_of(self.lake, plan.known_at)
        return Source(lambda query: then.sql(query, unsafe=True), self.lake.tables, self.data)

    def _before_and_after(self, plan: ChangePlan, *, anyway: bool) -> Answer:
        """A change as two figures, where nobody is there to explain it."""
        metric = MetricPlan(
            metrics=(plan.metric,), by=plan.by, where=plan.where, time=plan.time, against=plan.against
        )
        answer = self.answer(completed(metric, self.lake.tables), anyway=anyway)
        return answer.model_copy(update={"plan": plan})

    def _refused(self, plan: Plan, why: str) -> Answer:
        return Answer(question="", outcome="refused", said=why, plan=plan, release=self._release())

    def _release(self) -> Released | None:
        release = self.lake.release
        if release is None:
            return None
        age = int((datetime.now(UTC) - release.at).total_seconds())
        return Released(number=release.number, at=release.at, age_seconds=max(age, 0))

    def _values(self) -> dict[str, frozenset[str]]:
        """The values of dimensions that people call by their names; of each table by one query."""
        wanted: dict[str, set[str]] = {}
        for metric in Lexicon(self.lake.tables).metrics.values():
            names = {one.name for one in metric.dimensions_of(self.lake.tables[metric.table])}
            if self.lake.exists(metric.table):
                wanted.setdefault(metric.table, set()).update(names & set(CALLED))
        found: dict[str, set[str]] = {}
        for table, names in wanted.items():
            if names:
                sets = ", ".join(f"collect_set({name}) as {name}" for name in sorted(names))
                [row] = self.data.sql(f"select {sets} from {table}").collect()
                for name in names:
                    found.setdefault(name, set()).update(map(str, row[name]))
        return {name: frozenset(values) for name, values in found.items()}

    def _newest(self, table: str, until: date, where: tuple[Filter, ...]) -> date | None:
        day = day_of(self.lake.tables[table])
        if day is None:
            return None
        kept = [one.condition.sql("spark") for one in where]
        asked = " and ".join([f"{day} <= date'{until}'", *kept])
        [[newest]] = self.data.sql(f"select max({day}) from {table} where {asked}").collect()
        found: date | None = newest
        return found

    def _oldest(self, table: str) -> date | None:
        if table not in self._oldest_days:
            day = day_of(self.lake.tables[table])
            [[first]] = self.data.sql(f"select min({day}) from {table}").collect() if day else [[None]]
            self._oldest_days[table] = first
        return self._oldest_days[table]

    @cached_property
    def _oldest_days(self) -> dict[str, date | None]:
        return {}


def _defined(metric: Metric) -> Definition:
    return Definition(
        metric=metric.name,
        unit=metric.unit,
        meaning=metric.meaning,
        definition=metric.definition,
        table=metric.table,
    )
