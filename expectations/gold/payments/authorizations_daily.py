"""gold.authorizations_daily: every attempt has one outcome."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY, FRESH

CHECKS = (
    CURRENCY,
    always(
        "outcomes_add_up",
        "authorized_count + issuer_declined_count + blocked_count + undecided_count = attempts_count",
        "Every attempt is authorized, declined, blocked or undecided.",
    ),
    always(
        "amounts_add_up",
        "authorized_minor + issuer_declined_minor + blocked_minor + undecided_minor = attempts_minor",
        "The amounts of the four outcomes are the amount of the attempts.",
    ),
    always(
        "intents_within",
        "intents_authorized_count + intents_issuer_declined_count <= intents_count",
        "No more payment intents ended than began.",
    ),
    always(
        "intents_by_first_attempt",
        "intents_count = 0 or attempt_number <= 1",
        "Payment intents count with their first attempt.",
    ),
    always(
        "unauthenticated_without_attempt",
        "attempt_number > 0 or attempts_count = 0",
        "Where authentication was not finished no charge was made.",
    ),
    always(
        "reason_only_where_declined",
        "decline_reason = 'none' or authorized_count = 0",
        "An attempt that was authorized has no decline reason.",
    ),
    FRESH,
)
