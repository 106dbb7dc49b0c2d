"""The page about billing: what subscriptions are worth, who leaves, and what becomes of invoices that failed."""

from __future__ import annotations

from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_RECURRING = Part(
    "recurring",
    "Recurring revenue",
    (
        Plot(
            "Recurring revenue a month", ("net_new_recurring_minor",), form="running", wide=True,
            text="What subscriptions are worth a month at the end of each month: what all movements so far add up to.",
        ),
        Plot(
            "What came in",
            ("new_recurring_minor", "reactivated_recurring_minor", "expansion_recurring_minor"),
            form="bars",
            text="A month's worth of who is new, who came back, and what others pay more than before.",
        ),
        Plot(
            "What went",
            ("churned_recurring_minor", "contraction_recurring_minor"),
            form="bars",
            text="A month's worth of who pays nothing any more, and what others pay less than before.",
        ),
        Plot("Movement", ("net_new_recurring_minor",), form="bars"),
        Plot("Net revenue retention", ("net_revenue_retention_rate",)),
        Listing(
            "Worth by product",
            "select product_id, interval, currency, count(*) as items_count, "
            "sum(closing_minor) as monthly_minor, sum(discounted_minor) as discounted_minor, "
            "sum(billed_minor) as billed_minor from gold.subscription_items_mrr_monthly "
            "where date = (select max(date) from gold.subscription_items_mrr_monthly) and closing_minor > 0 "
            "group by product_id, interval, currency order by currency, monthly_minor desc limit 16",
            "In the newest month, which is not over: contracted, less discounts that last, and billed for it so far.",
            of=("gold.subscription_items_mrr_monthly", "monthly_recurring_minor"),
        ),
    ),
    "By month, contracted. Trials, taxes and metered usage do not count.",
)  # fmt: skip

_CHURN = Part(
    "churn",
    "Churn",
    (
        Plot(
            "Customers lost",
            ("customer_churn_rate", "voluntary_churn_rate", "involuntary_churn_rate"),
            text="Of those who paid when the month began: all, who canceled, and whose payments failed.",
        ),
        Plot("Revenue lost", ("revenue_churn_rate", "gross_revenue_churn_rate")),
    ),
    "A month that is not over still grows.",
)

_DUNNING = Part(
    "dunning",
    "Invoices that failed",
    (
        Plot("Invoices that failed", ("failed_invoices_count",), by="billing_reason", form="bars", wide=True),
        Plot("Recovered", ("invoice_recovery_rate", "invoice_amount_recovery_rate")),
        Plot("Recovered and given up", ("recovered_invoices_minor", "lost_invoices_minor"), form="bars"),
        Plot("Recovered by reason of decline", ("invoice_recovery_rate",), by="decline_reason", form="values"),
        Plot("Time to recover", ("average_recovery_seconds",)),
        Listing(
            "Still to be collected, the largest",
            "select invoice_id, account, customer_id, date, currency, amount_minor, failed_attempts_count, "
            "decline_reason, first_failed_at from gold.dunning where outcome = 'open' "
            "order by amount_minor desc, invoice_id limit 12",
            "Invoices that failed, and are neither paid nor given up.",
            of=("gold.dunning", "failed_invoices_minor"),
        ),
    ),
    "By the day on which the invoice was finalized.",
)  # fmt: skip

_INVOICES = Part(
    "invoices",
    "Invoices",
    (
        Plot("Invoiced", ("invoiced_minor",), by="billing_reason", form="bars"),
        Plot("Paid", ("paid_invoices_rate",)),
        Plot("What is billed", ("invoice_lines_minor",), by="kind", form="bars"),
        Plot("Time to pay", ("average_payment_seconds",)),
        Plot("What coupons took off", ("discounts_minor",), by="coupon_id", form="bars"),
        Plot("Coupons used for the first time", ("coupon_redemptions_count",), by="coupon_id", form="bars"),
    ),
)

PAGE = page(
    Subject(
        "Billing",
        "billing.html",
        "What subscriptions are worth, who leaves and why, and whether failed invoices were paid after all.",
        (
            "net_new_recurring_minor", "customer_churn_rate", "involuntary_churn_rate", "net_revenue_retention_rate",
            "invoiced_minor", "outstanding_invoices_minor", "invoice_recovery_rate", "recovered_invoices_minor",
        ),
        (_RECURRING, _CHURN, _DUNNING, _INVOICES),
    ),
    rank=60,
)  # fmt: skip
