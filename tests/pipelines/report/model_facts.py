"""Made-up facts about two versions of a model: what the page about models shows, without a lakehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from pipelines.models.drift.reference import PROBABILITY, Reference
from pipelines.report.models.facts import EDGES, ModelFacts
from pipelines.report.models.versions import Version
from pipelines.tasks.fraud import TASK

FIRST, LAST = date(2026, 6, 1), date(2026, 9, 8)

CARD = """# fraud-2

How likely a payment is fraud.

| family | xgboost |
|---|---|
| features | 48 |

## Limits

- It knows the past only.
"""


REFERENCES: Mapping[str, Reference] = {
    "card_declines_1h": Reference((0.0, 2.0), (900, 80, 10, 10)),
    "amount": Reference((1000.0, 5000.0), (330, 340, 330, 0)),
    PROBABILITY: Reference((0.004, 0.02), (400, 300, 300, 0)),
}
"""How the first version found its columns spread."""

LATELY: Mapping[str, tuple[int, ...]] = {
    "card_declines_1h": (300, 500, 100, 100),
    "amount": (400, 300, 300, 0),
    PROBABILITY: (410, 300, 290, 0),
}
"""Payments by bin of the last four weeks."""


def versions() -> tuple[Version, ...]:
    figures = {
        "roc_auc": 0.93, "average_precision": 0.41, "recall_at_1_percent": 0.52, "recall_at_5_percent": 0.74,
        "fraud_rate": 0.011, "payments": 4_210.0, "frauds": 46.0,
    }  # fmt: skip
    serving = Version(
        name="fraud-2-0a1b2c3d",
        family="xgboost",
        role="serving",
        trained_at=datetime(2026, 8, 3, 4, tzinfo=UTC),
        figures=figures,
        days="2026-07-20 to 2026-08-02",
        is_promoted=True,
        reason="better by the margin: average precision 0.4100, serving 0.3300, needed margin 0.01",
        tables={"gold.training_fraud": 12},
        card=CARD,
        references=REFERENCES,
    )
    shadow = Version(
        name="fraud-3-99887766",
        family="logistic",
        role="shadow",
        trained_at=datetime(2026, 8, 10, 4, tzinfo=UTC),
        figures={**figures, "roc_auc": 0.9},
        days="2026-07-27 to 2026-08-09",
        is_promoted=False,
        reason="not better by the margin",
    )
    return serving, shadow


def facts() -> ModelFacts:
    """The same at every call."""
    names = [version.name for version in versions()]
    return ModelFacts(
        task=TASK,
        versions=versions(),
        performance=_performance(names),
        merchants=_merchants(names),
        tradeoffs=pd.concat([_tradeoffs(name, code) for name in names for code in ("USD", "JPY")]),
        calibration=_by_bin(names),
        spread=_by_bin(names).assign(week=FIRST),
        reasons=pd.DataFrame(
            {
                "model_version": names[0],
                "top_reason": ["card_declined_count_1h", "ip_country_differs", "amount_ratio"],
                "payments": [40, 22, 9],
                "frauds": [18, 4, 0],
            }
        ),
        drift=_drift(names[0]).query("date == @LAST"),
        moves=_drift(names[0]),
        decisions=pd.DataFrame(
            {
                "decided_by": ["default", "model", "stolen_cards"],
                "action": ["none", "block", "review"],
                "payments": [9_000, 120, 31],
                "matured": [7_000, 80, 20],
                "frauds": [30, 41, 2],
            }
        ),
        decided=(FIRST, FIRST + timedelta(days=100)),
    )


def _performance(names: list[str]) -> pd.DataFrame:
    rows = []
    for shift, name in enumerate(names):
        for maturity, first, last in (("matured", 0, 60), ("known", 0, 100)):
            for day in range(first + 10 * shift, last):
                wave = float(np.sin(day / 9) / 30)
                rows.append(
                    {
                        "model_version": name,
                        "date": FIRST + timedelta(days=day),
                        "label_maturity": maturity,
                        "payments_count": 1_400 + day,
                        "fraud_count": 14 if maturity == "matured" else 11,
                        "expected_fraud_count": 13.5 + wave * 20,
                        "roc_auc": 0.93 + wave - shift / 20,
                        "average_precision": 0.42 + wave * 3 - shift / 10,
                        "recall_at_1_percent_rate": 0.5 + wave * 2 - shift / 10,
                        "recall_at_5_percent_rate": 0.75 + wave * 2 - shift / 10,
                    }
                )
    return pd.DataFrame(rows)


def _drift(name: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "model_version": name,
                "column_name": column,
                "date": LAST - timedelta(days=days),
                "payments_count": sum(counts),
                "stability_index": REFERENCES[column].stability_index(counts),
                "null_rate": counts[-1] / sum(counts),
                "learnt_null_rate": REFERENCES[column].null_share,
                "bin_counts": json.dumps(counts),
            }
            for column, counts in LATELY.items()
            for days in (1, 0)
        ]
    )


def _merchants(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model_version": names[0],
            "account": ["acct_16PFWlG7IBUwfo7xu", "platform", "acct_1Zq5NKOvOXDIZU77Z"],
            "currency": ["USD", "USD", "JPY"],
            "payments_count": [400, 700, 90],
            "fraud_count": [8, 5, 0],
            "expected_fraud_count": [7.2, 5.5, 0.4],
            "roc_auc": [0.91, 0.97, None],
        }
    )


def _tradeoffs(name: str, currency: str) -> pd.DataFrame:
    cut = np.arange(101)
    caught = np.round(46 * np.exp(-cut / 60)).astype(int)
    blocked = np.round(4_164 * np.exp(-cut / 5)).astype(int)
    mean = 8_000 if currency == "USD" else 9_900
    missed, hurt = (46 - caught) * 3 * mean, blocked * mean
    return pd.DataFrame(
        {
            "model_version": name,
            "currency": currency,
            "cut_score": cut,
            "first_date": FIRST,
            "last_date": FIRST + timedelta(days=55),
            "payments_count": 4_210,
            "fraud_count": 46,
            "fraud_minor": 46 * 3 * mean,
            "caught_fraud_count": caught,
            "caught_fraud_minor": caught * 3 * mean,
            "missed_fraud_minor": missed,
            "blocked_good_count": blocked,
            "blocked_good_minor": hurt,
            "cost_minor": missed + hurt // 10,
        }
    )


def _by_bin(names: list[str]) -> pd.DataFrame:
    bins = len(EDGES) - 1
    payments = np.array([3_000, 700, 260, 120, 60, 30, 14, 9, 7, 5, 3, 2])
    middle = np.array([(EDGES[place] + 0.4) / 100 for place in range(bins)])
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "model_version": name,
                    "bin": range(bins),
                    "payments": payments,
                    "predicted": payments * middle,
                    "frauds": np.floor(payments * middle * 0.9).astype(int),
                }
            )
            for name in names
        ]
    )
