"""Performance: parts and wholes, and whether probabilities came true."""

from __future__ import annotations

from expectations.check import Check, all_of, always
from pipelines.models.judging.performance import CUTS
from pipelines.models.task import Task

ENOUGH = 30
"""Positives in a window from which on it says whether probabilities came true."""

_RATES = (
    "fraud_rate", "roc_auc", "average_precision", "recall_at_1_percent_rate", "recall_at_5_percent_rate",
    "card_precision_100_rate", "value_detected_rate", "calibration_error", "brier_score",
    *(f"{figure}_at_{cut}_rate" for cut in CUTS for figure in ("precision", "recall")),
)  # fmt: skip


def checks(task: Task) -> tuple[Check, ...]:
    """The checks of the table of a task."""
    named = task.column
    many, frauds = named("payments_count"), named("fraud_count")
    return (
        all_of(
            "parts_within_whole",
            {
                frauds: f"{frauds} <= {many}",
                named("fraud_minor"): f"{named('fraud_minor')} <= {named('payments_minor')}",
                named("expected_fraud_count"): f"{named('expected_fraud_count')} <= {many}",
                **{f"flagged_at_{cut}_count": f"flagged_at_{cut}_count <= {many}" for cut in CUTS},
                **{f"caught_at_{cut}_count": f"caught_at_{cut}_count <= {frauds}" for cut in CUTS},
                **{
                    f"caught_at_{cut}_minor": f"caught_at_{cut}_minor <= {named('fraud_minor')}"
                    for cut in CUTS
                },
            },
            "No part is more than its whole.",
        ),
        all_of(
            "rates_are_shares", {name: f"{name} <= 1" for name in map(named, _RATES)}, "Rates are at most 1."
        ),
        always(
            "money_in_one_currency",
            f"(segment = 'all') = ({named('payments_minor')} is null)",
            "Amounts are given where there is one currency, and nowhere else.",
        ),
        *_of_model(task),
    )


def _of_model(task: Task) -> tuple[Check, ...]:
    too_few = f"label_maturity <> 'matured' or window_days < 28 or {task.column('fraud_count')} < {ENOUGH}"
    return (
        always(
            "probabilities_came_true",
            f"{too_few} or calibration_ratio between 0.5 and 2",
            f"Over four matured weeks a model expects between half and twice the {task.positive} that came; if not, it "
            "needs to be calibrated anew.",
            "warning",
        ),
        always(
            "better_than_chance",
            f"{too_few} or roc_auc > 0.6",
            f"Over four matured weeks a model ranks {task.positive} above good {task.entities}.",
            "warning",
        ),
    )
