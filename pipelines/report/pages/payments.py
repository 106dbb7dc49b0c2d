"""The page about payments: what was taken, what was declined, and what would recover it."""

from __future__ import annotations

from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_VOLUME = Part(
    "volume",
    "Volume",
    (
        Plot("Captured", ("captured_minor",), form="bars", wide=True),
        Plot("Payments by currency", ("payments_count",), by="currency", form="bars"),
        Plot(
            "Refunded and disputed share", ("refund_rate", "disputed_amount_rate"),
            text="Of the amount captured on these days, what was given back since, whenever that happened.",
        ),
        Plot("Ways to pay", ("method_captured_count",), by="payment_method_type", form="bars"),
        Plot("Success by way to pay", ("method_success_rate",), by="payment_method_type", form="values"),
    ),
    "Amounts of different currencies are never added: choose one above.",
)  # fmt: skip

_TITLES = {
    "network": "By card network",
    "card_country": "By country of the issuer",
    "card_funding": "By funding",
    "three_d_secure": "By 3D Secure result",
    "wallet": "By wallet",
    "attempt_number": "By attempt number",
}

_AUTHORIZATION = Part(
    "authorization",
    "Authorization",
    (
        Plot(
            "Authorization rate over time",
            ("authorization_rate", "first_attempt_authorization_rate", "intent_authorization_rate"),
            text="Of all attempts, of first attempts, and of payments by their final outcome: authorized by any "
            "attempt within 60 days, on the day of the first.",
            wide=True,
        ),
        *(Plot(title, ("authorization_rate",), by=name, form="values") for name, title in _TITLES.items()),
        Plot("Blocked before the network", ("blocked_count",), by="decline_reason", form="bars"),
        Plot("Neither authorized nor declined", ("block_rate", "unauthenticated_rate")),
    ),
    "Authorization rate = authorized / (authorized + declined by the issuer). Attempts that were blocked before the "
    "network and payments whose authentication was not finished are left out and shown apart.",
)

_DECLINES = Part(
    "declines",
    "Declines and retries",
    (
        Plot("Why issuers decline", ("declined_attempts_count",), by="decline_reason", form="values"),
        Plot("What is advised", ("declined_attempts_count",), by="advice", form="bars"),
        Plot("Recoverable declines", ("recoverable_declines_rate", "recoverable_declines_amount_rate")),
        Plot(
            "Success of retries by what was waited", ("retry_after_decline_rate",), by="waited", form="values"
        ),
        Plot(
            "Success of retries by reason", ("retry_after_decline_rate",), by="decline_reason", form="values"
        ),
        Plot(
            "Retries against advice, and with another card",
            ("retry_against_advice_rate", "other_card_retry_rate"),
        ),
        Plot("False declines", ("false_decline_rate", "false_decline_amount_rate")),
        Plot("False declines by reason", ("false_decline_rate",), by="decline_reason", form="values"),
    ),
)

_AUTHENTICATION = Part(
    "authentication",
    "3D Secure",
    (
        Plot(
            "Challenged, frictionless, finished",
            ("challenge_rate", "frictionless_rate", "authentication_completion_rate"),
        ),
        Plot("Liability shift", ("liability_shift_rate", "liability_shift_amount_rate")),
        Plot("Challenges by issuer's country", ("challenge_rate",), by="card_country", form="values"),
        Plot("Completion by network", ("authentication_completion_rate",), by="network", form="values"),
    ),
)

_CHECKOUT = Part(
    "checkout",
    "Checkout",
    (
        Plot("Completed and expired", ("checkout_completed_count", "checkout_expired_count"), form="bars"),
        Plot("Completion", ("checkout_completion_rate", "checkout_paid_rate")),
        Plot("Not bought", ("checkout_expired_minor",), form="bars"),
        Plot("Completion by mode", ("checkout_completion_rate",), by="mode", form="values"),
    ),
    "Payment pages, by the day on which they were opened.",
)

_ISSUERS = Part(
    "issuers",
    "Issuers",
    (
        Listing(
            "Issuers that fell, the latest",
            "select issuers, account, date, authorized_count, decided_count, past_authorized_count, "
            "past_decided_count, round(deviation, 1) as deviation from gold.issuer_health where is_sudden_drop "
            "order by date desc, deviation desc, account, issuers limit 12",
            "Days on which issuers authorized far fewer of the first attempts that they decided than in the 28 days "
            "before (past). The deviation is in standard deviations.",
            nothing="On no day did issuers approve far less than before.",
            of=("gold.issuer_health", "sudden_drops_count"),
        ),
    ),
)

PAGE = page(
    Subject(
        "Payments",
        "payments.html",
        "What was taken, what was declined, and what would recover it.",
        (
            "captured_minor", "payments_count", "first_attempt_authorization_rate", "intent_authorization_rate",
            "refund_rate", "recoverable_declines_minor", "retry_after_decline_rate", "false_decline_rate",
        ),
        (_VOLUME, _AUTHORIZATION, _ISSUERS, _DECLINES, _AUTHENTICATION, _CHECKOUT),
    ),
    rank=20,
)  # fmt: skip
