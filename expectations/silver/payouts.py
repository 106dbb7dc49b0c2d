"""silver.payouts: money arrives after it is sent, and a payout that failed says why."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("payout_id", "po", "tr"),
    always("amount_not_zero", "amount_minor <> 0", "Every payout moves something.", "warning"),
    always(
        "arrives_later",
        "arrival_date >= created_date",
        "A payout arrives on the day it is sent or later.",
        "warning",
    ),
    always(
        "failure_explained",
        "status <> 'failed' or failure_code is not null",
        "A payout that failed says why.",
        "warning",
    ),
    MINOR_UNITS,
)
