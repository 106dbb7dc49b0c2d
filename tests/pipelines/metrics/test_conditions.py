"""Conditions of people: what is understood, and what does not pass."""

from __future__ import annotations

import pytest

from pipelines.errors import MetricError
from pipelines.metrics.shared.conditions import MOST_CHARACTERS, Condition, condition_of
from pipelines.table import Column

DIMENSIONS = {
    "currency": Column("currency", "string", "Its currency."),
    "network": Column("network", "string", "Its network.", known=("amex",)),
    "attempt_number": Column("attempt_number", "bigint", "Its number."),
    "is_friendly": Column("is_friendly", "boolean", "Whether."),
    "due_date": Column("due_date", "date", "Its day."),
}
VALUES = {"currency": {"USD", "EUR"}, "network": {"visa", "none"}}


def read(text: str | None) -> Condition:
    return condition_of(text, DIMENSIONS, lambda name: VALUES.get(name, set()))


def written(text: str) -> str:
    tree = read(text).tree
    assert tree is not None
    return tree.sql("spark")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("currency = 'USD'", "currency = 'USD'"),
        ('currency == "USD"', "currency = 'USD'"),
        ("currency != 'USD' and network <> 'visa'", "currency <> 'USD' AND network <> 'visa'"),
        ("currency in ('USD', 'EUR')", "currency IN ('USD', 'EUR')"),
        ("currency not in ('USD')", "NOT (currency IN ('USD'))"),
        ("attempt_number between 1 and 2", "attempt_number BETWEEN 1 AND 2"),
        ("attempt_number > -1", "attempt_number > -1"),
        ("not (attempt_number >= 2 or network = 'visa')", "NOT (attempt_number >= 2 OR network = 'visa')"),
        (
            "attempt_number = 1 and (currency = 'USD' or currency = 'EUR')",
            "attempt_number = 1 AND (currency = 'USD' OR currency = 'EUR')",
        ),
        ("is_friendly = true", "is_friendly = TRUE"),
        ("network is not null", "NOT (network IS NULL)"),
        ("network = 'amex'", "network = 'amex'"),
        ("network >= 'm' -- a comment", "network >= 'm'"),
        ("`currency` = 'USD'", "currency = 'USD'"),
        ("due_date < '2026-05-18'", "due_date < CAST('2026-05-18' AS DATE)"),
        ("due_date is null", "due_date IS NULL"),
    ],
)
def test_what_is_understood(text: str, expected: str) -> None:
    assert written(text) == expected


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_condition(text: str | None) -> None:
    assert read(text) == Condition()


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("currency = 'USD'", {"currency": "USD"}),
        ("currency in ('USD') and (network = 'visa')", {"currency": "USD", "network": "visa"}),
        ("currency = 'USD' or network = 'visa'", {}),
        ("not currency = 'USD'", {}),
        ("currency <> 'USD'", {}),
        ("currency in ('USD', 'EUR')", {}),
    ],
)
def test_what_is_kept_to_one_value(text: str, pinned: dict[str, str]) -> None:
    assert read(text).pinned == pinned


@pytest.mark.parametrize(
    "text",
    [
        "currency",
        "1 = 1",
        "true",
        "'USD' = currency",
        "currency = 'USD'; drop table gold.payments_daily",
        "currency = 'USD' union select 1",
        "select 1",
        "currency in (select currency from silver.charges)",
        "exists (select 1)",
        "currency = (select 'USD')",
        "currency = concat('U', 'SD')",
        "currency = upper('usd')",
        "lower(currency) = 'usd'",
        "currency like '%'",
        "currency rlike '.*'",
        "currency = 'USD' || ''",
        "currency || network = 'USD'",
        "attempt_number + 1 = 2",
        "attempt_number = 1 + 1",
        "attempt_number = 'one'",
        "attempt_number in ('1')",
        "currency = 1",
        "currency = null",
        "currency = date '2026-01-01'",
        "is_friendly = 1",
        "due_date < 'soon'",
        "due_date < '20260518'",
        "due_date < '2026-02-30'",
        "due_date < current_date",
        "due_date = 20260518",
        "is_friendly",
        "gold.payments_daily.currency = 'USD'",
        "p.currency = 'USD'",
        "currency = network",
        "currency = USD",
        "currency[0] = 'U'",
        "currency = :value",
        "currency = ?",
        "case when currency = 'USD' then true else false end",
        "currency = 'USD' limit 1",
        "currency = 'USD",
        "currency = = 'USD'",
        "(currency = 'USD'",
        "currency in ()",
        "*",
        "date >= '2026-01-01'",
        "month = 3",
        "cast(currency as int) = 1",
        "currency = 'USD' /*",
        "\x00\x1b[2J",
        "attempt_number between 1 and currency",
        "text.`/etc/hostname` = 1",
        "vacuum gold.payments_daily",
        "show tables",
        "insert overwrite directory '/tmp/x' select 1",
        "currency <=> 'USD'",
        "currency = 'U' 'SD'",
        "currency = x'55'",
        "{{ currency }} = 'USD'",
    ],
)
def test_what_does_not_pass(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MetricError) as found:
        read(text)
    assert caplog.records == []  # the parser is not to quote it on the screen
    assert found.value.reason in ("where", "dimension", "value")
    assert str(found.value).isprintable()


@pytest.mark.parametrize(
    "text",
    ["currency = 'USD' and " * 80 + "currency = 'USD'", "currency in (" + ", ".join(["'USD'"] * 250) + ")"],
)
def test_long_ones_are_read(text: str) -> None:
    assert read(text).tree is not None


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "currency = 'USD'" + ")" * 900,
        "not " * 480 + "currency = 'USD'",
        "x" * (MOST_CHARACTERS + 1),
    ],
)
def test_deep_and_endless_ones_are_refused_in_short(text: str) -> None:
    with pytest.raises(MetricError) as found:
        read(text)
    assert len(str(found.value)) < 300
