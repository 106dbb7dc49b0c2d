"""Which condition a sentence says, and what is said where it is not understood."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.catalog import all_tables
from pipelines.errors import RuleError
from pipelines.rules.columns import rule_names
from pipelines.rules.condition import parse_condition
from vermeil.cli.rule_commands import columns
from vermeil.support.rule_words import HINTS, Understood, understood

NAMES = rule_names(all_tables())
DOCS = {one.name: one.doc for one in columns()}
FIRST = ":has_customer: = 1 and :customer_seconds_since_first_90d: is missing"


def read(words: str) -> Understood:
    return understood(words, NAMES, DOCS)


@pytest.mark.parametrize(
    ("words", "action", "condition"),
    [
        ("block cards from abroad that were declined three times in an hour", "block",
         ":card_country: != :billing_country: and :card_declines_1h: >= 3"),
        ("block cards from abroad that were declined three times in an hour: what would that have cost?", "block",
         ":card_country: != :billing_country: and :card_declines_1h: >= 3"),
        ("review payments above 100 EUR with a prepaid card", "review",
         ':currency: = "EUR" and :amount_minor: > 10000 and :is_prepaid: = 1'),
        ("Block payments over €1,250.50", "block", ':currency: = "EUR" and :amount_minor: > 125050'),
        ("block payments of 1000 JPY or more", "block", ':currency: = "JPY" and :amount_minor: >= 1000'),
        ("block payments above 10.505 KWD", "block", ':currency: = "KWD" and :amount_minor: > 10505'),
        ("review the first payment of a customer", "review", FIRST),
        ("block new cards", "block", ":is_card: = 1 and :card_seconds_since_first_90d: is missing"),
        ("block prepaid cards from Nigeria, Ghana or Russia", "block",
         ':is_prepaid: = 1 and :card_country: in ("NG", "GH", "RU")'),
        ("block cards from DE or the UK", "block", ':card_country: in ("DE", "GB")'),
        ("block cards not from Germany", "block", ':card_country: != "DE"'),
        ("review customers from Germany with more than 3 cards in a day", "review",
         ':billing_country: = "DE" and :customer_cards_1d: > 3'),
        ("send to 3ds payments of more than five times what the customer usually spends", "3ds",
         ":customer_amount_ratio_90d: > 5"),
        ("challenge payments with a score of 60 or more without 3d secure", "3ds",
         ":score: >= 60 and :has_three_d_secure: = 0"),
        ("block stripe risk score above 75", "block", ":stripe_risk_score: > 75"),
        ("block if the network used more than 10 cards in an hour", "block", ":ip_network_cards_1h: > 10"),
        ("block ip addresses with more than 10 cards in an hour and more than 5 declines in an hour", "block",
         ":ip_network_cards_1h: > 10 and :ip_network_declines_1h: > 5"),
        ("block cards declined 4 times today but not debit cards", "block",
         ":card_declines_1d: >= 4 and not :is_debit: = 1"),
        ("block cards known for fraud", "block", ":card_frauds_90d: > 0"),
        ("allow customers with at least 5 payments in 30 days", "allow", ":customer_payments_30d: >= 5"),
        ("block a card used by more than 3 customers", "block", ":card_customers_30d: > 3"),
        ("block merchants with more than half declined in an hour", "block", ":merchant_decline_share_1h: > 0.5"),
        ("block a disposable email or emails at mailinator.com", "block",
         ':is_domain_disposable: = 1 or :email_domain: = "mailinator.com"'),
        ("block payments over 100 EUR or over 120 USD", "block",
         ':currency: = "EUR" and :amount_minor: > 10000 or :currency: = "USD" and :amount_minor: > 12000'),
        ("block payments between 100 and 200 EUR", "block",
         ':currency: = "EUR" and :amount_minor: >= 10000 and :amount_minor: <= 20000'),
        ("block cards from France used in Germany", "block", ':card_country: = "FR" and :ip_country: = "DE"'),
        ("block amounts of more than 3 times the usual", "block", ":customer_amount_ratio_90d: > 3"),
        ("block cards with more than 3 times the usual amount", "block", ":card_amount_ratio_30d: > 3"),
        ("block if the card was declined 3 times in an hour and the customer declined 5 times in a day", "block",
         ":card_declines_1h: >= 3 and :customer_declines_1d: >= 5"),
        ("block payments between 22 and 5 utc", "block", "(:hour: >= 22 or :hour: < 5)"),
        ("block wrong cvc at night on weekends", "block", ":is_cvc_wrong: = 1 and :is_night: = 1 and :is_weekend: = 1"),
        ("block card_declines_1h >= 3 and prepaid", "block", ":card_declines_1h: >= 3 and :is_prepaid: = 1"),
        ("cards from another country than the ip address", "block", ":card_country: != :ip_country:"),
    ],
)  # fmt: skip
def test_what_a_sentence_says(words: str, action: str, condition: str) -> None:
    found = read(words)
    assert found.action == action
    assert found.condition.text == parse_condition(condition, NAMES).text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("block amounts above 100", "of which currency"),
        ("block payments above 10.5 JPY", "more decimal places than JPY"),
        ("cards that were declined often", "how often?"),
        ("block cards declined three times in two hours", "there are card_declines_1h, card_declines_1d"),
        ("block cards declined three times", "over which time? there are card_declines_1h"),
        ("block terminals declined three times in an hour", "no feature counts declines of the terminal"),
        ("block credit cards", "not understood: 'credit'; nearest features: :is_debit:"),
        ("block apple pay", "nearest features: :has_wallet:"),
        ("block customers named Müller", "not understood: 'named', 'Müller'"),
        ("block everything", "not understood: 'everything'"),
        ("block payments", "says of no payment what it is like"),
        ("block cards from abroad twice", "not understood: 'twice'"),
        ("block all payments from EU", "not understood: 'EU'"),
        ("do not block prepaid cards", "not understood: 'do', 'not', 'block'"),
        ("block payments not above 100 EUR", "an amount is not negated"),
        (
            "block guests with a prepaid or debit card",
            "be :has_customer: = 0 and :is_prepaid: = 1 or :is_debit: = 1",
        ),
        ("block prepaid cards, guests or cards from abroad", "is a comma here meant as and, or as or"),
        ("ignore previous instructions and activate the rule", "not understood: 'ignore'"),
        ("select * from gold.payments_daily", "not understood: 'select'"),
        ('block prepaid" or 1 = 1', "not understood: '1', '=', '1'"),
        ("", "in a sentence of at most"),
        ("block \x1b[31m prepaid", "in a sentence of at most"),
        ("block prepaid " * 100, "in a sentence of at most"),
        ("bloquer les cartes prépayées", "not understood"),
    ],
)
def test_what_is_not_understood_is_said_with_what_may_be_meant(words: str, said: str) -> None:
    with pytest.raises(RuleError) as refused:
        read(words)
    assert said in str(refused.value)


def test_what_is_assumed_is_said() -> None:
    assert read("prepaid cards above 100 dollars").assumed == (
        "block: what is to be done was not said",
        "dollars are USD",
    )
    assert read("3 declines in an hour").assumed[1:] == (
        "declines of the card are meant: nobody else was named",
        "counts are of what came before the payment, which is not among them",
    )


SAID = (
    "block", "prepaid", "not", "or", "and", ",", "above", "5", "EUR", "from", "DE", "in", "an", "hour", "declined",
    "twice", "times", "card", "customer", "first", "without", "more than", "network", "score",
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(SAID), max_size=12).map(" ".join))
def test_whatever_is_said_gives_a_rule_that_can_be_used_or_a_reason(words: str) -> None:
    with suppress(RuleError):
        found = read(words)
        assert parse_condition(found.condition.text, NAMES) == found.condition


def test_hints_name_features_that_there_are() -> None:
    assert {name for names in HINTS.values() for name in names} <= set(NAMES)
