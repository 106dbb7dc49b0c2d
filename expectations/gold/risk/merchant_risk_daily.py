"""gold.merchant_risk_daily: no part is more than its whole, and the score is the sum of its points."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY
from pipelines.gold.risk.merchant_risk_daily import PARTS

CHECKS = (
    CURRENCY,
    all_of(
        "points_within_weights",
        {f"{name}_points": f"{name}_points <= {part.most}" for name, part in PARTS.items()},
        "No part gives more points than its weight.",
    ),
    always(
        "points_add_up",
        f"risk_score = {' + '.join(f'{name}_points' for name in PARTS)}",
        "The score is the sum of the points.",
    ),
    all_of(
        "parts_within_whole",
        {
            "week_captured_minor": "week_captured_minor <= captured_minor",
            "largest_day_minor": "largest_day_minor <= captured_minor",
            "chargebacks_minor": "chargebacks_count > 0 or chargebacks_minor = 0",
            "negative_minor": "negative_minor = greatest(-coalesce(closing_minor, 0), 0)",
        },
        "A week and a day are within the four weeks, and what is owed is a balance below 0.",
    ),
    always(
        "nobody_scores_high",
        "risk_score < 60",
        "No account has 60 points or more.",
        "warning",
    ),
)
