"""The page about customers: who they are, whether they come back, and which accounts grow."""

from __future__ import annotations

from pipelines.report import cohorts
from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_SEGMENTS = Part(
    "segments",
    "Who they are",
    (
        Plot("Value by segment", ("lifetime_value_minor",), by="segment", form="values"),
        Plot(
            "Mean value of a customer by segment",
            ("average_lifetime_value_minor",),
            by="segment",
            form="values",
        ),
        Listing(
            "Segments",
            "select segment, count(distinct account, customer_id) as customers_count, "
            "sum(captured_count) as captured_count, sum(refunded_count) as refunded_count, "
            "sum(disputed_count) as disputed_count from gold.customers_overview where segment <> 'unknown' "
            "group by segment order by customers_count desc, segment",
            "By when customers last paid, how often, and what they brought. Who pays in two currencies is in a segment "
            "of each.",
            of=("gold.customers_overview", "known_customers_count"),
        ),
        Listing(
            "Valuable, and staying away",
            "select customer_id, account, currency, lifetime_value_minor, captured_count, last_captured_date, "
            "recency_days from gold.customers_overview where segment = 'valuable_at_risk' "
            "order by lifetime_value_minor desc, customer_id limit 12",
            "Those who brought most, and have not paid for long.",
            of=("gold.customers_overview", "at_risk_value_rate"),
        ),
    ),
    "As they are now, over all time.",
)

_RETENTION = Part(
    "retention",
    "Do they come back",
    (
        cohorts.RETENTION,
        Plot(
            "What cohorts brought", ("cohort_captured_minor", "cohort_kept_minor"),
            text="Of all customers by the month of their first payment: captured since, and what was kept of it.",
        ),
        Plot("Customers who pay again", ("merchant_repeat_customer_rate",), by="account", form="values"),
    ),
)  # fmt: skip

_MERCHANTS = Part(
    "merchants",
    "Accounts",
    (
        Plot(
            "Captured in the last 30 days", ("merchant_recent_captured_minor",), by="account", form="values"
        ),
        Plot("Growth", ("merchant_trend_rate",), by="account", form="values"),
        Listing(
            "Largest accounts",
            "select account, business_name, currency, recent_captured_minor, previous_captured_minor, "
            "captured_minor, kept_minor, customers_count from (select *, row_number() over "
            "(partition by currency order by recent_captured_minor desc, account) as place "
            "from gold.merchants_overview) where place <= 5 order by currency, place limit 30",
            "The five largest of each currency, by what was captured in the last 30 days of the data; before that, in "
            "the 30 days before.",
            of=("gold.merchants_overview", "merchant_recent_captured_minor"),
        ),
    ),
)

PAGE = page(
    Subject(
        "Customers",
        "customers.html",
        "Who the customers are, what they are worth, whether they come back, and which accounts grow.",
        (
            "lifetime_value_minor", "average_lifetime_value_minor", "at_risk_value_rate", "never_paid_rate",
        ),
        (_SEGMENTS, _RETENTION, _MERCHANTS),
    ),
    rank=50,
)  # fmt: skip
