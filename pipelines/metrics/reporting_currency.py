"""What was earned and paid out, in the reporting currency: over all currencies that accounts settle in."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

_converted = Subject("gold.revenue_converted_daily", "finance")
_UNKNOWN = "Lacks days without a rate: see reporting_rates_known_rate."

METRICS = (
    _converted(
        "reporting_gross_minor",
        f"Gross amount of payments booked, in the reporting currency. {_UNKNOWN}",
        "gross_minor",
        synonyms=("gross volume in one currency",),
    ),
    _converted(
        "reporting_refunds_minor",
        f"Refunds booked, in the reporting currency; negative for given back. {_UNKNOWN}",
        "refunds_minor",
    ),
    _converted(
        "reporting_disputes_minor",
        f"Disputed amounts withdrawn and reinstated, in the reporting currency; negative for withdrawn. {_UNKNOWN}",
        "disputes_minor",
    ),
    _converted(
        "reporting_fees_minor",
        f"What it cost, in the reporting currency; positive for a cost. {_UNKNOWN}",
        "fees_minor",
    ),
    _converted(
        "reporting_net_revenue_minor",
        f"What was earned after refunds, disputes, what was passed on and fees, in the reporting currency. {_UNKNOWN}",
        "net_revenue_minor",
        synonyms=("net revenue in one currency", "consolidated revenue"),
    ),
    _converted(
        "reporting_payouts_minor",
        f"Payouts, and those that came back, in the reporting currency; negative for paid out. {_UNKNOWN}",
        "payouts_net_minor",
    ),
    _converted(
        "reporting_fee_rate",
        "Costs by gross amount, in the reporting currency.",
        "fees_minor",
        "gross_minor",
        synonyms=("cost share in one currency",),
    ),
    _converted(
        "reporting_rates_known_rate",
        "Days of accounts and currencies of which a rate is known, of all that have amounts.",
        ROWS,
        ROWS,
        part="rate is not null",
        synonyms=("share converted",),
    ),
)
