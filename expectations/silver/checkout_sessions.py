"""silver.checkout_sessions: what was paid is complete."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("checkout_session_id", "cs"),
    always(
        "paid_is_complete",
        "payment_status <> 'paid' or status = 'complete'",
        "A session that was paid is complete.",
        "warning",
    ),
    always(
        "expires_later",
        "expires_at >= created_at",
        "A session expires after it was made.",
        "warning",
    ),
)
