"""What is no rule is refused, with the place, what is allowed, and what was probably meant."""

# ruff: noqa: E501 - one mistake a line, so that they read like a table

from __future__ import annotations

import pytest
from hostile import CODE
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import NAMES

from pipelines.errors import RuleError
from pipelines.rules.condition import parse_condition
from pipelines.rules.writing import written

ALLOWED = f"allowed: {', '.join(NAMES)}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            ":card_contry: = 'US'",
            "no column 'card_contry' to write rules with; did you mean 'card_country'?\n"
            "    :card_contry: = 'US'\n"
            "    ^^^^^^^^^^^^^\n"
            f"{ALLOWED}",
            id="unknown name",
        ),
        pytest.param(
            ":is_first: and\n  :IP_Country: = 'US'",
            "no column 'IP_Country' to write rules with; did you mean 'ip_country'?\n"
            "      :IP_Country: = 'US'\n"
            "      ^^^^^^^^^^^^\n"
            f"{ALLOWED}",
            id="name in capitals, second line",
        ),
        pytest.param(
            ":card_country: > 3 and :is_first:",
            "a text cannot be compared with a number\n"
            "    :card_country: > 3 and :is_first:\n"
            "    ^^^^^^^^^^^^^^^^^^",
            id="kinds compared",
        ),
        pytest.param(
            ":created_at: > '2026-03-01'",
            "a time cannot be compared with a text\n"
            "    :created_at: > '2026-03-01'\n"
            "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "a time is written without quotes, such as 2026-03-01",
            id="quoted time",
        ),
        pytest.param(":card_country: < 'US'", "a text has no order: < is for numbers and times", id="order of texts"),
        pytest.param(":amount_minor: in (1, 'a')", "a number cannot be compared with a text", id="kinds of choices"),
        pytest.param(":card_country: + 1 > 2", "+ is for numbers; this is a text", id="sum of a text"),
        pytest.param("-:created_at: > 2", "- is for numbers; this is a time", id="sign of a time"),
        pytest.param(":amount_minor: contains '1'", "contains is for texts; this is a number", id="text in a number"),
        pytest.param("not :amount_minor:", "not is for conditions; this is a number", id="opposite of a number"),
        pytest.param(":is_first: and 'x'", "and is for conditions; this is a text", id="text as a condition"),
        pytest.param(":amount_minor:", "this is a number\n    :amount_minor:\n    ^^^^^^^^^^^^^^\ncompare it, such as :amount_minor: > 0", id="no condition"),
        pytest.param("", "a rule is a condition, such as :card_country:", id="empty"),
        pytest.param("card_country = 'US'", "a column stands between colons, :card_country:", id="bare name"),
        pytest.param(":card_country = 'US'", "a column's name stands between two colons", id="one colon"),
        pytest.param(":is_first: adn :is_first:", "no such word 'adn'; did you mean 'and'?", id="misspelt word"),
        pytest.param(":is_first: == true", "'==' is not used here; write =", id="foreign operator"),
        pytest.param(":is_first: = NULL", "'NULL' is not used here; write is missing", id="null"),
        pytest.param(":is_first: :is_first:", "the end, and, or, or an operator is expected; found ':is_first:'", id="two"),
        pytest.param("(:is_first:", "a parenthesis that is not closed", id="open parenthesis"),
        pytest.param(":is_first: )", "is expected; found ')'", id="closed parenthesis"),
        pytest.param(":card_country: in 'US'", "( is expected; found \"'US'\"", id="choices without parentheses"),
        pytest.param(":card_country: in ()", "a number, a text in quotes, or a time is expected; found ')'", id="no choice"),
        pytest.param(":ip_country: in (:card_country:)", "a number, a text in quotes, or a time is expected", id="column as a choice"),
        pytest.param("1 in (-'a')", "a number is expected", id="sign of a choice"),
        pytest.param(":card_country: starts 'U'", "with is expected; found \"'U'\"", id="half a word"),
        pytest.param(":card_country: is 'U'", "missing or present is expected", id="is"),
        pytest.param(":amount_minor: not 1", "in is expected; found '1'", id="not"),
        pytest.param("1 < 2 < 3", "the end, and, or, or an operator is expected; found '<'", id="chained comparison"),
        pytest.param(":card_country: = \"US", "its closing quote is missing", id="open quote"),
        pytest.param("1 +", "a column, a value, or ( is expected; found the end", id="cut"),
        pytest.param("1.5.2 > 1", "not a number: write 1500, 0.25 or 1e6", id="number"),
        pytest.param(":created_at: > 2026-02-30", "no such time", id="day that there is none of"),
        pytest.param(":created_at: > 0001-01-01T00:00:00+23:59", "no such time", id="before all time"),
    ],
)  # fmt: skip
def test_each_mistake_is_shown_where_it_is(text: str, message: str) -> None:
    with pytest.raises(RuleError) as raised:
        parse_condition(text, NAMES)
    assert message in str(raised.value)


HOSTILE = {
    **{f"code {number}": text for number, text in enumerate(CODE)},
    "sql in a name": ":is_first: or 1=1; drop table gold.payments_daily; --:",
    "sql in a name, no space": ":amount_minor;drop/**/table/**/t: > 1",
    "backticks": ":amount_minor`: > 1",
    "function": "__import__('os').system('true')",
    "sql function": "sleep(10) > 1",
    "comment": ":is_first: -- and false",
    "deep": "(" * 4_000,
    "deep and closed": "(" * 1_000 + "true" + ")" * 1_000,
    "deep not": "not " * 999 + "true",
    "deep sign": "-" * 3_999 + "1",
    "long sum": "+".join(["1"] * 2_000),
    "long product": "*".join([":amount_minor:"] * 250) + " > 1",
    "deep among": "((" * 9 + "1 in (1)" + ") in (true))" * 9,
    "long": " " * 4_001 + "true",
    "huge number": "9" * 3_000 + " > 1",
    "huge power": "1e999999 > 1",
    "huge year": "99999-01-01 > 2026-01-01",
    "foreign digits": "٣ > ²",
    "foreign names": ":amount_mіnor: > 1",
    "null character": ":is_first:\0",
    "bell": "'\a' = 'a'",
    "right to left": "'\u202eSU' = 'US'",
    "half a surrogate": "'\ud800' = 'a'",
    "no-break space": ":is_first:\u00a0or true",
    "wide": "＝",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_refused_and_do_nothing(text: str) -> None:
    with pytest.raises(RuleError) as raised:
        parse_condition(text, NAMES)
    said = str(raised.value)
    assert len(said) < 2_000
    assert all(line.isprintable() for line in said.splitlines())


PIECES = [*"()+-*/=<>!,.:'\"\\ 1e", "in", "not ", " and ", " is ", "missing", ":is_first:", "2026-01-01"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_a_rule_or_a_rule_error(text: str) -> None:
    try:
        tree = parse_condition(text, NAMES).tree
    except RuleError:
        return
    assert parse_condition(written(tree), NAMES).tree == tree
