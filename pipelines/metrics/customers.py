"""Who the customers are, what they bring, and whether they come back."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

OVERVIEW = "gold.customers_overview"

_NAMED = "customer_id <> 'unknown'"
_PAYERS = f"{_NAMED} and captured_count > 0"
_OF = ("account", "currency", "segment")
_WHOLE = ("account", "currency")

_customers = Subject(OVERVIEW, "growth", dimensions=_OF, only=_NAMED)
_payers = Subject(OVERVIEW, "growth", dimensions=_OF, only=_PAYERS)
_all = Subject(OVERVIEW, "growth", dimensions=_WHOLE)
_cohorts = Subject("gold.cohort_retention_monthly", "growth", only="is_over")
_brought = Subject("gold.cohort_retention_monthly", "growth")
_merchants = Subject("gold.merchants_overview", "growth")

METRICS = (
    _customers(
        "known_customers_count",
        "Customers who ever tried to pay in a currency; one who pays in two counts in each.",
        ROWS,
        apart=("currency",),
        synonyms=("customers of a segment", "number of customers"),
    ),
    _payers(
        "paying_customers_count",
        "Customers of whom a payment was captured.",
        ROWS,
        apart=("currency",),
        synonyms=("customers who paid",),
    ),
    _customers(
        "never_paid_rate",
        "Customers of whom nothing was ever captured, of all who tried to pay.",
        ROWS,
        ROWS,
        part="captured_count = 0",
        dimensions=_WHOLE,
    ),
    _payers(
        "repeat_customer_rate",
        "Customers with two captured payments or more, of those with any.",
        ROWS,
        ROWS,
        part="captured_count >= 2",
        synonyms=("repeat purchase rate", "returning customers"),
    ),
    _customers(
        "lifetime_value_minor",
        "What customers have brought so far: captured less what was refunded and charged back.",
        synonyms=("customer value", "ltv"),
    ),
    _payers(
        "average_lifetime_value_minor",
        "Mean of what those who paid have brought so far.",
        "lifetime_value_minor",
        ROWS,
        synonyms=("average ltv", "value per customer"),
    ),
    _customers(
        "disputing_customers_count",
        "Customers with a payment that was charged back.",
        ROWS,
        only=f"{_NAMED} and disputed_count > 0",
        apart=("currency",),
        synonyms=("customers who disputed", "disputers"),
    ),
    _customers(
        "repeat_disputers_count",
        "Customers with two payments or more that were charged back.",
        ROWS,
        only=f"{_NAMED} and disputed_count >= 2",
        apart=("currency",),
        synonyms=("repeat disputers", "serial disputers", "customers who disputed twice"),
    ),
    _customers(
        "repeat_disputer_rate",
        "Customers with two payments or more that were charged back, of those with any.",
        ROWS,
        ROWS,
        only=f"{_NAMED} and disputed_count > 0",
        part="disputed_count >= 2",
        synonyms=("share of repeat disputers",),
    ),
    _customers(
        "repeat_disputed_share_rate",
        "Disputed payments of customers with two or more, of all disputed payments of customers who are known.",
        "disputed_count",
        "disputed_count",
        part="disputed_count >= 2",
        synonyms=("disputes of repeat disputers",),
    ),
    _payers(
        "at_risk_value_rate",
        "Value of those who paid often and stay away now, of the value of all who paid.",
        "lifetime_value_minor",
        "lifetime_value_minor",
        part="segment in ('valuable_at_risk', 'at_risk')",
        dimensions=_WHOLE,
        synonyms=("value at risk",),
    ),
    _all(
        "unnamed_failed_rate",
        "Failed charges that name no customer, of all failed charges.",
        "failed_count",
        "failed_count",
        part="customer_id = 'unknown'",
        synonyms=("failed charges of unknown customers",),
    ),
    _cohorts(
        "cohort_customers_count",
        "Customers by the month of their first captured payment; the same at any number of months since.",
        "customers_count",
        apart=("months_since", "currency"),
        synonyms=("cohort size", "new customers"),
    ),
    _cohorts(
        "retained_customers_count",
        "Customers of a cohort who paid in one of the months since; months that are not over are left out.",
        "active_count",
        apart=("months_since", "currency"),
        synonyms=("retained customers",),
    ),
    _cohorts(
        "retention_rate",
        "Customers of a cohort who paid in one of the months since, of all of it; months not over are left out.",
        "active_count",
        "customers_count",
        apart=("months_since",),
        synonyms=("customer retention", "cohort retention"),
    ),
    _brought(
        "cohort_captured_minor",
        "Amount captured of the customers of a cohort, over the months asked for.",
        "captured_minor",
    ),
    _brought(
        "cohort_kept_minor",
        "The same without what was refunded and charged back since.",
        "kept_minor",
        synonyms=("cohort value",),
    ),
    _cohorts(
        "cohort_kept_per_customer_minor",
        "What the customers of a cohort brought in one of the months since, for each of its customers.",
        "kept_minor",
        "customers_count",
        apart=("months_since",),
    ),
    _merchants(
        "merchant_recent_captured_minor",
        "Amount captured in the last 30 days of the data.",
        "recent_captured_minor",
        synonyms=("merchant volume",),
    ),
    _merchants(
        "merchant_trend_rate",
        "Amount captured in the last 30 days of the data, of that in the 30 days before: above 1 it grows.",
        "recent_captured_minor",
        "previous_captured_minor",
        synonyms=("merchant growth",),
    ),
    _merchants(
        "merchant_kept_rate",
        "What accounts keep of the amount captured, after refunds and chargebacks.",
        "kept_minor",
        "captured_minor",
    ),
    _merchants(
        "merchant_repeat_customer_rate",
        "Customers of accounts with two captured payments or more, of those with any.",
        "repeat_customers_count",
        "customers_count",
    ),
)
