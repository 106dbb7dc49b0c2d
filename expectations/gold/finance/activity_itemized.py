"""gold.activity_itemized: activity is all but payouts."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY, DATE_FOLLOWS, FRESH, NET
from pipelines.gold.shared.payouts import PAYOUT_CATEGORIES

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    NET,
    always(
        "no_payout_among_activity",
        f"reporting_category not in {PAYOUT_CATEGORIES}",
        "What pays out, or brings a payout back, is no activity.",
    ),
    FRESH,
)
