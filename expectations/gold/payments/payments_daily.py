"""gold.payments_daily: the parts of a day add up, and rates are shares."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH, share

CHECKS = (
    CURRENCY,
    always(
        "outcomes_within_attempts",
        "payments_count + pending_count + failed_count <= attempts_count",
        "No more attempts succeeded, failed or are pending than were made.",
    ),
    always(
        "outcomes_add_up",
        "payments_count + pending_count + failed_count = attempts_count",
        "Every attempt succeeded, failed or is pending; another state is new.",
        "warning",
    ),
    all_of(
        "parts_within_whole",
        {
            "payments_minor": "payments_minor <= attempts_minor",
            "captured_count": "captured_count <= attempts_count",
            "captured_minor": "captured_minor <= attempts_minor",
            "uncaptured_count": "uncaptured_count <= payments_count",
            "uncaptured_minor": "uncaptured_minor <= payments_minor",
            "refunded_count": "refunded_count <= attempts_count",
            "disputed_count": "disputed_count <= attempts_count",
            "fraud_disputed_count": "fraud_disputed_count <= disputed_count",
            "warned_count": "warned_count <= attempts_count",
            "customers_count": "customers_count <= payments_count",
            "card_captured_count": "card_captured_count <= captured_count",
            "card_captured_minor": "card_captured_minor <= captured_minor",
            "card_disputed_count": "card_disputed_count <= card_captured_count",
        },
        "No part is more than its whole: nothing is captured that was not asked for, nobody pays without a payment.",
    ),
    always(
        "card_outcomes_within_attempts",
        "card_authorized_count + card_issuer_declined_count + card_blocked_count <= attempts_count",
        "No more card attempts were authorized, declined or blocked than attempts made.",
    ),
    share("authorization_rate"),
    share("card_share_rate"),
    share("dispute_rate"),
    always(
        "refund_rate_at_most_1",
        "refund_rate <= 1",
        "No more is refunded than was captured; refunds of payments that were only authorized may exceed it.",
        "warning",
    ),
    FRESH,
)
