"""gold.payment_decisions: what decided fits what was decided."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CURRENCY

CHECKS = (
    CURRENCY,
    always(
        "model_decides_by_score",
        "decided_by <> 'model' or score is not null",
        "What the model decided has a score.",
    ),
    always(
        "default_does_nothing",
        "decided_by <> 'default' or (action = 'none' and score is null)",
        "Without a rule that holds and without a score nothing is done.",
    ),
)
