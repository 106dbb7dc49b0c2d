"""silver.credit_notes: parts add up, and what is void has a day."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, MINOR_UNITS, id_like

CHECKS = (
    *CREATED,
    id_like("credit_note_id", "cn"),
    always(
        "invoice_told",
        "invoice_id is not null",
        "A credit note is of an invoice.",
        "warning",
    ),
    always(
        "void_dated",
        "status <> 'void' or voided_at is not null",
        "What was voided has a day on which it was.",
        "warning",
    ),
    MINOR_UNITS,
)
