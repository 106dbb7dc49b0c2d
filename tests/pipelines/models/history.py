"""A made-up history of payments with labels for tests: half a year, cards, fraud that becomes known late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from pipelines.models.task import PromotionRule, Task
from pipelines.models.training.examples import Examples
from pipelines.models.training.folds import FoldRule
from pipelines.tasks.fraud import TASK as FRAUD
from tests.pipelines.models.payments import NAMES, payments

BEGIN = np.datetime64("2026-01-01T00:00:00", "s")
DAY = 86_400
DAYS = 120
MATURE_DAYS = 30
RULE = FoldRule(train_days=60, least_train_days=10, delay_days=7, test_days=10, tests=1, validations=2)
TASK: Task = replace(FRAUD, folds=RULE, families=("logistic",), promotion=PromotionRule(least_frauds=5))


def history(rows: int = 3000, seed: int = 1) -> Examples:
    """Payments of ``DAYS`` days. Fraud becomes known within 40 days; silence says something after ``MATURE_DAYS``."""
    chance = np.random.default_rng(seed)
    x, y = payments(rows, seed)
    at = np.sort(BEGIN + chance.integers(0, DAYS * DAY, rows))
    known_at = np.where(y, at + chance.integers(0, 40 * DAY, rows), np.datetime64("NaT", "s"))
    now = BEGIN + DAYS * DAY
    is_known = y & (known_at <= now)
    return Examples(
        feature_names=NAMES,
        x=x,
        y=is_known,
        is_settled=is_known | (at + MATURE_DAYS * DAY <= now),
        at=at,
        known_at=np.where(is_known, known_at, np.datetime64("NaT", "s")),
        worth=x[:, 0] / np.median(x[:, 0]),
        cards=chance.integers(-1, 400, rows),
    )


def day(number: int) -> datetime:
    """So many days after the first one."""
    return (BEGIN + number * DAY).item().replace(tzinfo=UTC)
