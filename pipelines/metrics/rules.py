"""What rules and risk scores stop or hold, and how often that was right."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject
from pipelines.payments.maturity import JUDGED

_KEY = ("account", "currency", "system", "rule", "action", "truth_from")

_flagged = Subject("gold.rule_performance", "risk", dimensions=_KEY, apart=("system",))
_judged = Subject(
    "gold.rule_performance", "risk", dimensions=_KEY, apart=("system", "truth_from"), matures=JUDGED
)

METRICS = (
    _flagged(
        "rule_flagged_count",
        "Payments and attempts that rules or a risk score blocked or put in review.",
        "flagged_count",
        synonyms=("blocked by radar", "rule hits", "flagged payments"),
    ),
    _flagged("rule_flagged_minor", "Amount of them.", "flagged_minor"),
    _flagged(
        "rule_good_minor",
        "Amount of the good payments that rules or a risk score blocked or put in review, as far as is known.",
        "good_minor",
        synonyms=("good payments blocked", "insult amount"),
    ),
    _judged(
        "rule_precision_rate",
        "Fraud, of what rules or a risk score blocked or put in review and of which is known what it was.",
        "fraud_count",
        ("fraud_count", "good_count"),
        synonyms=("rule precision", "rule accuracy", "how often rules are right"),
    ),
    _judged(
        "rule_precision_amount_rate",
        "Amount of the fraud, of the amount of what was blocked or put in review and is known.",
        "fraud_minor",
        ("fraud_minor", "good_minor"),
    ),
    _judged(
        "rule_judged_rate",
        "What is known to have been fraud or good, of all that was blocked or put in review and is mature.",
        ("fraud_count", "good_count"),
        ("flagged_count", "-immature_count"),
    ),
)
