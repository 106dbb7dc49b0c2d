"""Rows of scores and labels as tests write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pipelines.payments.maturity import FRAUD
from tests.pipelines.gold.silver_rows import Row, at, day

NOON = "T12:00:00"


def score(
    charge_id: str, date: str, probability: float, amount: int = 1000, version: str = "fraud-1", **facts: Any
) -> Row:
    """What a version said of a payment in US dollars with a card of its own."""
    return {
        "account": "acct_a", "charge_id": charge_id, "model_version": version, "task": "fraud", "role": "serving",
        "date": day(date), "created_at": at(date + NOON), "currency": "USD", "amount_minor": amount,
        "card_fingerprint": f"card_{charge_id}", "probability": probability, "score": int(round(probability * 100, 9)),
        "feature_row": b"", "input_versions": "{}", "scored_at": at(date + NOON),
    } | facts  # fmt: skip


def label(charge_id: str, date: str, said: str = "legitimate", **facts: Any) -> Row:
    """What is known of a payment; fraud was known two days later."""
    made = at(date + NOON)
    matures = made + timedelta(days=FRAUD.days)
    known = {"legitimate": matures, "fraud": made + timedelta(days=2), "unknown": None}
    return {
        "account": "acct_a", "charge_id": charge_id, "date": day(date), "created_at": made, "currency": "USD",
        "amount_minor": 1000, "label": said, "is_friendly": False, "label_known_at": known[said], "matures_at": matures,
    } | facts  # fmt: skip
