"""Fraud: payments of which something says that whoever made them was not the one whose means they used."""

from __future__ import annotations

from pipelines.gold.features import features_payments, fraud_labels
from pipelines.models.task import Task
from pipelines.models.training.folds import FoldRule
from pipelines.tasks.shared.decisions import decisions
from pipelines.tasks.shared.drift import drift
from pipelines.tasks.shared.payments import CLOCK, KEPT
from pipelines.tasks.shared.performance import performance
from pipelines.tasks.shared.scores import scores
from pipelines.tasks.shared.tradeoffs import tradeoffs
from pipelines.tasks.shared.training import training

FEATURES, LABELS = features_payments.TABLE, fraud_labels.TABLE

TASK = Task(
    name="fraud",
    doc="How likely a payment is fraud: disputed as fraudulent, warned of, refunded or reviewed as such.",
    entity="payment",
    key=("account", "charge_id"),
    features_table=FEATURES.name,
    labels_table=LABELS.name,
    training_table="gold.training_fraud",
    label="label",
    positive="fraud",
    negative="legitimate",
    at="created_at",
    known_at="label_known_at",
    matures_at="matures_at",
    amount="amount_minor",
    currency="currency",
    unit="card_fingerprint",
    segment="account",
    folds=FoldRule(train_days=120, least_train_days=14, delay_days=14, test_days=28, tests=1, validations=2),
    names={
        "scores": "gold.payment_scores",
        "performance_daily": "gold.model_performance_daily",
        "drift_daily": "gold.model_drift_daily",
        "tradeoffs": "gold.threshold_tradeoffs",
        "decisions": "gold.payment_decisions",
    },
    page="models.html",
)

RECIPES = (
    training(
        TASK, FEATURES, LABELS, rows="payment that was authorized", told=("fraud_source", "is_friendly")
    ),
    scores(TASK, KEPT, clock=CLOCK, further=", blocked and declined attempts among them"),
    performance(TASK, unlabelled="attempts that were declined or blocked"),
    drift(TASK, also="attempts"),
    tradeoffs(TASK),
    decisions(TASK),
)
