"""Plans in words that can be asked again."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.metrics.shared.metric import ENDINGS, Metric
from pipelines.metrics.shared.period import GRAINS
from vermeil.ask.plan import (
    ChangePlan,
    Days,
    Filter,
    MetricPlan,
    Plan,
    QualityPlan,
    RulePlan,
    ScorePlan,
    TimelinePlan,
)

_QUALITY: Mapping[str, str] = {
    "freshness": "how fresh the data are",
    "checks": "which checks failed",
    "refused": "which records were refused, and why",
    "drift": "which fields of the sources are new",
    "audit": "whether every record is accounted for",
}


def named(metric: Metric) -> str:
    """What people call a metric."""
    return (
        metric.synonyms[0]
        if metric.synonyms
        else metric.name.removesuffix(ENDINGS[metric.unit]).replace("_", " ")
    )


def told(plan: Plan, metrics: Mapping[str, Metric]) -> str:
    """A plan in words."""
    match plan:
        case MetricPlan():
            figures = " and ".join(named(metrics[name]) for name in plan.metrics)
            return " ".join(
                filter(None, (figures, _by(plan), _where(plan.where), _when(plan.time), _against(plan)))
            )
        case ChangePlan():
            days = f"from {days_told(plan.against)} to {days_told(plan.time)}"
            return f"why {named(metrics[plan.metric])} changed {days}"
        case RulePlan():
            return "what a rule would have done"
        case ScorePlan():
            return f"the score of {plan.charge_id}"
        case TimelinePlan():
            return f"what happened to {plan.object_id}"
        case QualityPlan():
            return _QUALITY[plan.about]


def days_told(days: Days | None) -> str:
    """Days by their name and from when to when."""
    if days is None or (days.first is None and days.last is None):
        return "all days"
    return f"{days.named} ({days.period})" if days.named else str(days.period)


def _by(plan: MetricPlan) -> str:
    names = [name if name in GRAINS else name.replace("_", " ") for name in plan.by]
    return f"by {' and '.join(names)}" if names else ""


def _where(where: tuple[Filter, ...]) -> str:
    return " ".join(
        f"with {one.dimension.replace('_', ' ')} {one.sign.strip('=')} {' or '.join(map(str, one.values))}".replace(
            "  ", " "
        )
        for one in where
    )


def _when(days: Days | None) -> str:
    if days is None or days.text is None:
        return ""
    return days.named or f"{days.period}"


def _against(plan: MetricPlan) -> str:
    return f"against {_when(plan.against)}" if plan.against else ""
