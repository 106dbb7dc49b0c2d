"""silver.tax_rates: rates are percentages."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("tax_rate_id", "txr"),
    always(
        "percentage_within_100",
        "percentage <= 100",
        "No rate takes more than all.",
        "warning",
    ),
)
