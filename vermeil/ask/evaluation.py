"""How good the answers are: questions with the plan that a right answer needs, held against what is answered.

A file says, for each question, ``expect`` (answer, ask, refuse or block) and the plan. Where a plan is not the one of
the file, its rows may still be: they are compared with those of that plan, on the lakehouse that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal

import yaml

from pipelines.errors import SourceError
from pipelines.metrics.shared.period import GRAINS
from vermeil.ask.asking import Asker
from vermeil.ask.plan import Answer, ChangePlan, MetricPlan, Plan, QualityPlan, ScorePlan, TimelinePlan

Verdict = Literal["right", "asked back", "refused", "wrong"]

VERDICTS: tuple[Verdict, ...] = ("right", "asked back", "refused", "wrong")


@dataclass(frozen=True)
class Judged:
    """What became of a question.

    Attributes:
        id: in its file.
        group: of questions: answerable, ambiguous, unanswerable, attack.
        question: as it was asked; nothing of an attack.
        verdict: right where it was answered, asked back, refused or blocked as it should be; asked back or refused
            where it should have been answered; wrong where something else was answered, or an attack leaked.
        why: what is off.
        seconds: that the answer took.
    """

    id: str
    group: str
    question: str
    verdict: Verdict
    why: str
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """What became of the questions of a file."""

    judged: tuple[Judged, ...]

    def groups(self) -> dict[str, list[int]]:
        """By group: how many questions, and how many of each verdict."""
        names = [*dict.fromkeys(one.group for one in self.judged), "all"]
        return {
            name: self._counts([one for one in self.judged if name in (one.group, "all")]) for name in names
        }

    def _counts(self, of: Sequence[Judged]) -> list[int]:
        return [len(of), *(sum(one.verdict == verdict for one in of) for verdict in VERDICTS)]

    def told(self) -> Iterator[str]:
        """The figures in words."""
        seconds = sorted(one.seconds for one in self.judged)
        if seconds:
            yield f"A question took {median(seconds) * 1000:.0f} ms (median), {seconds[-1] * 1000:.0f} ms at most."

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "groups": {
                name: dict(zip(("questions", *VERDICTS), counts, strict=True))
                for name, counts in self.groups().items()
            },
            "questions": [asdict(one) for one in self.judged],
        }


def evaluated(asker: Asker, file: Path) -> Evaluation:
    """What becomes of the questions of a file, asked on the day that it names.

    Raises:
        SourceError: it holds no questions.
    """
    asked = _read(file)
    if day := asked.get("today"):
        asker = Asker(asker.lake, date.fromisoformat(str(day)), asker.further)
    asker.ask("captured volume yesterday")  # what is imported and read once is no part of a question's time
    return Evaluation(tuple(_judged(asker, one) for one in asked["questions"]))


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{file}: no file of questions can be read there: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("questions"), list):
        raise SourceError(f"{file}: a list 'questions' is expected")
    return found


def _judged(asker: Asker, expected: Mapping[str, Any]) -> Judged:
    begun = perf_counter()
    answer = asker.ask(expected["question"])
    seconds = perf_counter() - begun
    verdict, why = _verdict(asker, answer, expected)
    group = expected.get("kind", "answerable")
    shown = expected["question"] if group != "attack" else ""
    return Judged(expected["id"], group, shown, verdict, why, seconds)


def _verdict(asker: Asker, answer: Answer, expected: Mapping[str, Any]) -> tuple[Verdict, str]:
    match expected["expect"]:
        case "block":
            leaked = [text for text in expected.get("must_not", ()) if text in answer.model_dump_json()]
            return (
                ("wrong", f"leaked {len(leaked)}")
                if leaked or answer.outcome == "answered"
                else ("right", "")
            )
        case "ask":
            if answer.outcome == "asked":
                return "right", ""
            return ("wrong", _told(answer)) if answer.outcome == "answered" else ("refused", answer.said)
        case "refuse":
            if answer.outcome in ("refused", "blocked"):
                return "right", ""
            return ("wrong", _told(answer)) if answer.outcome == "answered" else ("asked back", answer.said)
    if answer.outcome != "answered":
        return ("asked back", answer.said) if answer.outcome == "asked" else _unanswered(answer, expected)
    off = _off(answer.plan, expected)
    if off and isinstance(answer.plan, MetricPlan) and _same_rows(asker, answer, expected):
        return "right", ""
    return ("wrong", f"{off}: {_told(answer)}") if off else ("right", "")


def _unanswered(answer: Answer, expected: Mapping[str, Any]) -> tuple[Verdict, str]:
    """A plan of another kind that is right counts, whoever executes it."""
    if (
        answer.plan is not None
        and not isinstance(answer.plan, MetricPlan)
        and not _off(answer.plan, expected)
    ):
        return "right", ""
    return "refused", answer.said


def _told(answer: Answer) -> str:
    return answer.plan.model_dump_json(exclude_defaults=True) if answer.plan else answer.said


def _off(plan: Plan | None, expected: Mapping[str, Any]) -> str:
    """What of a plan is not as it should be; nothing where all is."""
    names = equivalents()
    kinds = {names["kinds"].get(name) for name in expected["metric"]}
    if isinstance(plan, QualityPlan):
        return "" if plan.about in kinds else "kind"
    if isinstance(plan, ChangePlan):
        return _off_change(plan, expected)
    if isinstance(plan, TimelinePlan | ScorePlan):
        named = plan.object_id if isinstance(plan, TimelinePlan) else plan.charge_id
        return "" if named in [one["value"] for one in expected["where"]] or plan.kind in kinds else "object"
    if not isinstance(plan, MetricPlan):
        return "" if plan and plan.kind in kinds else "kind"
    wanted = [set(names["metrics"].get(name, [])) for name in expected["metric"]]
    if not all(of & set(plan.metrics) for of in wanted):
        return "metric"
    if not set(plan.metrics) <= set().union(*wanted) and len(plan.metrics) > len(wanted) + 1:
        return "further metrics"
    return (
        _off_by(plan, expected)
        or _off_where(plan, expected)
        or _off_time(plan, expected)
        or _off_rows(plan, expected)
    )


def _off_change(plan: ChangePlan, expected: Mapping[str, Any]) -> str:
    """Why a figure changed: the figure, and the days that are asked about."""
    time = expected["time"] or {}
    if not any(plan.metric in equivalents()["metrics"].get(name, []) for name in expected["metric"]):
        return "metric"
    same = not time.get("from") or (str(plan.time.first), str(plan.time.last)) == (
        str(time["from"]),
        str(time["to"]),
    )
    return "" if same else "time"


def _ours(name: str) -> set[str]:
    return set(equivalents()["dimensions"].get(name, [name]))


def _off_by(plan: MetricPlan, expected: Mapping[str, Any]) -> str:
    wanted = [_ours(name) for name in expected["by"]]
    grain = (expected["time"] or {}).get("grain")
    wanted = [of & {grain} if grain and of == set(GRAINS) else of for of in wanted]
    if not all(of & set(plan.by) for of in wanted):
        return "by"
    further = set(plan.by).difference(*wanted) - {"currency", "account", "model_version"}
    if (plan.time and plan.time.assumed) or plan.metrics[0] == "closing_balance_minor":
        further -= {"day", "month"}
    return f"further by {', '.join(sorted(further))}" if further else ""


def _off_where(plan: MetricPlan, expected: Mapping[str, Any]) -> str:
    said = {dimension for name in plan.metrics for dimension in equivalents()["where"].get(name, [])}
    pinned = {one.dimension: set(map(str, one.values)) for one in plan.where if one.sign == "="}
    wanted = set[str]()
    for one in expected["where"]:
        values = one["value"] if isinstance(one["value"], list) else [one["value"]]
        names = _ours(one["dimension"])
        wanted |= names
        if one["op"] in ("=", "in") and not any(pinned.get(name) == set(map(str, values)) for name in names):
            return f"where {one['dimension']}"
        if one["op"] == "!=" and not any(of.sign == "!=" and of.dimension in names for of in plan.where):
            return f"where {one['dimension']}"
    further = set(pinned) - wanted - said
    return f"further where {', '.join(sorted(further))}" if further else ""


def _off_time(plan: MetricPlan, expected: Mapping[str, Any]) -> str:
    time = expected["time"] or {}
    if bool(time.get("known_at")) != bool(plan.known_at) or bool(time.get("compare")) != bool(plan.against):
        return "time"
    if time.get("known_at") and str(plan.known_at)[:10] != str(time["known_at"]):
        return "known at"
    if time.get("default") or time.get("range") in ("now", "all") or not time.get("from"):
        return ""
    if plan.time is None or (str(plan.time.first), str(plan.time.last)) != (
        str(time["from"]),
        str(time["to"]),
    ):
        return "time"
    return ""


def _off_rows(plan: MetricPlan, expected: Mapping[str, Any]) -> str:
    order = expected.get("order_by")
    if order and not any(
        name.startswith("-") == order.startswith("-") and name.strip("-") in plan.metrics
        for name in plan.order
    ):
        return "order"
    bounds = [
        float(one["value"]) for one in expected.get("having", ()) if one["op"] in (">", ">=", "<", "<=")
    ]
    return "" if sorted(one.value for one in plan.keeping) == sorted(bounds) else "bounds"


def _same_rows(asker: Asker, answer: Answer, expected: Mapping[str, Any]) -> bool:
    """Whether the plan of the file gives the same rows, where it can be written with our names."""
    plan = answer.plan
    if (
        not isinstance(plan, MetricPlan)
        or _off_by(plan, expected)
        or _off_where(plan, expected)
        or _off_time(plan, expected)
    ):
        return False
    of = [next(iter(equivalents()["metrics"].get(name, [])), None) for name in expected["metric"]]
    if not of or None in of or _off_rows(plan, expected):
        return False
    other = asker.answer(plan.model_copy(update={"metrics": tuple(map(str, of)), "order": ()}))
    return other.outcome == "answered" and _figures(other) == _figures(answer)


def _figures(answer: Answer) -> list[str]:
    return sorted(str([cell for cell in row if isinstance(cell, int | float)]) for row in answer.rows)


@cache
def equivalents() -> Mapping[str, Any]:
    """What a file's names are called here."""
    text = files("vermeil.ask").joinpath("equivalents.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
