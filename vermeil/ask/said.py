"""The lexicon's file, ``lexicon.yaml``, and what is known of names beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

COUNTRIES = ("card_country", "country", "document_country")
"""Dimensions whose values are countries."""

NO_VALUE = frozenset(("all", "none", "unknown", "other", "card"))
"""Values that are no names of anything."""

COMMON = frozenset(("card", "payment", "order", "customer", "volume", "issuer"))
"""Words that say little beside others: declined cards are declines."""

CALLED = (
    *("account", "currency", "network", "card_network", "card_funding", "wallet", "decline_reason", "reason"),
    *(
        "payment_method_type",
        "document_type",
        "network_reason_code",
        "programme",
        "product_id",
        "failure_reason",
    ),
)
"""Dimensions whose values people call by their names; what countries are called stands in the lexicon."""

PLAIN = ("currency", "network", "card_network", "card_funding", "wallet")
"""Of them, those whose values are always meant, also where a metric is called by one."""

ELSEWHERE: Mapping[str, str] = {
    "captured_minor": "method_captured_minor",
    "captured_count": "method_captured_count",
    "attempts_count": "method_attempts_count",
    "payment_success_rate": "method_success_rate",
    "average_captured_minor": "method_average_minor",
    "chargebacks_count": "disputes_by_reason_count",
    "chargebacks_minor": "disputes_by_reason_minor",
    "win_rate": "win_by_reason_rate",
    "issuer_declined_count": "declined_attempts_count",
    "issuer_declined_minor": "declined_attempts_minor",
    "fees_minor": "processing_fees_minor",
}
"""The same figure from a table that has other dimensions."""


def phrases_of(text: str) -> list[str]:
    """The phrases of an entry, which stand between bars."""
    return [phrase.strip() for phrase in str(text).split("|") if phrase.strip()]


def countries() -> Iterator[tuple[str, list[str]]]:
    """Codes of countries, with what each is called."""
    for entry in said()["countries"].split(";"):
        code, _, names = entry.strip().partition(" ")
        yield code, phrases_of(names)


@cache
def said() -> Mapping[str, Any]:
    """The whole of it."""
    text = files("vermeil.ask").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
