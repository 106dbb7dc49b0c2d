"""What the commands about rules do, as functions that return what is then printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.base.yaml_model import closest
from pipelines.catalog import all_tables
from pipelines.errors import LakehouseError, RuleError
from pipelines.rules.backtest import Backtest, backtest
from pipelines.rules.columns import FEATURES, SCORED, SCORES, rule_names, with_scores
from pipelines.rules.condition import Condition, parse_condition
from pipelines.rules.lexer import WORDS
from pipelines.rules.ruleset import NAME, Ruleset, load_rules

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse
    from pipelines.settings import Settings

TRAINING = "gold.training_fraud"


@dataclass(frozen=True)
class RuleColumn:
    """A column that rules may use."""

    name: str
    kind: str
    doc: str


def try_rule(
    lake: Lakehouse,
    rule: str,
    since: date | None,
    until: date | None,
    starting: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """What a rule, or one of the place's rules by its name, would have done, by the latest release.

    Raises:
        RuleError: it cannot be used.
        LakehouseError: there are no payments to try it on.
    """
    condition = _condition(lake, rule)
    starting("looking at past payments")
    found = backtest(_past_payments(lake.released(), condition), condition, since=since, until=until)
    if not found.payments:
        raise LakehouseError(
            f"{TRAINING} has no payments{_within(since, until)} to try a rule on: take in files that hold some with "
            "vermeil run, or choose another time"
        )
    return found


def rules(settings: Settings) -> Ruleset:
    """The rules of a place.

    Raises:
        RuleError: they cannot be used.
    """
    return load_rules(settings.home, rule_names(all_tables()))


def check(settings: Settings, rule: str | None) -> str:
    """What there is to say of a rule, or of all of a place, that can be used.

    Raises:
        RuleError: it cannot be used.
    """
    if rule is not None:
        return parse_condition(rule, rule_names(all_tables())).text
    found = rules(settings)
    off = sum(not one.enabled for one in found.rules)
    return f"{len(found.rules)} rules can be used, {off} of them are off. Version {found.digest}."


def columns() -> list[RuleColumn]:
    """The columns that rules may use."""
    tables = all_tables()
    docs = {
        column.name: column.doc
        for name in (SCORES, FEATURES)
        if name in tables
        for column in tables[name].columns
    }
    return [RuleColumn(name, kind, docs.get(name, "")) for name, kind in rule_names(tables).items()]


def _condition(lake: Lakehouse, rule: str) -> Condition:
    names = rule_names(lake.tables)
    if not re.fullmatch(NAME, rule) or rule in WORDS:
        return parse_condition(rule, names)
    found = load_rules(lake.settings.home, names)
    if (own := found.rule(rule)) is None:
        there = [one.name for one in found.rules]
        raise RuleError(f"no rule {rule!r}{closest(rule, there)}; there are: {', '.join(there) or 'none'}")
    return own.condition


def _past_payments(lake: Lakehouse, condition: Condition) -> DataFrame:
    training = lake.table(TRAINING)
    if SCORED.keys().isdisjoint(condition.names):
        return training
    return with_scores(training, lake.table(SCORES))


def _within(since: date | None, until: date | None) -> str:
    return (f" from {since} on" if since else "") + (f" until {until}" if until else "")
