"""gold.subscription_items_mrr_monthly: what moved an amount explains it, and discounts take nothing more than it."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, MONTH_BEGINS

_MOVEMENTS = ("new", "reactivated", "expansion", "contraction", "churned")

CHECKS = (
    CURRENCY,
    MONTH_BEGINS,
    always(
        "movements_explain",
        f"opening_minor + {' + '.join(f'{name}_minor' for name in _MOVEMENTS)} = closing_minor",
        "The opening amount and the movements add up to the closing amount.",
    ),
    all_of(
        "movement_is_the_customers",
        {
            f"{name}_minor": f"{name}_minor = 0 or movement = '{name}'"
            + (" or movement = 'none'" if name == "expansion" else "")
            for name in _MOVEMENTS
        },
        "A row's change is in the column of what its customer did; what gave way to another item, in expansion.",
    ),
    all_of(
        "began_or_ended_whole",
        {
            "opening_minor": "movement not in ('new', 'reactivated') or opening_minor = 0",
            "closing_minor": "movement <> 'churned' or closing_minor = 0",
        },
        "A customer who is new paid nothing before, and one who churned pays nothing any more.",
    ),
    always(
        "discount_within", "discounted_minor <= closing_minor", "Discounts take nothing but what there is."
    ),
    always(
        "churn_told",
        "(churn_reason is not null) = (movement = 'churned' and opening_minor > 0)",
        "What is lost has a reason, and nothing else has.",
    ),
    always(
        "usage_not_promised",
        "pricing not in ('metered', 'unknown') or closing_minor = 0",
        "Usage is worth nothing until it is billed, and so is what has no price.",
    ),
)
