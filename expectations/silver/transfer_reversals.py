"""silver.transfer_reversals: what is taken back is of a transfer."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("transfer_reversal_id", "trr"),
    always(
        "transfer_told",
        "transfer_id is not null",
        "A reversal is of a transfer.",
        "warning",
    ),
    MINOR_UNITS,
)
