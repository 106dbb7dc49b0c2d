"""gold.onboarding_daily: no part is more than the accounts that are left."""

from __future__ import annotations

from expectations.check import all_of, always

_PARTS = (
    "details_submitted_count", "charges_enabled_count", "payouts_enabled_count", "requirements_due_count",
    "requirements_past_due_count", "restricted_count", "transfers_active_count",
)  # fmt: skip

CHECKS = (
    all_of(
        "parts_within",
        {part: f"{part} <= accounts_count - deleted_count" for part in _PARTS}
        | {
            "enabled_count": "enabled_count <= least(charges_enabled_count, payouts_enabled_count)"
            " and enabled_count >= charges_enabled_count + payouts_enabled_count - accounts_count + deleted_count",
            "card_payments_active_count": "card_payments_active_count + card_payments_pending_count"
            " <= accounts_count - deleted_count",
            "timed_count": "timed_count <= accounts_count and (timed_count > 0 or enabled_seconds = 0)",
        },
        "No part is more than the accounts that were not deleted; those enabled may do both.",
    ),
    always(
        "nothing_overdue",
        "requirements_past_due_count = 0",
        "Nothing that is asked of accounts is overdue.",
        "warning",
    ),
)
