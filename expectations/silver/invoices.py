"""silver.invoices: what is due, paid and left agree with each other."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("invoice_id", "in", "upcoming_in"),
    always(
        "remainder_agrees",
        "amount_remaining_minor = greatest(amount_due_minor - amount_paid_minor, 0)",
        "What remains is what is due less what was paid.",
        "warning",
    ),
    always(
        "paid_in_full",
        "status <> 'paid' or amount_remaining_minor = 0",
        "Nothing remains of an invoice that is paid.",
        "warning",
    ),
    always(
        "payment_dated",
        "status <> 'paid' or paid_at is not null",
        "An invoice that is paid says when.",
        "warning",
    ),
    always(
        "finalization_dated",
        "status not in ('open', 'paid') or finalized_at is not null",
        "An invoice that is open or paid says when it was finalized.",
        "warning",
    ),
    always(
        "subscription_told",
        "billing_reason not like 'subscription%' or subscription_id is not null",
        "An invoice of a subscription says which.",
        "warning",
    ),
    always(
        "period_in_order", "period_end_at >= period_start_at", "The period ends after it starts.", "warning"
    ),
    country("customer_country"),
)
