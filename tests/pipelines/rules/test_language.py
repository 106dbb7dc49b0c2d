"""What rules mean, what is refused, and how it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trees import NAMES, Row, conditions, held, holds, rows

from pipelines.rules.condition import parse_condition
from pipelines.rules.kinds import check
from pipelines.rules.tree import Node
from pipelines.rules.writing import written

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PAYMENT: Row = {
    "amount_minor": 5000,
    "card_declines_1h": 4.0,
    "card_country": "US",
    "ip_country": "DE",
    "is_first": True,
    "is_prepaid": None,
    "created_at": AT,
}
MEANINGS = {
    "two columns and a count": (":card_country: != :ip_country: and :card_declines_1h: > 3", True),
    "or is looser than and": (":is_first: or :is_first: and false", True),
    "parentheses": ("(:is_first: or :is_first:) and false", False),
    "not is tighter than and": ("not false and false", False),
    "products before sums": ("1 + 2 * 3 = 7 and 2 - 3 - 4 = -5", True),
    "quotients from the left": ("12 / 2 / 3 = 2", True),
    "signs": ("-:card_declines_1h: = -4 and - -1 = 1", True),
    "fractions and powers of ten": (":amount_minor: = 5e3 and 0.1 + 0.2 > 0.3", True),
    "among": (":card_country: in ('US', \"CA\")", True),
    "not among": (":card_country: not in ('US', 'CA')", False),
    "negative choices": ("-1 in (-1, 2)", True),
    "minus zero is zero": ("-0 in (0, 1, 2, 3) and 0 in (-0, 1, 2, 3) and 1 / -0 is missing", True),
    "contains": (":card_country: contains 'S' and :card_country: starts with 'U'", True),
    "ends with": (":card_country: ends with 's'", False),
    "case of words, not of texts": (":card_country: = 'US' AND NOT :card_country: = 'us'", True),
    "escaped quotes": (r"'it\'s' = " + '"it\'s"', True),
    "days": (":created_at: > 2026-03-01 and :created_at: < 2026-03-02", True),
    "moments in any zone": (":created_at: = 2026-03-01T10:30:00+01:00", True),
    "over lines": (":is_first:\n  and\n  :amount_minor: > 1", True),
    "missing": (":is_prepaid: is missing and :is_first: is present", True),
    "a missing boolean is false": (":is_prepaid:", False),
    "a comparison with a missing value is false": (":is_prepaid: = true or :is_prepaid: != true", False),
    "not turns it": ("not (:is_prepaid: = true)", True),
    "neither among nor not among": (":is_prepaid: in (true) or :is_prepaid: not in (true)", False),
    "a division by zero is missing": ("1 / 0 is missing and not (1 / 0 > 0)", True),
    "no number is missing": ("(1e308 * 10 - 1e308 * 10) is missing", True),
    "conditions are compared": ("(:amount_minor: > 1) = :is_first:", True),
}


def test_what_a_rule_means(any_spark: SparkSession) -> None:
    trees = [parse_condition(text, NAMES).tree for text, _ in MEANINGS.values()]
    expected = {name: meant for name, (_, meant) in MEANINGS.items()}
    [found] = held(any_spark, trees, [PAYMENT])
    assert dict(zip(MEANINGS, found, strict=True)) == expected
    assert {n: holds(tree, PAYMENT) for n, tree in zip(MEANINGS, trees, strict=True)} == expected


@settings(max_examples=150, deadline=None)
@given(conditions())
def test_what_is_written_is_read_as_the_same(tree: Node) -> None:
    assert parse_condition(written(tree), NAMES).tree == tree
    check(written(tree), tree)


@settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(conditions(2), min_size=20, max_size=40), st.lists(rows, min_size=20, max_size=40))
def test_engines_agree_with_plain_python(
    any_spark: SparkSession, trees: list[Node], found: list[Row]
) -> None:
    by_engine = held(any_spark, trees, found)
    assert [
        (written(tree), row)
        for row, answers in zip(found, by_engine, strict=True)
        for tree, answer in zip(trees, answers, strict=True)
        if answer != holds(tree, row)
    ] == []


def test_the_greatest_rules_are_computed(any_spark: SparkSession) -> None:
    texts = [
        " or ".join([":is_first: = false"] * 180 + [":is_first:"]),
        f"{'(' * 14}:amount_minor: + 1{')' * 14} > 1",
        f"{' + '.join(['1'] * 15)} = 15",
        f"{'not ' * 14}:is_first:",
        f"1 in ({', '.join(['0'] * 1000)}, 1)",
        "16 / (8 / (4 / (2 / (1 / (1 / (1 / 1)))))) > 0",
    ]
    trees = [parse_condition(text, NAMES).tree for text in texts]
    assert held(any_spark, trees, [PAYMENT]) == [[True] * len(texts)]


@pytest.mark.parametrize(
    "text", ["'; drop table gold.payments_daily; --", "%", "_", "US' or '1' = '1", "${x}", "💳"]
)
def test_what_a_text_holds_is_only_a_text(spark: SparkSession, text: str) -> None:
    tree = parse_condition(f':card_country: = "{text}" or :card_country: contains "{text}"', NAMES).tree
    found = [PAYMENT, {**PAYMENT, "card_country": text}]
    assert held(spark, [tree], found) == [[False], [True]]
