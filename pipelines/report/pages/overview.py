"""The page to open first: how it goes, and which page says more."""

from __future__ import annotations

from pipelines.report import ledger, quality
from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_LEADS = {
    "finance.html": ("net_revenue_minor", "processing_cost_rate", "payouts_minor", "reconciled_rate"),
    "payments.html": ("captured_minor", "payments_count", "first_attempt_authorization_rate", "refund_rate"),
    "risk.html": ("dispute_activity_rate", "chargebacks_minor"),
    "quality.html": ("records_count", "quarantine_rate"),
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
                    Listing(
                        "All time, by currency",
                        "select currency, sum(payments_count) as payments_count, sum(captured_minor) as captured_minor, "
                        "sum(refunded_minor) as refunded_minor, "
                        "cast(sum(refunded_minor) as double) / nullif(sum(captured_minor), 0) as refund_rate, "
                        "sum(disputed_minor) as charged_back_minor, "
                        "cast(sum(disputed_minor) as double) / nullif(sum(captured_minor), 0) as charged_back_rate "
                        "from gold.payments_daily group by currency order by currency",
                        "Refunds and chargebacks of these payments, whenever they were made.",
                        of=("gold.payments_daily", "refund_rate", "disputed_amount_rate"),
                    ),
                ),
                "Amounts of different currencies are never added.",
            ),
            Part(
                "trust",
                "Can it be trusted",
                (ledger.TIES, quality.FAILING),
                "What does not agree, or failed its checks.",
            ),
        ),
        {name: file for file, names in _LEADS.items() for name in names},
    ),
    rank=0,
)
