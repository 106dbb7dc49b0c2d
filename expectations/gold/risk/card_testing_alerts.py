"""gold.card_testing_alerts: every hour is a burst, and its attempts add up."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, share
from pipelines.payments.card_testing import BURST

CHECKS = (
    CURRENCY,
    share("refused_rate"),
    always(
        "many_cards",
        f"cards_count >= {BURST.cards} and attempts_count >= cards_count",
        f"At least {BURST.cards} cards were tried, each at least once.",
    ),
    always(
        "mostly_refused",
        f"refused_count * 100 >= attempts_count * {BURST.refused_percent}",
        f"At least {BURST.refused_percent} % of the attempts were refused.",
    ),
    all_of(
        "within_the_hour",
        {
            "hour_of_day": "hour_of_day = hour(first_at)",
            "first_at": "first_at <= last_at and date = cast(first_at as date)",
            "last_at": "hour_of_day = hour(last_at) and date = cast(last_at as date)",
        },
        "The attempts were made within the hour that is named.",
    ),
    all_of(
        "attempts_add_up",
        {
            "refused_count": "refused_count = declined_count + blocked_count",
            "authorized_count": "authorized_count <= attempts_count - refused_count",
            "authorized_minor": "authorized_minor <= attempts_minor",
            "authorized_cards_count": "authorized_cards_count <= authorized_count",
            "visa_attempts_count": "visa_attempts_count <= attempts_count",
        },
        "What was refused was declined or blocked, and no part is more than its whole.",
    ),
)
