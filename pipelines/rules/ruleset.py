"""Rules from a YAML file: what each looks at and asks for, and from which scores on the model asks for something."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.base.yaml_model import fault_at, load_text, parse_model
from pipelines.errors import RuleError
from pipelines.rules.condition import Condition, parse_condition
from pipelines.rules.tree import Kind

Action = Literal["allow", "block", "review", "3ds"]

ACTIONS: tuple[Action, ...] = ("allow", "block", "review", "3ds")
"""In the order in which they are tried: a payment that one rule allows is not blocked by another."""

NAME = "[a-z][a-z0-9_]*"
"""How a rule's name is written."""

NO_ACTION = "none"
MODEL = "model"
DEFAULT = "default"

WHAT = "list of rules"
QUOTED = "A condition has colons, which YAML reads as names: put it in quotes, or on a line of its own after when: >-"

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

Cut = Annotated[int, Field(ge=0, le=100)]


class Cuts(BaseModel):
    """From which score on the model asks for an action, where no rule did; what is left out it never asks for."""

    model_config = _STRICT

    block: Cut | None = Field(None, description="Lowest score that is blocked.")
    review: Cut | None = Field(None, description="Lowest score that is reviewed.")
    three_d_secure: Cut | None = Field(
        None, alias="3ds", description="Lowest score that is sent to 3D Secure."
    )

    @model_validator(mode="after")
    def _each_can_decide(self) -> Cuts:
        given = self.by_action()
        for (first, higher), (second, lower) in pairwise(given):
            if lower >= higher:
                raise ValueError(f"{second} from {lower} is never asked for: {first} is from {higher} on")
        return self

    def by_action(self) -> list[tuple[Action, int]]:
        """The actions that the model can ask for with their lowest scores, in the order in which they are tried."""
        cuts: tuple[tuple[Action, int | None], ...] = (
            ("block", self.block),
            ("review", self.review),
            ("3ds", self.three_d_secure),
        )
        return [(action, score) for action, score in cuts if score is not None]


class Entry(BaseModel):
    """One rule as it is written."""

    model_config = _STRICT

    name: str = Field(max_length=64, pattern=f"^{NAME}$", description="snake_case, each once.")
    doc: str = Field(min_length=1, description="What it is for, in words.")
    action: Action = Field(description="What happens to a payment for which it holds.")
    when: str = Field(description="The condition.")
    enabled: bool = Field(True, description="false: it is kept and does nothing.")


class RuleFile(BaseModel):
    """A file of rules."""

    model_config = _STRICT

    rules: list[Entry] = Field(default_factory=list, description="The rules.")
    model: Cuts = Field(default_factory=Cuts, description="From which score on the model asks for an action.")


@dataclass(frozen=True)
class Rule:
    """A rule that can be used; see :class:`Entry`."""

    name: str
    doc: str
    action: Action
    condition: Condition
    enabled: bool


@dataclass(frozen=True)
class Ruleset:
    """All rules of one place, and the model's cuts.

    Attributes:
        rules: in the order in which they are written.
        cuts: from which score on the model asks for an action.
    """

    rules: tuple[Rule, ...]
    cuts: Cuts

    def tried(self) -> Iterator[Rule]:
        """The rules that are enabled, in the order in which they are tried: by action, then as they are written."""
        for action in ACTIONS:
            yield from (rule for rule in self.rules if rule.enabled and rule.action == action)

    @cached_property
    def digest(self) -> str:
        """Identifies what the rules decide: spelling, words about them and rules that are off make no difference."""
        tried = [[rule.name, rule.action, rule.condition.text] for rule in self.tried()]
        text = json.dumps([tried, self.cuts.by_action()], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def rule(self, name: str) -> Rule | None:
        """A rule by name; None where there is none."""
        return next((rule for rule in self.rules if rule.name == name), None)


def load_rules(home: Path, names: Mapping[str, Kind]) -> Ruleset:
    """The rules in ``<home>/rules.yaml``; those that come with Vermeil where there is no such file.

    Raises:
        RuleError: the file cannot be read, or is not valid; the message has a line for each fault, with what is
            allowed and, for a misspelt name, a suggestion.
    """
    path = home / "rules.yaml"
    return read_rules(path, names) if path.exists() else parse_rules(shipped(), "rules.yaml", names)


def read_rules(path: Path, names: Mapping[str, Kind]) -> Ruleset:
    """The rules in a file. See :func:`load_rules` for what is raised."""
    return parse_rules(load_text(path, WHAT, RuleError), str(path), names)


def shipped() -> str:
    """The text of the rules that come with Vermeil, to be used or copied."""
    return files("pipelines.rules").joinpath("rules.yaml").read_text("utf-8")


def parse_rules(text: str, name: str, names: Mapping[str, Kind]) -> Ruleset:
    """Rules from YAML text; ``name`` stands for the file in messages. See :func:`load_rules` for what is raised."""
    found = _entries(text, name)
    rules, faults = [], list(_name_faults(text, name, found))
    for number, entry in enumerate(found.rules):
        try:
            condition = parse_condition(entry.when, names)
        except RuleError as error:
            faults.append(fault_at(name, text, ("rules", number, "when"), str(error)))
        else:
            rules.append(Rule(entry.name, entry.doc, entry.action, condition, entry.enabled))
    if faults:
        raise RuleError("\n".join(faults))
    return Ruleset(tuple(rules), found.model)


def _entries(text: str, name: str) -> RuleFile:
    try:
        return parse_model(text, name, RuleFile, WHAT, RuleError)
    except RuleError as error:
        if ": not YAML: " in str(error):
            raise RuleError(f"{error}\n{QUOTED}") from None
        raise


def _name_faults(text: str, name: str, found: RuleFile) -> Iterator[str]:
    seen = {MODEL, DEFAULT}
    for number, entry in enumerate(found.rules):
        if entry.name in seen:
            said = f"{entry.name!r} " + (
                "says that no rule decided" if entry.name in (MODEL, DEFAULT) else "is given twice"
            )
            yield fault_at(name, text, ("rules", number, "name"), f"{said}: choose another name")
        seen.add(entry.name)
