"""silver.subscriptions: periods are in order, and an end is dated."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("subscription_id", "sub"),
    always(
        "period_in_order",
        "current_period_end_at >= current_period_start_at",
        "The period ends after it starts.",
        "warning",
    ),
    always("trial_in_order", "trial_end_at >= trial_start_at", "The trial ends after it starts.", "warning"),
    always(
        "cancellation_dated",
        "status <> 'canceled' or canceled_at is not null",
        "A subscription that is canceled says when.",
        "warning",
    ),
    always("end_in_order", "ended_at >= start_at", "A subscription ends after it starts.", "warning"),
    always("customer_told", "customer_id is not null", "Every subscription says who pays.", "warning"),
)
