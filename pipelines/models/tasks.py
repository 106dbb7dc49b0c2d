"""The tasks. To add one, declare it here."""

from __future__ import annotations

from pipelines.errors import ModelError
from pipelines.models.task import Task
from pipelines.models.training.folds import FoldRule

FRAUD = Task(
    name="fraud",
    doc="How likely a payment is fraud: disputed as fraudulent, warned of, refunded or reviewed as such.",
    entity="payment",
    key=("account", "charge_id"),
    features_table="gold.features_payments",
    training_table="gold.training_fraud",
    label="label",
    positive="fraud",
    negative="legitimate",
    at="created_at",
    known_at="label_known_at",
    amount="amount_minor",
    currency="currency",
    unit="card_fingerprint",
    segment="account",
    folds=FoldRule(train_days=120, least_train_days=14, delay_days=14, test_days=28, tests=1, validations=2),
)

TASKS = {task.name: task for task in (FRAUD,)}


def task(name: str) -> Task:
    """A task by name.

    Raises:
        ModelError: there is none of that name.
    """
    if name not in TASKS:
        raise ModelError(f"{name!r} is no task; there are: {', '.join(TASKS)}")
    return TASKS[name]
