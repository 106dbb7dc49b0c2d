"""What subscriptions bring in each month, who leaves, and what unpaid invoices become."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject
from pipelines.payments.maturity import RETRIES, Maturity

_MONTH = Maturity(days=31, why="What a month was is known when it is over.")

_worth = Subject(
    "gold.subscription_items_mrr_monthly",
    "finance",
    dimensions=("account", "currency", "product_id", "interval"),
)
_churn = Subject("gold.churn_monthly", "finance")
_dunning = Subject(
    "gold.dunning",
    "finance",
    dimensions=("account", "currency", "decline_reason", "billing_reason"),
    matures=RETRIES,
)
_invoices = Subject(
    "gold.invoices_enriched",
    "finance",
    dimensions=("account", "currency", "billing_reason", "collection_method"),
    only="status in ('open', 'paid', 'uncollectible')",
)
_due = Subject(
    "gold.invoices_enriched",
    "finance",
    dimensions=("account", "currency", "billing_reason", "collection_method", "due_date"),
)
_lines = Subject(
    "gold.invoice_lines_enriched",
    "finance",
    dimensions=("account", "currency", "kind", "product_id"),
    only="status in ('open', 'paid', 'uncollectible')",
)
_coupons = Subject("gold.coupons_used", "finance")

_AT_A_TIME = ("date",)
"""An amount that there is at a moment: months are not added up."""

_KEPT = ("opening_minor", "expansion_minor", "-contraction_minor", "-churned_minor")

METRICS = (
    _worth(
        "monthly_recurring_minor",
        "What subscriptions are worth a month at the end of the month, contracted, before discounts.",
        "closing_minor",
        apart=_AT_A_TIME,
        synonyms=("mrr", "monthly recurring revenue", "contracted mrr"),
    ),
    _worth(
        "monthly_recurring_discounted_minor",
        "What subscriptions are worth a month at the end of the month, less discounts that last for ever.",
        "discounted_minor",
        apart=_AT_A_TIME,
        synonyms=("net mrr", "discounted mrr"),
    ),
    _worth(
        "recurring_billed_minor",
        "What invoices bill for subscriptions for time within the month, usage and prorations among it.",
        "billed_minor",
        synonyms=("billed mrr", "billed recurring revenue"),
    ),
    _worth(
        "recurring_discount_rate",
        "What discounts that last for ever take off what subscriptions are worth a month.",
        ("closing_minor", "-discounted_minor"),
        "closing_minor",
        apart=_AT_A_TIME,
        synonyms=("share discounted",),
    ),
    _churn("new_recurring_minor", "What new customers pay a month.", "new_minor", synonyms=("new mrr",)),
    _churn(
        "reactivated_recurring_minor",
        "What customers pay a month who pay again.",
        "reactivated_minor",
        synonyms=("reactivation mrr",),
    ),
    _churn(
        "expansion_recurring_minor",
        "What customers pay a month more than before.",
        "expansion_minor",
        synonyms=("expansion mrr", "upgrades"),
    ),
    _churn(
        "contraction_recurring_minor",
        "What customers pay a month less than before.",
        "contraction_minor",
        synonyms=("contraction mrr", "downgrades"),
    ),
    _churn(
        "churned_recurring_minor",
        "What customers paid a month who pay nothing any more.",
        "churned_minor",
        synonyms=("churned mrr",),
    ),
    _churn(
        "net_new_recurring_minor",
        "What subscriptions are worth a month more at the end of a month than at its start.",
        ("new_minor", "reactivated_minor", "expansion_minor", "-contraction_minor", "-churned_minor"),
        synonyms=("net new mrr", "mrr growth"),
    ),
    _churn(
        "subscribers_count",
        "Customers who pay for a subscription at the end of the month.",
        "closing_customers_count",
        apart=("date", "currency"),
        synonyms=("active subscribers", "subscribing customers"),
    ),
    _churn(
        "new_subscribers_count",
        "Customers who pay for a subscription, and never did before.",
        "new_customers_count",
        apart=("currency",),
    ),
    _churn(
        "churned_subscribers_count",
        "Customers who paid when the month began and do not when it ends.",
        "churned_customers_count",
        apart=("currency",),
        synonyms=("churned customers", "logo churn"),
    ),
    _churn(
        "customer_churn_rate",
        "Customers lost in a month, of those who paid when it began.",
        "churned_customers_count",
        "opening_customers_count",
        matures=_MONTH,
        synonyms=("churn rate", "logo churn rate", "subscriber churn rate"),
    ),
    _churn(
        "voluntary_churn_rate",
        "Customers lost in a month because they canceled, of those who paid when it began.",
        "voluntary_customers_count",
        "opening_customers_count",
        matures=_MONTH,
        synonyms=("voluntary churn",),
    ),
    _churn(
        "involuntary_churn_rate",
        "Customers lost in a month because payments failed, of those who paid when it began.",
        "involuntary_customers_count",
        "opening_customers_count",
        matures=_MONTH,
        synonyms=("involuntary churn", "payment churn"),
    ),
    _churn(
        "revenue_churn_rate",
        "Recurring revenue of customers lost in a month, of what there was when it began.",
        "churned_minor",
        "opening_minor",
        matures=_MONTH,
        synonyms=("mrr churn rate",),
    ),
    _churn(
        "gross_revenue_churn_rate",
        "Recurring revenue lost in a month to churn and contraction, of what there was when it began.",
        ("churned_minor", "contraction_minor"),
        "opening_minor",
        matures=_MONTH,
        synonyms=("gross mrr churn",),
    ),
    _churn(
        "net_revenue_retention_rate",
        "What the customers of a month's start pay at its end, of what they paid then.",
        _KEPT,
        "opening_minor",
        matures=_MONTH,
        synonyms=("net revenue retention", "nrr", "net dollar retention"),
    ),
    _dunning(
        "failed_invoices_count",
        "Invoices of which an attempt to collect them failed.",
        "*",
        synonyms=("invoices in dunning", "failed invoices"),
    ),
    _dunning("failed_invoices_minor", "Amount due of invoices that failed.", "amount_minor"),
    _dunning(
        "invoice_recovery_rate",
        "Failed invoices that were paid after all, of all that failed.",
        "*",
        "*",
        part="outcome = 'recovered'",
        synonyms=("dunning recovery rate", "share of failed invoices paid"),
    ),
    _dunning(
        "invoice_amount_recovery_rate",
        "What was paid of failed invoices after all, of what was due of them.",
        "recovered_minor",
        "amount_minor",
    ),
    _dunning(
        "recovered_invoices_minor",
        "What was paid of failed invoices after all.",
        "recovered_minor",
        synonyms=("recovered revenue",),
    ),
    _dunning(
        "lost_invoices_minor",
        "What is still due of failed invoices that were given up.",
        "lost_minor",
        synonyms=("uncollectible revenue", "bad debt"),
    ),
    _dunning(
        "average_recovery_seconds",
        "Mean time from the first failure of an invoice that was paid after all to its payment.",
        "recovery_seconds",
        "*",
        only="recovery_seconds is not null",
        synonyms=("days to recover",),
    ),
    _dunning(
        "average_failed_attempts_count",
        "Failed attempts of an invoice, on average.",
        "failed_attempts_count",
        "*",
    ),
    _invoices(
        "invoices_count",
        "Invoices that were finalized and not voided.",
        "*",
        synonyms=("invoices", "number of invoices"),
    ),
    _invoices(
        "invoiced_minor",
        "Total of finalized invoices, after discounts and taxes.",
        "total_minor",
        synonyms=("invoiced", "billings"),
    ),
    _due(
        "outstanding_invoices_count",
        "Open invoices; those that are overdue on a day have a due_date before it.",
        "*",
        only="status = 'open'",
        synonyms=("number of unpaid invoices", "open invoices"),
    ),
    _due(
        "outstanding_invoices_minor",
        "What is still due of open invoices; of what is overdue on a day, due_date is before it.",
        "amount_remaining_minor",
        only="status = 'open'",
        synonyms=("accounts receivable", "unpaid invoices"),
    ),
    _due(
        "late_paid_invoices_rate",
        "Invoices that were paid after they were due, of those that were paid and had a day to be paid by.",
        "*",
        "*",
        only="status = 'paid' and paid_at is not null and due_at is not null",
        part="paid_at > due_at",
        synonyms=("paid late", "late payments", "share paid late"),
    ),
    _invoices(
        "paid_invoices_rate",
        "Finalized invoices that are paid, of all that were not voided.",
        "*",
        "*",
        part="status = 'paid'",
        matures=RETRIES,
        synonyms=("collection rate",),
    ),
    _invoices(
        "credited_invoices_minor",
        "What credit notes take off finalized invoices, with taxes.",
        "credited_minor",
        synonyms=("credit notes",),
    ),
    _invoices(
        "average_payment_seconds",
        "Mean time from the finalization of an invoice to its payment.",
        "payment_seconds",
        "*",
        only="payment_seconds is not null",
        synonyms=("days to pay", "days sales outstanding"),
    ),
    _lines(
        "invoice_lines_minor",
        "What lines of finalized invoices charge, before discounts and exclusive taxes, credits taken away.",
        "amount_minor",
        synonyms=("billed by product",),
    ),
    _lines(
        "usage_billed_minor",
        "What lines of finalized invoices charge for usage.",
        "amount_minor",
        only="status in ('open', 'paid', 'uncollectible') and kind = 'usage'",
        synonyms=("usage revenue", "metered billing"),
    ),
    _coupons(
        "coupon_redemptions_count",
        "Discounts by coupons that took something off an invoice for the first time.",
        "redemptions_count",
        synonyms=("coupons redeemed",),
    ),
    _coupons(
        "discounted_invoices_count",
        "Finalized invoices that a coupon took something off; one with two coupons counts for both.",
        "invoices_count",
        apart=("coupon_id",),
    ),
    _coupons(
        "coupon_new_customers_count",
        "Customers whose first finalized invoice had the coupon.",
        "new_customers_count",
        apart=("coupon_id",),
        synonyms=("customers won by coupons",),
    ),
    _coupons(
        "discounts_minor",
        "What coupons took off finalized invoices.",
        "discounted_minor",
        synonyms=("cost of coupons", "discounts given"),
    ),
    _coupons(
        "discounted_invoices_net_minor",
        "Totals without taxes of invoices that a coupon took something off.",
        "net_invoiced_minor",
        apart=("coupon_id",),
    ),
    _coupons(
        "discount_rate",
        "What a coupon took off, of the subtotals of its invoices.",
        "discounted_minor",
        "subtotal_minor",
        apart=("coupon_id",),
    ),
    _coupons(
        "coupon_new_customers_rate",
        "Invoices with a coupon that are their customer's first, of all with it.",
        "new_customers_count",
        "invoices_count",
        apart=("coupon_id",),
    ),
)
