"""silver.quotes: what was accepted has a day."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("quote_id", "qt"),
    always(
        "acceptance_dated",
        "status <> 'accepted' or accepted_at is not null",
        "What was accepted has a day on which it was.",
        "warning",
    ),
)
