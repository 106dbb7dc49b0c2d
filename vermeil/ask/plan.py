"""What a question means: a plan over declared metrics, or one of the other kinds of questions that there are.

Whoever reads a question, the offline reader or a language model, can do no more than to fill a plan. It holds names,
constants and days, never SQL; the compiler of metrics refuses what would be answered wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from sqlglot import exp

from pipelines.metrics.shared.catalog import metric_of, metrics_of
from pipelines.metrics.shared.compiler import compiled, shared_dimensions, shared_grains
from pipelines.metrics.shared.metric import CURRENCY, DAYS, Metric
from pipelines.metrics.shared.period import Period
from pipelines.metrics.shared.query import Data, Query
from pipelines.metrics.shared.writing import Compiled
from pipelines.table import Table

MOST_ROWS = 1_000
"""Rows of an answer at most."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=80)]
Constant: TypeAlias = bool | int | float | Annotated[str, Field(max_length=200)]
ObjectId = Annotated[str, Field(pattern=r"^[a-z]{2,8}_[A-Za-z0-9_]{1,80}$")]

Sign = Literal["=", "!=", "<", "<=", ">", ">="]

_SIGNS: Mapping[Sign, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


class Part(BaseModel):
    """A part of a plan: never changed, and without fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Days(Part):
    """Days from the first to the last, both among them, in UTC.

    Attributes:
        first: None where there is no bound.
        last: None where there is no bound.
        named: as it is said to people, such as "last week".
        assumed: the question named no time.
    """

    first: date | None = None
    last: date | None = None
    named: Annotated[str, Field(max_length=80)] = ""
    assumed: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if not self.period.has_days:
            raise ValueError("the time ends before it begins")
        return self

    @property
    def period(self) -> Period:
        """The days alone."""
        return Period(self.first, self.last)

    @property
    def text(self) -> str | None:
        """As metrics are asked for it; None for all days."""
        if self.first is None and self.last is None:
            return None
        return f"{self.first or ''}..{self.last or ''}"


class Filter(Part):
    """Which rows count: those whose dimension is, or is not, one of some values; a number may be above or below one.

    Attributes:
        dimension: of the metrics.
        sign: how it stands to the values; = and != allow several, of which one is met, or none.
        values: constants as they are in the data.
    """

    dimension: Name
    sign: Sign = "="
    values: Annotated[tuple[Constant, ...], Field(min_length=1, max_length=50)]

    @property
    def condition(self) -> exp.Expr:
        """As a condition of a query."""
        column, values = exp.column(self.dimension), [exp.convert(one) for one in self.values]
        if len(values) == 1:
            return _SIGNS[self.sign](this=column, expression=values[0])
        if self.sign not in ("=", "!="):
            raise ValueError(f"{self.dimension} is compared with one value")
        among = exp.In(this=column, expressions=values)
        return among if self.sign == "=" else exp.Not(this=exp.Paren(this=among))


class Kept(Part):
    """Which rows of the answer are shown: those whose figure is above or below a number (of money: in minor units)."""

    metric: Name
    sign: Sign
    value: float


class MetricPlan(Part):
    """Figures.

    Attributes:
        metrics: names of declared metrics.
        by: dimensions, and day, week, month, quarter, year.
        where: conditions that all hold.
        keeping: conditions on the figures, after they were made.
        time: which days; None for all.
        against: other days that the figures are held against.
        order: names of what is asked for, with a minus before them from the greatest down.
        limit: rows at most.
        share: figures are also given as shares of their sum.
        known_at: answer with what was known then.
    """

    kind: Literal["metric"] = "metric"
    metrics: Annotated[tuple[Name, ...], Field(min_length=1, max_length=12)]
    by: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    where: Annotated[tuple[Filter, ...], Field(max_length=12)] = ()
    keeping: Annotated[tuple[Kept, ...], Field(max_length=4)] = ()
    time: Days | None = None
    against: Days | None = None
    order: Annotated[
        tuple[Annotated[str, Field(pattern=r"^-?[a-z][a-z0-9_]*$")], ...], Field(max_length=6)
    ] = ()
    limit: Annotated[int | None, Field(ge=1, le=MOST_ROWS)] = None
    share: bool = False
    known_at: datetime | None = None

    def query(self, time: Days | None) -> Query:
        """As the compiler of metrics is asked, for some days; cohorts that still grow are marked.

        What is left out by the figures themselves, held against other days, taken as shares or ranked within currencies
        is cut to a number of rows afterwards.
        """
        where = exp.and_(*(one.condition for one in self.where)).sql("spark") if self.where else None
        cut_later = self.keeping or self.against or self.share or CURRENCY in self.order
        return Query(
            self.metrics,
            self.by,
            where,
            time.text if time else None,
            self.order,
            None if cut_later else self.limit,
            "mark",
        )


class ChangePlan(Part):
    """Why did a figure change from some days to others?

    Attributes:
        metric: the figure.
        by: dimensions to look at; all of the metric's where there is none.
        where: conditions that all hold.
        time: the days that are asked about.
        against: the days before.
    """

    kind: Literal["change"] = "change"
    metric: Name
    by: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    where: Annotated[tuple[Filter, ...], Field(max_length=12)] = ()
    time: Days
    against: Days


class RulePlan(Part):
    """What would a rule have done? The rule is in words, which the language of rules has still to understand."""

    kind: Literal["rule"] = "rule"
    words: Annotated[str, Field(max_length=500)]
    action: Literal["block", "review", "request_3ds", "allow"] = "block"


class ScorePlan(Part):
    """Why does a payment have the score that it has?"""

    kind: Literal["score"] = "score"
    charge_id: ObjectId


class TimelinePlan(Part):
    """What happened to an object, or one thing about it."""

    kind: Literal["timeline"] = "timeline"
    object_id: ObjectId
    about: Literal["all", "decline", "payout", "dispute", "refund"] = "all"


class QualityPlan(Part):
    """How good are the data?

    Attributes:
        about: how new they are and of which release; checks that failed; records that were refused, with the reasons;
            what the sources send that nobody declared; whether every record is accounted for.
        table: of one table alone.
    """

    kind: Literal["quality"] = "quality"
    about: Literal["freshness", "checks", "refused", "drift", "audit"]
    table: Annotated[str | None, Field(pattern=r"^(bronze|silver|gold)\.[a-z][a-z0-9_]*$")] = None


Plan: TypeAlias = MetricPlan | ChangePlan | RulePlan | ScorePlan | TimelinePlan | QualityPlan

PLANS: TypeAdapter[Plan] = TypeAdapter(Annotated[Plan, Field(discriminator="kind")])
"""Reads a plan from JSON, and says its schema."""


def checked(plan: MetricPlan, tables: Mapping[str, Table], data: Data) -> Compiled:
    """The query that answers a plan for figures.

    Raises:
        MetricError: the answer would be wrong, or there is none; it says why, and what may have been meant.
    """
    return compiled(plan.query(plan.time), tables, data)


def completed(plan: MetricPlan, tables: Mapping[str, Table]) -> MetricPlan:
    """The plan with what a right answer needs whether it was asked for or not: amounts by currency, and ranked within
    one; by each dimension over which the figures must not be added up.

    Raises:
        MetricError: there is no such metric.
    """
    known = metrics_of(tables)
    metrics = [metric_of(name, known) for name in plan.metrics]
    by, pinned = list(plan.by), _pinned(plan)
    for name in _apart(metrics, tables):
        if name not in by and name not in pinned and len(by) < 6:
            by.append(name)
    order = list(plan.order)
    money = {one.name for one in metrics if one.unit == "money"}
    if any(name.removeprefix("-") in money for name in order) and CURRENCY in by and CURRENCY not in order:
        order.insert(0, CURRENCY)
    return plan.model_copy(update={"by": tuple(by), "order": tuple(order)})


def _pinned(plan: MetricPlan) -> set[str]:
    """What the plan keeps to one value: dimensions, and the stretch of time."""
    pinned = {one.dimension for one in plan.where if one.sign == "=" and len(one.values) == 1}
    period = plan.time.period if plan.time else Period()
    return pinned | {grain for grain in ("day", "week", "month", "quarter", "year") if period.is_one(grain)}


def _apart(metrics: list[Metric], tables: Mapping[str, Table]) -> dict[str, None]:
    """What each answer is grouped by, unless it is kept to one value."""
    of = {one.table: tables[one.table] for one in metrics}
    names: dict[str, None] = {}
    grains = shared_grains(of.values())
    for metric in metrics:
        for name in metric.apart:
            names |= {(grains[0] if name in DAYS else name): None} if grains or name not in DAYS else {}
    dimensions = shared_dimensions(metrics, tables)
    if CURRENCY in dimensions and any(one.has_money for one in metrics):
        names |= {CURRENCY: None}
    return names


Outcome = Literal["answered", "asked", "refused", "blocked"]
"""What became of a question: an answer; it was asked back; there is none, with the reason; nobody may have it."""


class Definition(Part):
    """A metric as an answer names it."""

    metric: str
    unit: str
    meaning: str
    definition: str
    table: str


class Released(Part):
    """The release that an answer is from."""

    number: int
    at: datetime
    age_seconds: int


class Reading(Part):
    """One way to read a question, said in words that can be asked again."""

    said: str
    plan: Plan


class Answer(Part):
    """What is said to a question.

    Attributes:
        question: as it was asked, cut short.
        outcome: what became of it.
        said: the answer in a sentence or two, or the question back, or the reason.
        plan: how the question was read.
        definitions: of the metrics.
        columns: of the table.
        rows: of the table, as they are in the data: amounts in minor units, shares from 0 to 1.
        units: of the columns that are figures: count, money, rate, duration, or points between two rates.
        currency: of all amounts; None where a column says it.
        time: the days that were taken.
        newest: the newest day of the data.
        release: where the figures are from.
        growing: cohorts that still grow, in words.
        assumed: what was assumed, in words.
        query: Spark SQL that gave the rows.
        readings: the nearest ways to read the question, where it is asked back.
        offer: a question that can be answered instead.
        doubts: why this would not have been answered, where it was asked for anyway.
        trace: from figures to rows, records, files and lines.
    """

    question: str
    outcome: Outcome
    said: str
    plan: Plan | None = None
    definitions: tuple[Definition, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    units: Mapping[str, str] = Field(default_factory=dict)
    currency: str | None = None
    time: Days | None = None
    newest: date | None = None
    time_zone: str = "UTC"
    release: Released | None = None
    growing: str | None = None
    assumed: tuple[str, ...] = ()
    query: str | None = None
    readings: tuple[Reading, ...] = ()
    offer: str | None = None
    doubts: tuple[str, ...] = ()
    trace: tuple[Mapping[str, object], ...] = ()
