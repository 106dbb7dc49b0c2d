"""gold.false_declines: what was paid follows from what paid for it."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    always(
        "paid_by_known",
        "paid_by in ('same_card', 'other_card', 'unknown_card', 'other_method', 'not_paid', 'unknown_customer')",
        "What paid for a purchase is one of the kinds there are.",
    ),
    all_of(
        "paid_follows",
        {
            "judged_count": "judged_count = case paid_by when 'unknown_customer' then 0 else declines_count end",
            "false_count": "false_count = case when paid_by in ('not_paid', 'unknown_customer') then 0"
            " else declines_count end",
            "false_minor": "false_minor = case when paid_by in ('not_paid', 'unknown_customer') then 0"
            " else declines_minor end",
            "waited_seconds": "waited_seconds <= false_count * 1209600",
        },
        "What was judged, and what was paid within 14 days, follows from what paid for it.",
    ),
)
