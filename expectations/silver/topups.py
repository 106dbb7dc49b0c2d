"""silver.topups: a top-up that failed says why."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("topup_id", "tu"),
    always(
        "failure_explained",
        "status <> 'failed' or failure_code is not null",
        "A top-up that failed says why.",
        "warning",
    ),
    MINOR_UNITS,
)
