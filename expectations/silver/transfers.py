"""silver.transfers: money moves from a platform to another account."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("transfer_id", "tr"),
    always(
        "reversed_in_whole",
        "not is_reversed or amount_reversed_minor = amount_minor",
        "Of a transfer that was reversed all of the amount went back.",
        "warning",
    ),
    always("amount_not_zero", "amount_minor <> 0", "Every transfer moves something.", "warning"),
    MINOR_UNITS,
)
