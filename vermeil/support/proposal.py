"""A rule from words, tried on payments whose labels have matured: a proposal for people to review, never more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import yaml

from pipelines.errors import LakehouseError
from pipelines.payments.maturity import FRAUD
from pipelines.rules.columns import rule_names
from vermeil.cli.rule_commands import TRAINING, columns, try_rule
from vermeil.support.rule_words import Understood, understood

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.rules.backtest import Backtest

LONGEST_NAME = 40


@dataclass(frozen=True)
class Proposal:
    """A rule that somebody may take over.

    Attributes:
        understood: the rule, and what was assumed.
        backtest: what it would have done.
        until: the last day whose labels have matured: later ones play no part.
    """

    understood: Understood
    backtest: Backtest
    until: date

    @property
    def as_yaml(self) -> str:
        """The rule as an entry of rules.yaml, switched off."""
        entry = {
            "name": self.name,
            "doc": self.understood.words,
            "action": self.understood.action,
            "enabled": False,
            "when": self.understood.condition.text,
        }
        return yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=110)

    @property
    def name(self) -> str:
        """A name made of the columns that it looks at."""
        names = [name.replace("_minor", "") for name in self.understood.condition.names]
        return "_and_".join(names)[:LONGEST_NAME].rstrip("_")


def proposed(lake: Lakehouse, words: str, starting: Callable[[str], None] = lambda _: None) -> Proposal:
    """The rule that a sentence says, tried on the past by the latest release.

    Raises:
        RuleError: it is not understood; the message offers features.
        LakehouseError: there are no payments whose labels have matured.
    """
    found = understood(words, rule_names(lake.tables), {one.name: one.doc for one in columns()})
    [[newest]] = lake.sql(f"select max(date) from {TRAINING}").collect()
    if newest is None:
        raise LakehouseError(
            f"{TRAINING} has no payments to try a rule on: take in files that hold some with vermeil run"
        )
    until = newest - timedelta(days=FRAUD.days)
    return Proposal(found, try_rule(lake, found.condition.text, None, until, starting), until)
