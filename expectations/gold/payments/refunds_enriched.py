"""gold.refunds_enriched: a refund comes after its payment, and its times follow from each other."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, DATE_FOLLOWS
from pipelines.payments.claims import LOOK_BACK_DAYS

CHECKS = (
    CURRENCY,
    DATE_FOLLOWS,
    always(
        "payment_is_told_whole",
        "(payment_date is null) = (refund_seconds is null) and (payment_date is null) = (payment_minor is null)",
        "What is told of a payment is told of all of it, or of none.",
    ),
    all_of(
        "times_in_order",
        {
            "payment_date": f"datediff(date, payment_date) between -1 and {LOOK_BACK_DAYS}",
            "refund_seconds": "abs(refund_seconds / 86400 - datediff(date, payment_date)) <= 1",
        },
        "A refund comes after its payment, by as long as is said.",
        "warning",
    ),
)
