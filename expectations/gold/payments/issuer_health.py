"""gold.issuer_health: parts are within wholes, a drop is a large and sure one, and nobody's rate has just fallen."""

from __future__ import annotations

from expectations.check import all_of, figure
from pipelines.gold.payments.issuer_health import DEVIATION, DROPS, RECENT_DAYS

CHECKS = (
    all_of(
        "parts_within",
        {
            "authorized_count": "authorized_count <= decided_count and decided_count > 0",
            "past_authorized_count": "past_authorized_count <= past_decided_count",
            "past_days_count": "past_days_count <= least(28, past_decided_count)",
        },
        "No more attempts are authorized than were decided.",
    ),
    all_of(
        "drop_follows",
        {
            "deviation": "is_compared = (deviation is not null)",
            "is_sudden_drop": f"not is_sudden_drop or (is_compared and deviation >= {DEVIATION} and"
            " authorized_count * past_decided_count < past_authorized_count * decided_count)",
        },
        "A sudden drop is compared, far off, and below what was usual.",
    ),
    figure(
        "approval_rates_steady",
        DROPS,
        f"No issuers' approval rate has fallen suddenly within the newest {RECENT_DAYS} days.",
        at_most=0,
    ),
)
