"""gold.retries: every retry has one outcome, and waited as long as its kind says."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    always(
        "outcomes_add_up",
        "authorized_count + issuer_declined_count + blocked_count + undecided_count = retries_count",
        "Every retry is authorized, declined again, blocked or undecided.",
    ),
    all_of(
        "authorized_within",
        {
            "authorized_minor": "authorized_minor <= retries_minor",
            "authorized_waited_seconds": "authorized_waited_seconds <= waited_seconds",
        },
        "What was authorized is part of what was tried again.",
    ),
    always(
        "waited_follows",
        "case waited when 'under_1_minute' then waited_seconds < 60 * retries_count"
        " when 'under_1_hour' then waited_seconds >= 60 * retries_count and waited_seconds < 3600 * retries_count"
        " when 'under_1_day' then waited_seconds >= 3600 * retries_count and waited_seconds < 86400 * retries_count"
        " when 'under_3_days' then waited_seconds >= 86400 * retries_count and waited_seconds < 259200 * retries_count"
        " when 'under_7_days' then waited_seconds >= 259200 * retries_count and waited_seconds < 604800 * retries_count"
        " else waited_seconds >= 604800 * retries_count and waited_seconds <= 5184000 * retries_count end",
        "The mean wait of a row is within the time that its kind names.",
    ),
)
