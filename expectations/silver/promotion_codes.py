"""silver.promotion_codes: codes are used as often as they may be."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("promotion_code_id", "promo"),
    always(
        "redeemed_within_limit",
        "times_redeemed <= max_redemptions",
        "No code is used more often than it may be.",
        "warning",
    ),
)
