"""The commands about rules: what they print, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.delta.commits import Append
from pipelines.errors import LakehouseError, RuleError
from pipelines.lakehouse import Lakehouse
from pipelines.rules.columns import FEATURES, SCORES, rule_names
from pipelines.rules.ruleset import parse_rules
from pipelines.settings import load_settings
from pipelines.table import Column, Table
from tests.vermeil.cli.running import vermeil
from vermeil.cli import rule_commands, rules_output

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAYMENT = (
    Column("account", "string", "Account."),
    Column("charge_id", "string", "The payment."),
    Column("date", "date", "Day of the payment."),
    Column("created_at", "timestamp", "When it was made."),
    Column("currency", "string", "Its currency."),
    Column("amount_minor", "bigint", "Its amount."),
    Column("card_declines_1h", "double", "Declines of the card within the hour before."),
)
LABEL = Column("label", "string", "What it was.")
SCORE = (
    Column("account", "string", "Account."),
    Column("charge_id", "string", "The payment."),
    Column("model_version", "string", "Who says so."),
    Column("role", "string", "What the version was."),
    Column("probability", "double", "Probability."),
    Column("score", "bigint", "Score."),
    Column("scored_at", "timestamp", "When it said so."),
)
KEY = ("account", "charge_id")
TABLES = {
    table.name: table
    for table in (
        Table(FEATURES, "Payments.", KEY, PAYMENT),
        Table(rule_commands.TRAINING, "Payments with labels.", KEY, (*PAYMENT, LABEL)),
        Table(SCORES, "Scores.", (*KEY, "model_version"), SCORE),
    )
}
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = [
    ("acct_a", "ch_1", AT.date(), AT, "USD", 12_345, 5.0, "fraud"),
    ("acct_a", "ch_2", AT.date(), AT, "USD", 1_000, 0.0, "fraud"),
    ("acct_a", "ch_3", AT.date(), AT, "USD", 2_000, 4.0, "legitimate"),
    ("acct_a", "ch_4", date(2026, 3, 3), AT, "JPY", 500, None, "legitimate"),
    ("acct_a", "ch_5", date(2026, 3, 3), AT, "JPY", 700, 9.0, "unknown"),
]
RULE = ":card_declines_1h: > 3"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse with five labelled payments, of which one is scored."""
    home = tmp_path_factory.mktemp("home")
    (home / "rules.yaml").write_text(
        f"rules:\n  - {{name: tries_cards, doc: d, action: block, when: '{RULE}'}}\n"
    )
    with Lakehouse(load_settings({"home": home}), TABLES, spark) as lakehouse:
        _publish(lakehouse, rule_commands.TRAINING, ROWS)
        _publish(lakehouse, SCORES, [("acct_a", "ch_2", "fraud/1", "serving", 0.9, 90, AT)])
        yield lakehouse


def _publish(lake: Lakehouse, name: str, rows: list[tuple[Any, ...]]) -> None:
    with lake.writing("vermeil run"):
        lake.create(name)
        frame = lake.spark.createDataFrame(rows, lake.declaration(name).spark_schema())
        lake.publish(name, lake.staging.write(name, "1", frame), Append(), {})
        lake.staging.clear()


def test_a_test_says_what_would_have_been_caught_and_hurt(
    lake: Lakehouse, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_output.OUT, "width", 120)
    rules_output.tested(rule_commands.try_rule(lake, RULE, None, None), as_json=False)
    said = capsys.readouterr().out
    assert "would have held for 60 % of 5 payments from 2026-03-01 to 2026-03-03." in said
    assert "Precision 50 %: 1 of 2 were fraud. Recall 50 % of all fraud; false positives 50 %" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["USD", "caught", "1", "2", "123.45", "133.45"] in lines
    assert ["USD", "hurt", "1", "1", "20.00", "20.00"] in lines
    assert ["JPY", "not", "known", "yet", "1", "1", "700", "700"] in lines
    example = "2026-03-01 123.45 USD fraud ch_1 acct_a: card_declines_1h 5"
    assert example.split() in lines


def test_the_json_of_a_test_is_a_contract(lake: Lakehouse, capsys: pytest.CaptureFixture[str]) -> None:
    rules_output.tested(rule_commands.try_rule(lake, RULE, None, date(2026, 3, 2)), as_json=True)
    found = json.loads(capsys.readouterr().out)
    rates = {name: found[name] for name in ("precision", "recall", "false_positive_rate", "matched_rate")}
    assert rates == {"precision": 0.5, "recall": 0.5, "false_positive_rate": 1.0, "matched_rate": 2 / 3}
    counts = {
        name: found[name] for name in ("rule", "first", "last", "payments", "caught", "hurt", "unknown")
    }
    assert counts == {
        "rule": RULE, "first": "2026-03-01", "last": "2026-03-01", "payments": 3, "caught": 1, "hurt": 1, "unknown": 0,
    }  # fmt: skip
    [dollars] = found["currencies"]
    assert dollars["fraud"] == {
        "matched_count": 1,
        "matched_minor": 12_345,
        "count": 2,
        "amount_minor": 13_345,
    }
    assert [example["charge_id"] for example in found["examples"]] == ["ch_1", "ch_3"]


def test_a_rule_can_look_at_the_score(lake: Lakehouse) -> None:
    found = rule_commands.try_rule(lake, ":score: >= 90", None, None)
    assert [example.charge_id for example in found.examples] == ["ch_2"]
    assert (found.caught, found.hurt) == (1, 0)


def test_a_rule_of_the_place_is_tried_by_its_name(lake: Lakehouse) -> None:
    assert rule_commands.try_rule(lake, "tries_cards", None, None).condition.text == RULE
    with pytest.raises(RuleError, match="no rule 'trys_cards'; did you mean 'tries_cards'"):
        rule_commands.try_rule(lake, "trys_cards", None, None)


def test_a_rule_cannot_look_at_the_label(lake: Lakehouse) -> None:
    with pytest.raises(RuleError, match="no column 'label' to write rules with"):
        rule_commands.try_rule(lake, ":label: = 'fraud'", None, None)


def test_a_time_without_payments_is_told(lake: Lakehouse) -> None:
    with pytest.raises(LakehouseError, match="has no payments from 2027-01-01 on to try a rule on"):
        rule_commands.try_rule(lake, RULE, date(2027, 1, 1), None)


def test_a_rule_that_cannot_be_used_is_wrong_use_and_shown(tmp_path: Path) -> None:
    for words in (("check", ":scor: > 90"), ("test", ":scor: > 90")):
        result = vermeil("rule", *words, "--home", tmp_path)
        assert result.exit_code == 2
        assert "did you mean 'score'?\n    :scor: > 90\n    ^^^^^^\nallowed: " in result.stderr


def test_a_file_that_cannot_be_used_is_wrong_use_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("rules:\n  - {name: a, doc: d, action: block, wen: 'true'}\n")
    result = vermeil("rule", "check", "--home", tmp_path)
    assert result.exit_code == 2
    assert "rules.yaml:2: rules.0.wen: unknown name" in result.stderr


def test_a_file_that_cannot_be_used_stops_a_run_before_any_other_is_read(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.jsonl").write_text("{}\n")
    (tmp_path / "rules.yaml").write_text("rules: [7]\n")
    result = vermeil("run", "--home", tmp_path)
    assert result.exit_code == 2
    assert "rules.yaml:1: rules.0: names with values are expected" in result.stderr
    assert not (tmp_path / "lakehouse" / "bronze").exists()


def test_rules_are_listed_in_the_order_in_which_they_are_tried(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "rules:\n"
        "  - {name: last, doc: d, action: review, when: ':score:  > 1'}\n"
        "  - {name: 'off', doc: d, action: allow, when: 'true', enabled: false}\n"
        "  - {name: first, doc: d, action: allow, when: ':score: is missing'}\n"
        "model: {block: 90}\n"
    )
    found = json.loads(vermeil("rule", "list", "--home", tmp_path, "--json").stdout)
    assert [rule["name"] for rule in found["rules"]] == ["first", "last", "off"]
    assert found["rules"][1]["when"] == ":score: > 1"
    assert found["model"] == {"block": 90}
    assert "3 rules can be used, 1 of them are off" in vermeil("rule", "check", "--home", tmp_path).stdout


def test_what_a_rule_is_understood_as_is_said(tmp_path: Path) -> None:
    assert vermeil("rule", "check", "((:score:>90))", "--home", tmp_path).stdout == ":score: > 90\n"


def test_the_columns_for_rules_are_listed_with_their_kinds() -> None:
    found = {
        column["name"]: column["kind"] for column in json.loads(vermeil("rule", "columns", "--json").stdout)
    }
    assert found["score"] == found["probability"] == "number"
    assert "label" not in found


@pytest.fixture
def old_payments(tmp_path: Path, spark: SparkSession) -> Path:
    """A home whose payments are old enough for their labels, but for those of the newest day."""
    table = all_tables()[rule_commands.TRAINING]
    empty = {"string": "", "bigint": 0, "double": 0.0, "timestamp": AT, "boolean": False, "date": AT.date()}
    rows = [
        {"charge_id": f"ch_{number}", "label": label, "date": day, "card_declines_1h": 4.0, "currency": "USD"}
        | {"amount_minor": 1_000, "is_prepaid": float(number % 2), "created_at": AT}
        for number, (label, day) in enumerate(
            [("fraud", AT.date())] * 3 + [("legitimate", AT.date())] * 5 + [("fraud", date(2026, 6, 30))]
        )
    ]
    full = [tuple(row.get(c.name, empty.get(c.type)) for c in table.columns) for row in rows]
    with Lakehouse(load_settings({"home": tmp_path}), all_tables(), spark) as lake, lake.writing("a test"):
        lake.create(table.name)
        frame = spark.createDataFrame(full, table.spark_schema())
        lake.publish(table.name, lake.staging.write(table.name, "1", frame), Append(), {})
    return tmp_path


def test_a_rule_from_words_is_tried_on_matured_history_and_left_to_people(old_payments: Path) -> None:
    words = "block prepaid cards that were declined three times in an hour"
    result = vermeil("rule", "propose", words, "--home", old_payments)
    assert result.exit_code == 0, result.output
    assert ":is_prepaid: = 1 and :card_declines_1h: >= 3" in result.stdout
    assert "1 of 4 were fraud" in result.stdout
    assert "until 2026-04-01 have matured" in result.stdout
    assert "Nothing was activated" in result.stdout
    found = json.loads(vermeil("rule", "propose", words, "--home", old_payments, "--json").stdout)
    assert found["backtest"]["caught"] == 1
    assert found["backtest"]["hurt"] == 3
    assert found["backtest"]["payments"] == 8
    rules = parse_rules(f"rules:\n{found['proposal']}", "rules.yaml", rule_names(all_tables()))
    [rule] = rules.rules
    assert (rule.action, rule.enabled, rule.doc) == ("block", False, words)
    assert not (old_payments / "rules.yaml").exists()


def test_words_that_are_not_understood_are_refused(old_payments: Path) -> None:
    result = vermeil("rule", "propose", "block credit cards", "--home", old_payments)
    assert result.exit_code == 2
    assert "nearest features: :is_debit:" in result.stderr
