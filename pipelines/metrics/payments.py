"""What was taken, and what became of it, by the day of the payment."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject
from pipelines.payments.maturity import DISPUTES, REFUNDS

_of = Subject("gold.payments_daily", "payments")
_refunds = Subject(
    "gold.refunds_enriched",
    "payments",
    dimensions=("account", "currency", "reason", "payment_method_type", "network"),
    only="outcome <> 'failed'",
)
_delays = Subject(
    "gold.refunds_enriched",
    "payments",
    dimensions=("account", "currency", "reason", "payment_method_type", "network"),
    only="outcome <> 'failed' and is_captured and refund_seconds is not null",
)

_OF_PAYMENTS = (
    _of(
        "attempts_count",
        "Charges made, of all payment methods, whatever came of them.",
        synonyms=("attempts", "charges", "charge attempts"),
    ),
    _of("attempts_minor", "Amount asked for by all attempts.", synonyms=("attempted volume",)),
    _of(
        "payments_count",
        "Charges that succeeded, captured or only authorized.",
        synonyms=("payments", "successful payments", "number of payments", "transactions"),
    ),
    _of(
        "payments_minor",
        "Amount of the charges that succeeded, captured or only authorized.",
        synonyms=("payment volume", "processed volume"),
    ),
    _of(
        "pending_count",
        "Charges whose outcome is not known yet, such as bank debits.",
        synonyms=("pending payments",),
    ),
    _of(
        "failed_count",
        "Charges that failed, declined or blocked.",
        synonyms=("failed payments", "failures", "failed charges"),
    ),
    _of(
        "captured_count",
        "Payments that were captured, wholly or in part.",
        synonyms=("captured payments", "sales count", "number of sales"),
    ),
    _of(
        "captured_minor",
        "Amount captured: what was taken, before refunds, disputes and fees.",
        synonyms=("captured volume", "gross volume", "turnover", "sales", "taken", "tpv", "gmv"),
    ),
    _of(
        "uncaptured_count",
        "Payments that were authorized and not captured: still held, or released.",
        synonyms=("uncaptured payments", "authorized only"),
    ),
    _of(
        "uncaptured_minor",
        "Amount of the payments that were authorized and not captured.",
        synonyms=("uncaptured volume",),
    ),
    _of(
        "refunded_count",
        "Captured payments of the days asked for with a refund, whenever it was made.",
        matures=REFUNDS,
        synonyms=("refunded payments", "number of refunds"),
    ),
    _of(
        "refunded_minor",
        "Amount given back of what was captured on the days asked for, whenever it was given back.",
        matures=REFUNDS,
        synonyms=("refunds", "refunded volume", "money given back"),
    ),
    _of(
        "disputed_count",
        "Payments of the days asked for, by any method, with a chargeback, whenever it was raised.",
        matures=DISPUTES,
        synonyms=("disputed payments",),
    ),
    _of(
        "disputed_minor",
        "Amount of the chargebacks on the payments of the days asked for, also of those that were won.",
        matures=DISPUTES,
        synonyms=("disputed volume", "charged back"),
    ),
    _of(
        "fraud_disputed_count",
        "Payments of the days asked for with a chargeback for fraud, whenever it was raised.",
        matures=DISPUTES,
        synonyms=("payments disputed as fraud",),
    ),
    _of(
        "warned_count",
        "Payments of the days asked for with an early fraud warning, whenever it came.",
        matures=DISPUTES,
        synonyms=("payments with a warning",),
    ),
    _of(
        "customers_count",
        "Different customers with a payment that succeeded: of one account, one currency and one day.",
        apart=("account", "currency", "date"),
        synonyms=("customers", "paying customers", "buyers"),
    ),
    _of("card_captured_count", "Captured payments that were made by card.", synonyms=("card payments",)),
    _of(
        "card_captured_minor",
        "Amount captured of payments that were made by card.",
        synonyms=("card volume",),
    ),
    _of(
        "net_captured_minor",
        "Amount captured less what was refunded of it, whenever it was refunded; disputes and fees are not taken off.",
        ("captured_minor", "-refunded_minor"),
        matures=REFUNDS,
        synonyms=("net volume", "net sales", "sales after refunds"),
    ),
    _of(
        "average_captured_minor",
        "Mean amount captured of a captured payment.",
        "captured_minor",
        "captured_count",
        synonyms=(
            "average payment",
            "average order value",
            "average ticket",
            "aov",
            "mean payment",
            "basket size",
        ),
    ),
    _of(
        "average_attempt_minor",
        "Mean amount asked for by an attempt.",
        "attempts_minor",
        "attempts_count",
        synonyms=("average attempt",),
    ),
    _of(
        "payment_success_rate",
        "Charges that succeeded, of those whose outcome is known, of all payment methods. Of cards, and without what "
        "was blocked, see authorization_rate.",
        "payments_count",
        ("payments_count", "failed_count"),
        synonyms=("success rate", "payment conversion", "conversion"),
    ),
    _of(
        "payment_failure_rate",
        "Charges that failed, declined or blocked, of those whose outcome is known.",
        "failed_count",
        ("payments_count", "failed_count"),
        synonyms=("failure rate",),
    ),
    _of("pending_rate", "Charges whose outcome is not known yet, of all.", "pending_count", "attempts_count"),
    _of(
        "capture_rate",
        "Payments that were captured, of those that succeeded.",
        "captured_count",
        "payments_count",
        synonyms=("share captured",),
    ),
    _of(
        "capture_amount_rate",
        "Amount captured, of the amount of payments that succeeded.",
        "captured_minor",
        "payments_minor",
    ),
    _of(
        "card_share_rate",
        "Captured payments that were made by card, of all.",
        "card_captured_count",
        "captured_count",
        synonyms=("share of cards", "card share"),
    ),
    _of(
        "card_amount_share_rate",
        "Amount captured by card, of all that was captured.",
        "card_captured_minor",
        "captured_minor",
    ),
    _of(
        "refund_rate",
        "Amount refunded, of the amount captured of the same payments.",
        "refunded_minor",
        "captured_minor",
        matures=REFUNDS,
        synonyms=("refunded share", "refund ratio", "share refunded"),
    ),
    _of(
        "refunded_payments_rate",
        "Captured payments with a refund, of all captured payments.",
        "refunded_count",
        "captured_count",
        matures=REFUNDS,
        synonyms=("refund rate by count",),
    ),
    _of(
        "disputed_amount_rate",
        "Amount charged back, of the amount captured of the same payments, by any method.",
        "disputed_minor",
        "captured_minor",
        matures=DISPUTES,
        synonyms=("charged back share", "dispute rate by amount"),
    ),
    _of(
        "fraud_disputed_rate",
        "Payments with a chargeback for fraud, of captured payments, by any method.",
        "fraud_disputed_count",
        "captured_count",
        matures=DISPUTES,
    ),
    _of(
        "warned_rate",
        "Payments with an early fraud warning, of captured card payments.",
        "warned_count",
        "card_captured_count",
        matures=DISPUTES,
    ),
)

_OF_REFUNDS = (
    _refunds(
        "refunds_by_reason_count",
        "Refunds by the day on which they were made, with their reasons; failed and canceled ones are left out.",
        ROWS,
        synonyms=("refunds by reason", "refund reasons"),
    ),
    _refunds(
        "refunds_by_reason_minor",
        "Amount of the refunds by the day on which they were made; failed and canceled ones are left out.",
        "amount_minor",
        synonyms=("refund volume by reason",),
    ),
    _delays(
        "average_refund_seconds",
        "Mean time from a captured payment to its refund, by the day of the refund.",
        "refund_seconds",
        ROWS,
        synonyms=("refund delay", "days to refund", "time to refund"),
    ),
    *(
        _delays(
            f"refunded_within_{days}_days_rate",
            f"Refunds made within {days} days of the captured payment, of all whose payment is known.",
            ROWS,
            ROWS,
            part=f"refund_seconds <= {days * 86_400}",
        )
        for days in (1, 7, 30)
    ),
)

METRICS = (*_OF_PAYMENTS, *_OF_REFUNDS)
