"""gold.rule_performance: what was flagged adds up, and nothing is known that cannot be."""

from __future__ import annotations

from expectations.check import all_of
from expectations.shared import CURRENCY
from pipelines.gold.risk.rule_performance import BLOCK, OWN_LABEL, STRIPE, TRUTHS

CHECKS = (
    CURRENCY,
    all_of(
        "truths_add_up",
        {
            "flagged_count": f"flagged_count > 0 and flagged_count = {' + '.join(f'{name}_count' for name in TRUTHS)}",
            "flagged_minor": f"flagged_minor = {' + '.join(f'{name}_minor' for name in TRUTHS)}",
            **{f"{name}_minor": f"{name}_count > 0 or {name}_minor = 0" for name in TRUTHS},
        },
        "Each payment and attempt is fraud, good, unknown or not mature.",
    ),
    all_of(
        "truth_can_be_known",
        {
            "unknown_count": f"truth_from <> '{OWN_LABEL}' or unknown_count = 0",
            "truth_from": f"system <> '{STRIPE}' or (action = '{BLOCK}') = (truth_from <> '{OWN_LABEL}')",
        },
        "What went through is known in time, and what Stripe blocked has no label of its own.",
    ),
)
