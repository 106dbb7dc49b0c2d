"""gold.payment_decisions: made of the payments' features, their scores and a file of rules, and of nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from expectations import validate
from pipelines.catalog import all_tables
from pipelines.delta.commits import Replace
from pipelines.delta.schemas import arrow_schema
from pipelines.errors import RuleError
from pipelines.flow import gold as flow_gold
from pipelines.lakehouse import Lakehouse
from pipelines.rules.columns import FEATURES, SCORES, rule_names
from pipelines.rules.ruleset import parse_rules, shipped
from tests.expectations.good_rows import Row, good_row

if TYPE_CHECKING:
    from pipelines.flow.steps import Outcome

TABLE = all_tables()["gold.payment_decisions"]
MARCH = (date(2026, 3, 1), date(2026, 3, 2))
RULES = """\
rules:
  - {{name: large, doc: d, action: review, when: ":amount_minor: > {limit}"}}
model: {{block: 90}}
"""


def payment(charge_id: str, amount: int, day: date) -> Row:
    made = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    named = {"account": "acct_a", "charge_id": charge_id, "date": day, "created_at": made}
    return good_row(all_tables()[FEATURES]) | named | {"currency": "USD", "amount_minor": amount}


def score(charge_id: str, given: int, day: date) -> Row:
    said = {"model_version": "fraud/1", "role": "serving", "score": given, "probability": given / 100}
    named = {"account": "acct_a", "charge_id": charge_id, "date": day, "currency": "USD"}
    return good_row(all_tables()[SCORES]) | named | said


PAYMENTS = [payment("ch_1", 1000, MARCH[0]), payment("ch_2", 9000, MARCH[0]), payment("ch_3", 1000, MARCH[1])]


@pytest.fixture
def decided(lake: Lakehouse) -> Lakehouse:
    """A lakehouse in which three payments were decided on by a rule alone."""
    write_rules(lake, limit=5000)
    publish(lake, FEATURES, PAYMENTS)
    assert refresh(lake).status == "published"
    return lake


def write_rules(lake: Lakehouse, *, limit: int) -> None:
    (lake.settings.home / "rules.yaml").write_text(RULES.format(limit=limit))


def publish(lake: Lakehouse, name: str, rows: list[Row]) -> None:
    frame = lake.spark.createDataFrame(pa.Table.from_pylist(rows, arrow_schema(lake.declaration(name))))
    staged = lake.staging.write(name, "1", frame)
    days = sorted({str(row["date"]) for row in rows})
    lake.create(name)
    lake.publish(name, staged, Replace(days), dict(flow_gold.edition(lake, name, days)))
    lake.staging.clear(name)


def refresh(lake: Lakehouse) -> Outcome:
    return flow_gold.refresh_gold(lake, TABLE, validate)


def decisions(lake: Lakehouse) -> dict[str, tuple[str, str]]:
    """Action and who decided, by payment."""
    return {row["charge_id"]: (row["action"], row["decided_by"]) for row in lake.table(TABLE.name).collect()}


def test_without_scores_the_rules_decide(decided: Lakehouse) -> None:
    assert decisions(decided) == {
        "ch_1": ("none", "default"),
        "ch_2": ("review", "large"),
        "ch_3": ("none", "default"),
    }
    assert refresh(decided).status == "unchanged"


def test_a_score_decides_its_day_anew_and_no_other(decided: Lakehouse) -> None:
    publish(decided, SCORES, [score("ch_1", 5, MARCH[0])])
    refresh(decided)
    publish(decided, SCORES, [score("ch_3", 95, MARCH[1])])
    assert refresh(decided).status == "published"
    assert decided.note(TABLE.name)["dates"] == 1
    assert decisions(decided) == {
        "ch_1": ("none", "model"),
        "ch_2": ("review", "large"),
        "ch_3": ("block", "model"),
    }


def test_other_rules_decide_all_payments_anew(decided: Lakehouse) -> None:
    before = decided.table(TABLE.name).first()["rules_version"]
    write_rules(decided, limit=500)
    assert refresh(decided).status == "published"
    assert set(decisions(decided).values()) == {("review", "large")}
    assert {row["rules_version"] for row in decided.table(TABLE.name).collect()}.isdisjoint({before})
    assert refresh(decided).status == "unchanged"


def test_rules_that_cannot_be_used_change_nothing(decided: Lakehouse) -> None:
    before = decisions(decided)
    (decided.settings.home / "rules.yaml").write_text(RULES.format(limit="x"))
    with pytest.raises(RuleError, match=r"rules\.yaml:2: rules\.0\.when: no such word 'x'"):
        refresh(decided)
    assert decisions(decided) == before


def test_the_rules_that_come_with_it_can_be_used() -> None:
    found = parse_rules(shipped(), "rules.yaml", rule_names(all_tables()))
    assert {rule.action for rule in found.rules} == {"allow", "block", "review", "3ds"}
    assert [action for action, _ in found.cuts.by_action()] == ["block", "review", "3ds"]


def test_a_rule_cannot_look_at_what_became_known_later() -> None:
    assert (
        rule_names(all_tables()).keys().isdisjoint({"label", "fraud_source", "is_friendly", "label_known_at"})
    )
