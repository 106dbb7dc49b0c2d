"""What rules and the model of a task together say should be done with each payment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from pipelines.frames.days import Dates, on_dates
from pipelines.gold.shared import features
from pipelines.gold.shared.contract import dimension
from pipelines.gold.shared.recipe import ByDay
from pipelines.models.task import Task
from pipelines.rules.columns import rule_names
from pipelines.rules.decisions import decide
from pipelines.rules.ruleset import ACTIONS, DEFAULT, MODEL, NO_ACTION, Ruleset, load_rules
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse


def decisions(task: Task) -> ByDay:
    """The decisions by the scores of a task about payments. There is one file of rules: one task decides."""
    table = Table(
        name=task.table("decisions"),
        doc=(
            "One row per payment or attempt at one: what the rules of now and the scores of the models that served say "
            "should be done with it. Other rules make the table anew."
        ),
        key=task.key,
        cluster_by="date",
        columns=(
            *features.PAYMENT,
            Column(
                "action",
                "string",
                f"What is to be done; {NO_ACTION} where neither a rule nor the model says anything.",
                required=True,
                known=(*ACTIONS, NO_ACTION),
            ),
            dimension(
                "decided_by", f"Name of the rule, {MODEL}, or {DEFAULT} for a payment without a score."
            ),
            Column("matched_rules", "string", "All rules that held, as they are tried, joined by commas."),
            Column(
                "score", "bigint", "The model's score, 0 to 100; null where none has scored it.", minimum=0
            ),
            Column("probability", "double", f"Its probability of {task.positive}, 0 to 1.", minimum=0),
            Column("model_version", "string", "Version of the model; the last that scored it while serving."),
            dimension("rules_version", "Digest of the rules and cuts that decided."),
        ),
    )
    return ByDay(
        table,
        inputs=(task.features_table, task.table("scores")),
        dates=partial(_dates, task),
        build=partial(_build, task, table),
        context=_context,
        models=(task.name,),
        group="models",
    )


def _context(lake: Lakehouse) -> Ruleset:
    """The rules of the place.

    Raises:
        RuleError: they cannot be used; it says where and why.
    """
    return load_rules(lake.settings.home, rule_names(lake.tables))


def _dates(task: Task, changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose features or scores were made, or made anew."""
    features, scores = changed[task.features_table], changed[task.table("scores")]
    return features.select("date").unionByName(scores.select("date"))


def _build(task: Task, table: Table, now: Mapping[str, DataFrame], dates: Dates, rules: Ruleset) -> DataFrame:
    """The rows of some days."""
    payments = on_dates(now[task.features_table], "date", dates)
    scores = on_dates(now[task.table("scores")], "date", dates)
    return decide(payments, scores, rules).select(*table.column_names)
