"""gold.checkout_funnel_daily: every session is completed, expired or open, and parts are within wholes."""

from __future__ import annotations

from dataclasses import replace

from expectations.check import all_of
from expectations.shared import CURRENCY
from pipelines.base.money import exponents
from pipelines.gold.payments.checkout_funnel_daily import NO_CURRENCY

_ANY = {"column": "currency", "value_set": [*sorted(exponents()), NO_CURRENCY]}

CHECKS = (
    replace(
        CURRENCY, arguments=_ANY, description="currency is one of ISO 4217, or XXX where a session has none."
    ),
    all_of(
        "outcomes_add_up",
        {
            "opened_count": "completed_count + expired_count + open_count = opened_count",
            "completed_count": "paid_count + free_count + unpaid_count = completed_count",
        },
        "Every session is completed, expired or open, and every completed one paid, free or unpaid.",
    ),
    all_of(
        "amounts_within",
        {
            "opened_minor": "completed_minor + expired_minor <= opened_minor",
            "paid_minor": "paid_minor <= completed_minor",
            "currency": f"currency <> '{NO_CURRENCY}' or opened_minor = 0",
        },
        "Amounts of parts are within those of their wholes, and there are none without a currency.",
    ),
)
