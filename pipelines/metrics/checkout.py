"""Who completes a payment page."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject

_of = Subject("gold.checkout_funnel_daily", "payments")
_money = Subject("gold.checkout_funnel_daily", "payments", only="currency <> 'XXX'")
"""A page that only keeps a card has no currency, and asks for no money."""

METRICS = (
    _of("checkout_opened_count", "Checkout sessions opened.", "opened_count", synonyms=("payment pages",)),
    _of("checkout_completed_count", "Checkout sessions that the customer completed.", "completed_count"),
    _of("checkout_expired_count", "Checkout sessions that expired.", "expired_count"),
    _of(
        "checkout_completion_rate",
        "Checkout sessions completed, of those completed or expired.",
        "completed_count",
        ("completed_count", "expired_count"),
        synonyms=("checkout conversion", "conversion rate"),
    ),
    _of(
        "checkout_paid_rate",
        "Completed sessions whose money is there, of those for which a payment was required.",
        "paid_count",
        ("paid_count", "unpaid_count"),
    ),
    _of(
        "checkout_open_rate",
        "Checkout sessions that are neither completed nor expired, of all opened.",
        "open_count",
        "opened_count",
    ),
    _of(
        "recovered_checkout_rate",
        "Sessions that take up an expired one, of all completed.",
        "completed_count",
        "completed_count",
        part="origin = 'recovered'",
        dimensions=("account", "currency", "mode", "ui_mode"),
        synonyms=("recovered carts",),
    ),
    _money("checkout_paid_minor", "Totals of completed sessions whose money is there.", "paid_minor"),
    _money(
        "checkout_expired_minor",
        "Totals of sessions that expired: what was not bought.",
        "expired_minor",
        synonyms=("abandoned carts", "abandoned volume"),
    ),
    _money(
        "checkout_completion_amount_rate",
        "Totals of completed sessions, of those completed or expired.",
        "completed_minor",
        ("completed_minor", "expired_minor"),
    ),
    _money(
        "average_checkout_minor",
        "Mean total of a completed session.",
        "completed_minor",
        "completed_count",
        synonyms=("average basket",),
    ),
    _money(
        "checkout_discount_rate",
        "Discounts in completed sessions, of their totals before discounts.",
        "discount_minor",
        ("completed_minor", "discount_minor"),
    ),
)
