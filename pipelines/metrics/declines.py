"""Why card attempts are declined, and what would recover them."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject
from pipelines.payments.maturity import PAID_AGAIN

_declines = Subject("gold.decline_reasons", "payments")
_retries = Subject("gold.retries", "payments")
_purchases = Subject(
    "gold.false_declines",
    "payments",
    dimensions=("account", "currency", "network", "decline_reason"),
    matures=PAID_AGAIN,
)
"""What paid for a purchase follows from whether it was paid: a rate by it would be 0 or 1."""

METRICS = (
    _declines(
        "declined_attempts_count",
        "Card attempts that were declined, also where an old record does not say by whom.",
        "declines_count",
    ),
    _declines("declined_attempts_minor", "Amount of the card attempts that were declined.", "declines_minor"),
    _declines(
        "recoverable_declines_count",
        "Declines that another attempt may overcome, as the network or Stripe advises.",
        "recoverable_count",
        synonyms=("recoverable declines", "soft declines"),
    ),
    _declines(
        "recoverable_declines_minor",
        "Amount of the declines that another attempt may overcome.",
        "recoverable_minor",
        synonyms=("recoverable volume",),
    ),
    _declines(
        "recoverable_declines_rate",
        "Declines that another attempt may overcome, of all declines.",
        "recoverable_count",
        "declines_count",
        synonyms=("recoverable share", "soft decline rate"),
    ),
    _declines(
        "recoverable_declines_amount_rate",
        "Amount of the declines that another attempt may overcome, of the amount declined.",
        "recoverable_minor",
        "declines_minor",
    ),
    _declines(
        "not_to_retry_rate",
        "Declines after which the network or Stripe advises not to try again, of all declines.",
        "declines_count",
        "declines_count",
        part="advice = 'do_not_try_again'",
        synonyms=("hard decline rate", "hard declines"),
    ),
    _declines(
        "unadvised_declines_rate",
        "Declines after which neither the network nor Stripe advises anything, of all declines.",
        "declines_count",
        "declines_count",
        part="advice = 'unknown'",
    ),
    _retries(
        "retries_after_decline_count",
        "Card attempts that follow a declined one of the same payment within 60 days.",
        "retries_count",
    ),
    _retries(
        "retries_after_decline_minor",
        "Amount of the card attempts that follow a declined one of the same payment.",
        "retries_minor",
    ),
    _retries(
        "retries_authorized_count",
        "Retries after a decline that the issuer authorized.",
        "authorized_count",
        synonyms=("successful retries", "recovered declines"),
    ),
    _retries(
        "retries_authorized_minor",
        "Amount of the retries after a decline that the issuer authorized.",
        "authorized_minor",
    ),
    _retries(
        "retry_after_decline_rate",
        "Retries after a decline that the issuer authorized, of those that it authorized or declined again.",
        "authorized_count",
        ("authorized_count", "issuer_declined_count"),
        synonyms=("when to retry",),
    ),
    _retries(
        "retry_amount_authorized_rate",
        "Amount of the retries after a decline that the issuer authorized, of the amount of all of them.",
        "authorized_minor",
        "retries_minor",
    ),
    _retries(
        "retry_against_advice_rate",
        "Retries after a decline whose advice was not to try again, of all retries after a decline.",
        "retries_count",
        "retries_count",
        part="advice = 'do_not_try_again'",
    ),
    _retries(
        "other_card_retry_rate",
        "Retries with another card than the one declined, of those whose cards are both known.",
        "retries_count",
        "retries_count",
        only="card <> 'unknown'",
        part="card = 'other'",
    ),
    _retries(
        "average_wait_seconds",
        "Mean time between a decline and the retry after it.",
        "waited_seconds",
        "retries_count",
        synonyms=("time to retry",),
    ),
    _retries(
        "average_authorized_wait_seconds",
        "Mean time between a decline and the retry after it that was authorized.",
        "authorized_waited_seconds",
        "authorized_count",
        synonyms=("time to recover",),
    ),
    _purchases(
        "declined_purchases_count",
        "Purchases that were declined, each once, by the day of the first decline.",
        "declines_count",
    ),
    _purchases("declined_purchases_minor", "Amount of the purchases that were declined.", "declines_minor"),
    _purchases(
        "false_declines_count",
        "Declined purchases that were paid within 14 days, as the same payment or by the same customer.",
        "false_count",
        synonyms=("false declines", "insults"),
    ),
    _purchases(
        "false_declines_minor",
        "Amount of the declined purchases that were paid within 14 days.",
        "false_minor",
        synonyms=("falsely declined volume",),
    ),
    _purchases(
        "false_decline_rate",
        "Declined purchases that were paid within 14 days, of those of which that is known.",
        "false_count",
        "judged_count",
        synonyms=("insult rate", "share of false declines"),
    ),
    _purchases(
        "false_decline_amount_rate",
        "Amount of the declined purchases that were paid within 14 days, of the amount of which that is known.",
        "false_minor",
        "judged_minor",
    ),
    _purchases(
        "false_declines_other_card_rate",
        "False declines that were paid by another card, of all false declines.",
        "false_count",
        "false_count",
        part="paid_by = 'other_card'",
    ),
    _purchases(
        "lost_purchases_minor",
        "Amount of the declined purchases of known customers that were not paid within 14 days.",
        "declines_minor",
        only="paid_by = 'not_paid'",
        synonyms=("purchases lost to declines",),
    ),
    _purchases(
        "average_pay_again_seconds",
        "Mean time from the first decline of a purchase until it was paid.",
        "waited_seconds",
        "false_count",
    ),
)
