"""silver.application_fee_refunds: what is given back is of a fee."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("application_fee_refund_id", "fr"),
    always(
        "fee_told",
        "application_fee_id is not null",
        "A refund is of a fee.",
        "warning",
    ),
    MINOR_UNITS,
)
