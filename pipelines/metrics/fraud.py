"""Which payments were fraud, what was decided about them, and how the model has turned out."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Metric, Subject
from pipelines.payments.maturity import FRAUD

_DAILY = ("account", "currency", "date")

_labelled = Subject("gold.fraud_labels", "risk", dimensions=(*_DAILY, "fraud_source"), matures=FRAUD)
_cohort = Subject("gold.fraud_labels", "risk", dimensions=_DAILY, matures=FRAUD)
_cards = Subject(
    "gold.training_fraud",
    "risk",
    dimensions=("account", "currency", "date", "card_country"),
    matures=FRAUD,
    only="is_card = 1",
)
_decided = Subject(
    "gold.payment_decisions",
    "risk",
    dimensions=(*_DAILY, "action", "decided_by", "model_version", "rules_version"),
)
_share = Subject("gold.payment_decisions", "risk", dimensions=(*_DAILY, "model_version", "rules_version"))
_cut = Subject(
    "gold.threshold_tradeoffs",
    "risk",
    dimensions=("currency", "cut_score", "model_version"),
    apart=("cut_score", "model_version"),
)
_KEY = ("segment", "account", "currency", "date", "window_days", "label_maturity", "model_version")
_model = Subject("gold.model_performance_daily", "risk", dimensions=_KEY, apart=_KEY)
_drift = Subject(
    "gold.model_drift_daily",
    "risk",
    dimensions=("model_version", "column_name", "date", "window_days"),
    apart=("model_version", "column_name", "date", "window_days"),
)

LABELS = (
    _labelled(
        "fraud_count",
        "Payments that were fraud as far as is known, by the day of the payment.",
        ROWS,
        only="label = 'fraud'",
        synonyms=("fraud", "frauds", "fraudulent payments", "fraud cases"),
    ),
    _labelled(
        "fraud_minor",
        "Amount of the payments that were fraud as far as is known.",
        "amount_minor",
        only="label = 'fraud'",
        synonyms=("fraud volume", "fraud losses", "amount of fraud"),
    ),
    _cohort(
        "fraud_rate",
        "Payments that were fraud as far as is known, of all that were authorized.",
        ROWS,
        ROWS,
        part="label = 'fraud'",
        synonyms=("fraud share", "share of fraud"),
    ),
    _cohort(
        "fraud_amount_rate",
        "Amount of the payments that were fraud, of the amount of all that were authorized.",
        "amount_minor",
        "amount_minor",
        part="label = 'fraud'",
        synonyms=("fraud rate by amount",),
    ),
    _cohort(
        "friendly_fraud_count",
        "Payments that the cardholder does not recognize and that nothing says were fraud.",
        ROWS,
        only="is_friendly",
        synonyms=("friendly fraud", "first party fraud"),
    ),
    _cohort(
        "friendly_fraud_rate",
        "Payments that the cardholder does not recognize and nothing says were fraud, of all that were authorized.",
        ROWS,
        ROWS,
        part="is_friendly",
    ),
    _cards(
        "card_fraud_count",
        "Card payments that were fraud as far as is known, by the card's country.",
        ROWS,
        only="is_card = 1 and label = 'fraud'",
        synonyms=("card fraud", "fraud by card country"),
    ),
    _cards(
        "card_fraud_rate",
        "Card payments that were fraud as far as is known, of all that were authorized.",
        ROWS,
        ROWS,
        part="label = 'fraud'",
        synonyms=("card fraud rate", "fraud rate by card country"),
    ),
    _cards(
        "card_fraud_amount_rate",
        "Amount of the card payments that were fraud, of the amount of all that were authorized.",
        "amount_minor",
        "amount_minor",
        part="label = 'fraud'",
    ),
    Metric(
        "unlabelled_rate",
        "Payments of which nobody knows yet whether they were fraud, of all that were authorized.",
        "gold.fraud_labels",
        (ROWS,),
        "rate",
        "risk",
        denominator=(ROWS,),
        part="label = 'unknown'",
        dimensions=_DAILY,
    ),
)

DECISIONS = (
    _decided(
        "decisions_count",
        "Payments and attempts that rules and model decided about.",
        ROWS,
        synonyms=("decisions", "decided payments"),
    ),
    _decided(
        "decisions_minor", "Amount of the payments and attempts that were decided about.", "amount_minor"
    ),
    *(
        _share(
            f"decided_{action}_rate",
            f"Payments and attempts that rules and model say to {words}, of all that they decided about.",
            ROWS,
            ROWS,
            part=f"action = '{action}'",
            synonyms=synonyms,
        )
        for action, words, synonyms in (
            ("block", "block", ("rule block rate", "blocked by rules")),
            ("review", "review", ("manual review rate", "review rate")),
            ("3ds", "ask 3D Secure for", ()),
            ("allow", "allow", ("allow rate",)),
        )
    ),
    _share(
        "scored_rate",
        "Payments and attempts that a model has scored, of all that were decided about.",
        ROWS,
        ROWS,
        part="score is not null",
        synonyms=("share scored",),
    ),
)

TRADEOFFS = (
    _cut(
        "cut_blocked_rate",
        "What would have been blocked from a score on, of all payments with a matured label.",
        ("blocked_good_count", "caught_fraud_count"),
        "payments_count",
    ),
    _cut(
        "cut_precision_rate",
        "Fraud, of what would have been blocked from a score on.",
        "caught_fraud_count",
        ("blocked_good_count", "caught_fraud_count"),
    ),
    _cut(
        "cut_recall_rate",
        "Fraud that would have been blocked from a score on, of all fraud, by count.",
        "caught_fraud_count",
        "fraud_count",
    ),
    _cut(
        "cut_value_recall_rate",
        "Fraud that would have been blocked from a score on, of all fraud, by amount.",
        "caught_fraud_minor",
        "fraud_minor",
    ),
    _cut(
        "cut_false_positive_rate",
        "Good payments that would have been blocked from a score on, of all good payments.",
        "blocked_good_count",
        ("payments_count", "-fraud_count"),
    ),
    _cut(
        "cut_cost_minor",
        "What blocking from a score on would have cost: missed fraud, and the margin of good payments turned away.",
        "cost_minor",
    ),
)

MODEL = (
    _model(
        "model_fraud_rate",
        "Fraud, of the payments that a model scored and that have a label.",
        "fraud_count",
        "payments_count",
    ),
    _model(
        "calibration_ratio_rate",
        "Fraud that the model expected, over the fraud that there was: 1 is right.",
        "expected_fraud_count",
        "fraud_count",
        synonyms=("calibration", "calibration ratio"),
    ),
    *(
        _model(f"{name}_rate", meaning, column, synonyms=synonyms)
        for name, column, meaning, synonyms in (
            (
                "roc_auc",
                "roc_auc",
                "Chance that a fraud has a higher score than a good payment.",
                ("auc", "roc auc"),
            ),
            (
                "average_precision",
                "average_precision",
                "Area under precision and recall.",
                ("average precision", "ap"),
            ),
            (
                "recall_at_1_percent",
                "recall_at_1_percent_rate",
                "Fraud caught while at most 1 % of good payments is flagged.",
                (),
            ),
            (
                "recall_at_5_percent",
                "recall_at_5_percent_rate",
                "Fraud caught while at most 5 % of good payments is flagged.",
                (),
            ),
            (
                "card_precision_100",
                "card_precision_100_rate",
                "Of the 100 most suspicious cards of each day, the share with fraud on that day.",
                ("card precision", "cp@100"),
            ),
            (
                "value_detected",
                "value_detected_rate",
                "Share of the fraud's amount caught at a fixed number of false alarms.",
                (),
            ),
            (
                "calibration_error",
                "calibration_error",
                "Mean difference of probability and share of fraud.",
                ("expected calibration error",),
            ),
            (
                "brier_score",
                "brier_score",
                "Mean squared difference of probability and outcome.",
                ("brier score",),
            ),
        )
    ),
    _drift(
        "stability_index_rate",
        "How far what is scored has moved from what the model learnt from: above 0.25 it has shifted.",
        "stability_index",
        synonyms=("population stability index", "psi", "drift"),
    ),
    _drift("null_values_rate", "Payments whose value of a feature is not known.", "null_rate"),
)

METRICS = (*LABELS, *DECISIONS, *TRADEOFFS, *MODEL)
