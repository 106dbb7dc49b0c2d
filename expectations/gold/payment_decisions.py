"""gold.payment_decisions: what decided fits what was decided."""

from __future__ import annotations

from dataclasses import replace

from expectations.check import always
from expectations.shared import CURRENCY

_NOT_BLOCKED = always(
    "blocked_share_low",
    "action <> 'block'",
    "At most 5 % of the payments of a batch are blocked; with more, a rule is wrong, or an attack is going on.",
    "warning",
)

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
    always(
        "rule_decides_where_it_held",
        "decided_by in ('model', 'default') or array_contains(split(matched_rules, ','), decided_by)",
        "A rule that decides is among those that held.",
    ),
    replace(_NOT_BLOCKED, arguments={**_NOT_BLOCKED.arguments, "mostly": 0.95}),
)
