"""Who decides on a payment: the first rule that holds, then the model, then nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments import NAMES, features, payment, score, scores

from pipelines.rules.decisions import decide
from pipelines.rules.ruleset import Ruleset, parse_rules

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RULES = """\
rules:
  - {name: odd_amount, doc: d, action: review, when: ":amount_minor: = 666"}
  - {name: countries_differ, doc: d, action: 3ds, when: ":card_country: != :ip_country:"}
  - {name: tries_cards, doc: d, action: block, when: ":card_declines_1h: > 3"}
  - {name: at_home, doc: d, action: allow, when: ":amount_minor: < 100 and :ip_country: = 'US'"}
  - {name: nobody, doc: d, action: block, when: "true", enabled: false}
  - {name: model_is_sure, doc: d, action: block, when: ":score: > 98"}
model: {block: 90, review: 60, 3ds: 30}
"""

Decision = tuple[str, str, str | None]


def ruleset(text: str = RULES) -> Ruleset:
    return parse_rules(text, "rules.yaml", NAMES)


def decided(spark: SparkSession, rows: list[dict], given: list[dict] | None) -> dict[str, Decision]:
    """Of each payment: action, who decided, and the rules that held."""
    found = decide(
        features(spark, *rows), None if given is None else scores(spark, *given), ruleset()
    ).collect()
    return {row["charge_id"]: (row["action"], row["decided_by"], row["matched_rules"]) for row in found}


def test_the_first_action_with_a_rule_that_holds_decides(any_spark: SparkSession) -> None:
    rows = [
        payment("allowed", amount_minor=50, card_country="DE", card_declines_1h=9.0),
        payment("blocked", card_country="DE", card_declines_1h=9.0),
        payment("reviewed", card_country="DE", amount_minor=666),
        payment("authenticated", card_country="DE"),
        payment("by_its_score"),
        payment("left_to_the_model"),
        payment("asked_of_the_model"),
        payment("scored_low"),
        payment("unscored", card_declines_1h=None, ip_country=None),
    ]
    given = [
        score("allowed", 99),
        score("reviewed", 97),
        score("by_its_score", 99),
        score("left_to_the_model", 90),
    ]
    given += [score("asked_of_the_model", 30), score("scored_low", 29)]
    assert decided(any_spark, rows, given) == {
        "allowed": ("allow", "at_home", "at_home,tries_cards,model_is_sure,countries_differ"),
        "blocked": ("block", "tries_cards", "tries_cards,countries_differ"),
        "reviewed": ("review", "odd_amount", "odd_amount,countries_differ"),
        "authenticated": ("3ds", "countries_differ", "countries_differ"),
        "by_its_score": ("block", "model_is_sure", "model_is_sure"),
        "left_to_the_model": ("block", "model", None),
        "asked_of_the_model": ("3ds", "model", None),
        "scored_low": ("none", "model", None),
        "unscored": ("none", "default", None),
    }


def test_rules_alone_decide_where_there_are_no_scores(spark: SparkSession) -> None:
    rows = [payment("ch_1", card_country="DE"), payment("ch_2")]
    assert decided(spark, rows, None) == {
        "ch_1": ("3ds", "countries_differ", "countries_differ"),
        "ch_2": ("none", "default", None),
    }


def test_the_score_that_the_last_serving_version_gave_counts(spark: SparkSession) -> None:
    given = [
        score("ch_1", 95, "fraud/1", hour=1),
        score("ch_1", 10, "fraud/2", hour=2),
        score("ch_1", 99, "fraud/3", role="shadow", hour=3),
        score("ch_2", 95, "fraud/3", role="shadow"),
    ]
    frame = decide(features(spark, payment("ch_1"), payment("ch_2")), scores(spark, *given), ruleset())
    found = {
        row["charge_id"]: (row["score"], row["model_version"], row["decided_by"]) for row in frame.collect()
    }
    assert found == {"ch_1": (10, "fraud/2", "model"), "ch_2": (None, None, "default")}


def test_without_rules_and_cuts_nothing_is_done(spark: SparkSession) -> None:
    [row] = decide(
        features(spark, payment("ch_1")), scores(spark, score("ch_1", 100)), ruleset("rules: []")
    ).collect()
    assert (row["action"], row["decided_by"], row["matched_rules"]) == ("none", "model", None)


def test_a_decision_names_the_rules_that_it_was_made_by(spark: SparkSession) -> None:
    [row] = decide(features(spark, payment("ch_1")), None, ruleset()).collect()
    assert row["rules_version"] == ruleset().digest
