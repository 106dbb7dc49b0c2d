"""silver.discounts: a discount ends after it starts."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("discount_id", "di"),
    always(
        "time_in_order",
        "start_at <= end_at",
        "A discount ends after it starts.",
        "warning",
    ),
)
