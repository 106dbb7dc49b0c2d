"""silver.subscription_schedules: what is over has a day."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("subscription_schedule_id", "sub_sched"),
    always(
        "cancellation_dated",
        "status <> 'canceled' or canceled_at is not null",
        "What was canceled has a day on which it was.",
        "warning",
    ),
)
