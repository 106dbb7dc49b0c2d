"""silver.application_fees: a fee is taken from something."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("application_fee_id", "fee"),
    always(
        "refunded_in_whole",
        "not is_refunded or amount_refunded_minor = amount_minor",
        "Of a fee that was given back nothing is left.",
        "warning",
    ),
    MINOR_UNITS,
)
