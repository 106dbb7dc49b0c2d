"""Calls about single payments, rules, the data, and questions in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.errors import RuleError
from pipelines.metrics.shared.catalog import metric_of, metrics_of
from pipelines.metrics.shared.change import Asked
from pipelines.metrics.shared.metric import day_of
from pipelines.metrics.shared.period import period_of
from pipelines.rules.columns import rule_names
from pipelines.rules.condition import parse_condition
from vermeil.ask.plan import Answer, ChangePlan, Days, Filter, MetricPlan, QualityPlan
from vermeil.cli.rule_commands import try_rule
from vermeil.cli.rules_output import backtest_as_json
from vermeil.mcp.desk import Desk, Found, RefusedError
from vermeil.mcp.figures import Figures
from vermeil.mcp.small_groups import small
from vermeil.support.asking import Askers
from vermeil.support.proposal import proposed
from vermeil.support.scores import scores
from vermeil.support.timeline import timeline

if TYPE_CHECKING:
    from pipelines.rules.backtest import Backtest
    from vermeil.ask.asking import Asker

ABOUT = ("freshness", "checks", "refused", "drift", "audit")


@dataclass(frozen=True)
class Support:
    """Answers calls that are not about metrics alone."""

    desk: Desk
    askers: Askers

    def told(self, id: str, account: str | None, *, for_customer: bool) -> Found:
        """What happened to an object."""
        found = timeline(self.desk.lake.released(), id, account)
        shown = found.for_customers() if for_customer else found
        answer = shown.as_json()
        entries = answer.pop("entries")
        most = self.desk.limits.most_rows
        return {**answer, "rows": entries[-most:], "truncated": len(entries) > most}

    def scored(self, charge_id: str) -> Found:
        """Why a payment has its score."""
        found = scores(self.desk.lake.released(), charge_id)
        return {"rows": [asdict(one) for one in found], "said": found[0].said}

    def tried(self, rule: str) -> Found:
        """What a rule, as a condition or in words, would have done."""
        lake = self.desk.lake
        try:
            parse_condition(rule, rule_names(lake.tables))
        except RuleError:
            if ":" in rule:
                raise
            proposal = proposed(lake, rule)
            return {
                **self._tried(proposal.backtest),
                "action": proposal.understood.action,
                "assumed": proposal.understood.assumed,
                "labels_matured_until": proposal.until,
                "proposal": proposal.as_yaml,
                "activated": False,
            }
        return {**self._tried(try_rule(lake, rule, None, None)), "activated": False}

    def _tried(self, found: Backtest) -> Found:
        """A back test without small currencies; of its examples there is what leads to them."""
        smallest = self.desk.limits.smallest_group
        shown = tuple(
            one
            for one in found.currencies
            if sum(tally.count for tally in (one.fraud, one.legitimate, one.unknown)) >= smallest
        )
        answer = backtest_as_json(replace(found, currencies=shown))
        answer["examples"] = [
            {"charge_id": one.charge_id, "date": one.date, "label": one.label} for one in found.examples
        ]
        answer["rows"] = answer.pop("currencies")
        return {**answer, "suppressed": len(found.currencies) - len(shown)}

    def quality(self, about: str, table: str | None) -> Found:
        """How good the data are."""
        if about not in ABOUT:
            raise RefusedError(f"about is one of {', '.join(ABOUT)}")
        plan = QualityPlan(about=about, table=table)
        return self._shown(self.asker.answer(plan))

    def traced(self, metric: str, where: dict[str, Any], time: str | None) -> Found:
        """A figure followed to rows, records, files and lines."""
        lake = self.asker.lake
        table = lake.declaration(metric_of(metric, metrics_of(lake.tables)).table)
        period = period_of(time, self.asker.data.newest(table) if day_of(table) else None)
        filters = tuple(Filter(dimension=name, values=(value,)) for name, value in where.items())
        days = Days(first=period.first, last=period.last) if time else None
        plan = MetricPlan(metrics=(metric,), where=filters, time=days)
        if self._small(plan, days):
            raise RefusedError(
                f"the group has fewer than {self.desk.limits.smallest_group} of what it is about"
            )
        answer = self.asker.answer(plan, trace=True)
        return {**self._shown(answer), "trace": [_places(step) for step in answer.trace]}

    def asked(self, question: str) -> Found:
        """The answer to a question in words."""
        return self._shown(self.asker.ask(question))

    @property
    def asker(self) -> Asker:
        """Who answers by the latest release."""
        return self.askers.latest()

    def _shown(self, answer: Answer) -> Found:
        plan = answer.plan
        if isinstance(plan, ChangePlan) and answer.outcome == "answered":
            where = exp.and_(*(one.condition for one in plan.where)).sql("spark") if plan.where else None
            asked = Asked(plan.metric, plan.time.text or "", plan.against.text, plan.by, where, "mark")
            return {"outcome": "answered", "question": answer.question, **Figures(self.desk).changed(asked)}
        hidden = set()
        if isinstance(plan, MetricPlan) and answer.outcome == "answered":
            days = (plan.time, plan.against) if plan.against else (plan.time,)
            hidden = set().union(*(self._small(plan, one) for one in days))
            if hidden and not plan.by:
                raise RefusedError(
                    f"the group has fewer than {self.desk.limits.smallest_group} of what it is about"
                )
        found = answer.model_dump(mode="json", exclude={"rows", "columns", "trace", "readings"})
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        by = plan.by if isinstance(plan, MetricPlan) else ()
        shown = [row for row in rows if not hidden or tuple(row.get(name) for name in by) not in hidden]
        most = self.desk.limits.rows
        return {
            **found,
            "said": answer.said if len(shown) == len(rows) else "Some groups are too small to be shown.",
            "rows": shown[:most],
            "suppressed": len(rows) - len(shown),
            "truncated": len(shown) > most,
            "readings": [one.said for one in answer.readings],
        }

    def _small(self, plan: MetricPlan, time: Days | None) -> set[tuple[Any, ...]]:
        return small(self.asker.lake, plan.query(time), self.desk.limits.smallest_group)


def _places(step: Mapping[str, Any]) -> Found:
    """A step of a trace that says where its parts are, and not what each of them adds."""
    shown = [
        {name: value for name, value in one.items() if name not in ("part", "of_part")}
        for one in step["shown"]
    ]
    return {**step, "shown": shown}
