"""gold.invoices_enriched: the parts of an invoice make it up, and what is paid says when."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    all_of(
        "date_is_the_invoices",
        {
            "finalized": "finalized_at is null or date = cast(finalized_at as date)",
            "created": "finalized_at is not null or date = cast(created_at as date)",
        },
        "date is the day of finalized_at, else of created_at, UTC.",
    ),
    always(
        "lines_make_the_subtotal",
        "lines_count = 0 or lines_count >= 10 or lines_minor = subtotal_minor",
        "The lines of an invoice add up to its subtotal, where all of them are told: records hold the first ten.",
        "warning",
    ),
    always(
        "remainder_agrees",
        "amount_due_minor - amount_paid_minor = amount_remaining_minor",
        "What is due and not paid remains.",
        "warning",
    ),
    all_of(
        "parts_told",
        {
            "lines": "lines_count > 0 or (lines_minor = 0 and prorations_minor = 0 and unplanned_minor = 0)",
            "credit_notes": "credit_notes_count > 0 or credited_minor = 0",
            "charge": "charge_id is not null or (charged_at is null and returned_minor = 0)",
        },
        "Amounts are of lines, credit notes and charges that are known.",
    ),
    always(
        "paid_when_told",
        "payment_seconds is null or paid_at is not null",
        "What was waited for a payment ends with it.",
    ),
)
