"""gold.model_performance_daily: parts and wholes, and whether probabilities came true."""

from __future__ import annotations

from expectations.check import all_of, always
from pipelines.models.judging.performance import CUTS

ENOUGH_FRAUD = 30
"""Frauds in a window from which on it says whether probabilities came true."""

_RATES = (
    "fraud_rate", "roc_auc", "average_precision", "recall_at_1_percent_rate", "recall_at_5_percent_rate",
    "card_precision_100_rate", "value_detected_rate", "calibration_error", "brier_score",
    *(f"{figure}_at_{cut}_rate" for cut in CUTS for figure in ("precision", "recall")),
)  # fmt: skip

CHECKS = (
    all_of(
        "parts_within_whole",
        {
            "fraud_count": "fraud_count <= payments_count",
            "fraud_minor": "fraud_minor <= payments_minor",
            "expected_fraud_count": "expected_fraud_count <= payments_count",
            **{f"flagged_at_{cut}_count": f"flagged_at_{cut}_count <= payments_count" for cut in CUTS},
            **{f"caught_at_{cut}_count": f"caught_at_{cut}_count <= fraud_count" for cut in CUTS},
            **{f"caught_at_{cut}_minor": f"caught_at_{cut}_minor <= fraud_minor" for cut in CUTS},
        },
        "No part is more than its whole.",
    ),
    all_of("rates_are_shares", {name: f"{name} <= 1" for name in _RATES}, "Rates are at most 1."),
    always(
        "money_in_one_currency",
        "(segment = 'all') = (payments_minor is null)",
        "Amounts are given where there is one currency, and nowhere else.",
    ),
    always(
        "probabilities_came_true",
        f"label_maturity <> 'matured' or window_days < 28 or fraud_count < {ENOUGH_FRAUD}"
        " or calibration_ratio between 0.5 and 2",
        "Over four matured weeks a model expects between half and twice the fraud that came; if not, it needs to be "
        "calibrated anew.",
        "warning",
    ),
    always(
        "better_than_chance",
        f"label_maturity <> 'matured' or window_days < 28 or fraud_count < {ENOUGH_FRAUD} or roc_auc > 0.6",
        "Over four matured weeks a model ranks fraud above good payments.",
        "warning",
    ),
)
