"""The page to open first: how it goes, and which page says more."""

from __future__ import annotations

from pipelines.report import ledger, quality
from pipelines.report.plots import Answer, Plot
from pipelines.report.subject import Part, Subject, page

_LEADS = {
    "finance.html": ("net_revenue_minor", "processing_cost_rate", "payouts_minor", "reconciled_rate"),
    "payments.html": ("captured_minor", "payments_count", "first_attempt_authorization_rate", "refund_rate"),
    "risk.html": ("dispute_activity_rate", "chargebacks_minor"),
    "quality.html": ("records_count", "missing_records_count"),
}

PAGE = page(
    Subject(
        "Overview",
        "index.html",
        "How payments, money and disputes are doing, and where to look further.",
        [name for names in _LEADS.values() for name in names],
        (
            Part(
                "trends",
                "How it goes",
                (
                    Plot("Captured", ("captured_minor",), form="bars"),
                    Plot("Earned", ("net_revenue_minor",), form="bars"),
                    Plot("Authorization rate", ("authorization_rate", "first_attempt_authorization_rate")),
                    Plot("Dispute activity", ("dispute_activity_rate", "fraud_activity_rate")),
                ),
            ),
            Part(
                "money",
                "By currency",
                (
                    Answer(
                        "All time, by currency",
                        (
                            "payments_count",
                            "captured_minor",
                            "refunded_minor",
                            "refund_rate",
                            "disputed_minor",
                            "disputed_amount_rate",
                        ),
                        by="currency",
                        text="Refunds and chargebacks of these payments, whenever they were made.",
                    ),
                ),
                "Amounts of different currencies are never added.",
            ),
            Part(
                "trust",
                "Can it be trusted",
                (quality.FRESH, ledger.TIES, quality.FAILING),
                "How old it is, what does not agree, and what failed its checks.",
            ),
        ),
        {name: file for file, names in _LEADS.items() for name in names},
    ),
    rank=0,
)
