"""A file of rules that cannot be used says which line is wrong, what is allowed, and what was probably meant."""

# ruff: noqa: E501 - one mistake a line, so that they read like a table

from __future__ import annotations

from pathlib import Path

import pytest
from trees import NAMES

from pipelines.catalog import all_tables
from pipelines.errors import RuleError
from pipelines.rules.columns import rule_names
from pipelines.rules.ruleset import load_rules, parse_rules

GOOD = """\
rules:
  - name: countries_differ
    doc: Cards from elsewhere.
    action: review
    when: ":card_country: != :ip_country:"
  - name: good_customer
    doc: Known for long.
    action: allow
    when: >-
      :is_first: = false
      and :card_declines_1h: < 3
  - name: many_declines
    doc: Somebody tries cards.
    action: block
    when: ":card_declines_1h: > 3"
    enabled: false
model:
  block: 90
  3ds: 40
"""


def test_rules_are_read_in_their_order_and_tried_by_action() -> None:
    found = parse_rules(GOOD, "rules.yaml", NAMES)
    assert [rule.name for rule in found.rules] == ["countries_differ", "good_customer", "many_declines"]
    assert [rule.name for rule in found.tried()] == ["good_customer", "countries_differ"]
    assert found.cuts.by_action() == [("block", 90), ("3ds", 40)]
    assert found.rules[1].condition.text == ":is_first: = false and :card_declines_1h: < 3"


@pytest.mark.parametrize(
    ("old", "new", "is_other"),
    [
        pytest.param("Cards from elsewhere.", "Anything.", False, id="words"),
        pytest.param(":card_declines_1h: < 3", "(:card_declines_1h:  <  3)", False, id="spelling"),
        pytest.param(":card_declines_1h: > 3", ":card_declines_1h: > 4", False, id="a rule that is off"),
        pytest.param("    enabled: false\n", "", True, id="switched on"),
        pytest.param(":card_declines_1h: < 3", ":card_declines_1h: < 4", True, id="a number"),
        pytest.param("action: allow", "action: 3ds", True, id="an action"),
        pytest.param("good_customer", "best_customer", True, id="a name"),
        pytest.param("3ds: 40", "3ds: 41", True, id="a cut"),
    ],
)
def test_the_digest_tells_what_decides_otherwise(old: str, new: str, is_other: bool) -> None:
    assert old in GOOD
    one, other = (parse_rules(text, "rules.yaml", NAMES) for text in (GOOD, GOOD.replace(old, new)))
    assert (one.digest != other.digest) == is_other


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            ":card_country: !=", ":card_contry: !=",
            "r.yaml:5: rules.0.when: no column 'card_contry' to write rules with; did you mean 'card_country'?\n"
            "    :card_contry: != :ip_country:\n"
            "    ^^^^^^^^^^^^^\n"
            f"allowed: {', '.join(NAMES)}",
            id="unknown name",
        ),
        pytest.param("< 3", "< '3'", "r.yaml:9: rules.1.when: a number cannot be compared with a text", id="kinds"),
        pytest.param("> 3", "> ", "r.yaml:15: rules.2.when: a column, a value, or ( is expected; found the end", id="in a rule that is off"),
        pytest.param("action: block", "action: blok", "r.yaml:14: rules.2.action: expected 'allow', 'block', 'review' or '3ds'", id="action"),
        pytest.param("enabled", "enable", "r.yaml:16: rules.2.enable: unknown name; allowed: name, doc, action, when, enabled; did you mean 'enabled'?", id="field"),
        pytest.param("3ds: 40", "3sd: 40", "r.yaml:19: model.3sd: unknown name; allowed: block, review, 3ds; did you mean '3ds'?", id="cut"),
        pytest.param("    action: allow\n", "", "r.yaml:6: rules.1.action: is missing", id="no action"),
        pytest.param("many_declines", "countries_differ", "r.yaml:12: rules.2.name: 'countries_differ' is given twice: choose another name", id="name given twice"),
        pytest.param("many_declines", "model", "r.yaml:12: rules.2.name: 'model' says that no rule decided: choose another name", id="reserved name"),
        pytest.param("many_declines", "Many declines", "r.yaml:12: rules.2.name: only letters, digits and underscores are allowed", id="letters of a name"),
        pytest.param("block: 90", "block: 101", "r.yaml:18: model.block: Input should be less than or equal to 100", id="too high a cut"),
        pytest.param("block: 90", "block: 0.9", "r.yaml:18: model.block: a whole number is expected", id="share as a cut"),
        pytest.param("3ds: 40", "3ds: 95", "r.yaml:17: model: 3ds from 95 is never asked for: block is from 90 on", id="cut that never decides"),
        pytest.param("enabled: false", "enabled: no", "r.yaml:16: rules.2.enabled: true or false is expected", id="truth"),
        pytest.param('":card_country: != :ip_country:"', ":card_country: != :ip_country:", "A condition has colons, which YAML reads as names: put it in quotes", id="no quotes"),
        pytest.param('when: ":card_country: != :ip_country:"', "when: !!python/object/apply:os.system [ls]", "r.yaml:5: not YAML: tags are not allowed", id="tag"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError) as raised:
        parse_rules(GOOD.replace(old, new, 1), "r.yaml", NAMES)
    assert message in str(raised.value)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    with pytest.raises(RuleError) as raised:
        parse_rules(GOOD.replace("_country:", "_contry:").replace("> 3", "> x"), "r.yaml", NAMES)
    assert "r.yaml:5: " in str(raised.value)
    assert "r.yaml:15: " in str(raised.value)


def test_the_rules_of_a_place_take_the_place_of_those_that_come_with_it(tmp_path: Path) -> None:
    names = {**rule_names(all_tables()), **NAMES}
    shipped = load_rules(tmp_path, names)
    (tmp_path / "rules.yaml").write_text(GOOD)
    own = load_rules(tmp_path, names)
    assert [rule.name for rule in own.rules] == ["countries_differ", "good_customer", "many_declines"]
    assert shipped.digest != own.digest
