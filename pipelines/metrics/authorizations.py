"""What issuers said to card attempts: per attempt, per first attempt, and per payment intent by its final outcome."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject
from pipelines.payments.maturity import RETRIES

TABLE = "gold.authorizations_daily"

_KINDS = ("account", "currency", "network", "card_country", "card_funding", "three_d_secure", "wallet")

_of = Subject(TABLE, "payments")

_rate = Subject(TABLE, "payments", dimensions=(*_KINDS, "attempt_number"))
"""A decline reason follows from the outcome: a rate of outcomes by it would be 0 or 1."""

_intents = Subject(
    TABLE, "payments", dimensions=(*_KINDS, "decline_reason"), matures=RETRIES, only="attempt_number = 1"
)
"""Intents are counted with their first attempt, whose decline reason is one that a later attempt may overcome."""

_DECIDED = ("authorized_count", "issuer_declined_count")
_DECIDED_MINOR = ("authorized_minor", "issuer_declined_minor")
_FINAL = ("intents_authorized_count", "intents_issuer_declined_count")
_FINAL_MINOR = ("intents_authorized_minor", "intents_issuer_declined_minor")

METRICS = (
    _of(
        "card_attempts_count",
        "Card charges made, whatever came of them.",
        "attempts_count",
        synonyms=("card attempts",),
    ),
    _of("card_attempts_minor", "Amount asked for by card charges.", "attempts_minor"),
    _of(
        "authorized_count",
        "Card attempts that the issuer authorized, captured or not.",
        synonyms=("authorized attempts", "approved attempts", "approvals"),
    ),
    _of(
        "authorized_minor",
        "Amount of the card attempts that the issuer authorized.",
        synonyms=("authorized volume",),
    ),
    _of(
        "issuer_declined_count",
        "Card attempts that the issuer declined.",
        synonyms=("declines", "declined payments", "issuer declines", "declined attempts"),
    ),
    _of(
        "issuer_declined_minor",
        "Amount of the card attempts that the issuer declined.",
        synonyms=("declined volume",),
    ),
    _of(
        "blocked_count",
        "Card attempts that were blocked before they were sent to the network.",
        synonyms=("blocked payments", "blocked attempts", "blocks"),
    ),
    _of("blocked_minor", "Amount of the card attempts that were blocked.", synonyms=("blocked volume",)),
    _of("undecided_count", "Card attempts that are pending, invalid or without an outcome."),
    _of("undecided_minor", "Amount of the card attempts that are pending, invalid or without an outcome."),
    _of(
        "unauthenticated_count",
        "Payment intents whose authentication (3D Secure) was not finished, so that no charge was made.",
        synonyms=("abandoned authentications", "unfinished 3d secure"),
    ),
    _of("unauthenticated_minor", "Amount of the payment intents whose authentication was not finished."),
    _of(
        "retries_count",
        "Card attempts that were not the first of their payment intent.",
        "attempts_count",
        only="attempt_number > 1",
        synonyms=("retries", "repeated attempts"),
    ),
    _intents(
        "intents_count",
        "Payment intents by their first card attempt; a charge without an intent counts as one.",
        synonyms=("payment intents", "orders", "checkouts"),
    ),
    _intents("intents_minor", "Amount of the first attempts of payment intents."),
    _intents(
        "intents_authorized_count",
        "Payment intents of which an attempt was authorized within 60 days of the first.",
        synonyms=("payments that came through",),
    ),
    _intents("intents_authorized_minor", "Amount of the payment intents of which an attempt was authorized."),
    _intents(
        "intents_declined_count",
        "Payment intents of which no attempt was authorized and at least one was declined by the issuer.",
        "intents_issuer_declined_count",
        synonyms=("lost payments",),
    ),
    _intents(
        "intents_declined_minor",
        "Amount of the payment intents that were lost to declines.",
        "intents_issuer_declined_minor",
        synonyms=("revenue lost to declines",),
    ),
    _rate(
        "authorization_rate",
        "Card attempts that the issuer authorized, of those that it authorized or declined. Attempts that were blocked "
        "before the network, or whose authentication was not finished, are left out.",
        "authorized_count",
        _DECIDED,
        synonyms=("approval rate", "acceptance rate", "auth rate", "approval", "authorization"),
    ),
    _rate(
        "authorization_amount_rate",
        "Amount that the issuer authorized, of the amount that it authorized or declined.",
        "authorized_minor",
        _DECIDED_MINOR,
        synonyms=("authorization rate by amount", "approval rate by value"),
    ),
    _rate(
        "first_attempt_authorization_rate",
        "First attempts of payment intents that the issuer authorized, of those that it authorized or declined.",
        "authorized_count",
        _DECIDED,
        only="attempt_number = 1",
        dimensions=_KINDS,
        synonyms=("first attempt approval rate", "first try approval"),
    ),
    _rate(
        "first_attempt_authorization_amount_rate",
        "Amount of first attempts that the issuer authorized, of the amount that it authorized or declined.",
        "authorized_minor",
        _DECIDED_MINOR,
        only="attempt_number = 1",
        dimensions=_KINDS,
    ),
    _rate(
        "retry_authorization_rate",
        "Later attempts of payment intents that the issuer authorized, of those that it authorized or declined.",
        "authorized_count",
        _DECIDED,
        only="attempt_number > 1",
        synonyms=("retry success rate", "retry approval rate"),
    ),
    _rate(
        "decline_rate",
        "Card attempts that the issuer declined, of those that it authorized or declined.",
        "issuer_declined_count",
        _DECIDED,
        synonyms=("issuer decline rate", "share declined"),
    ),
    _rate(
        "decline_amount_rate",
        "Amount that the issuer declined, of the amount authorized or declined.",
        "issuer_declined_minor",
        _DECIDED_MINOR,
    ),
    _rate(
        "block_rate",
        "Card attempts that were blocked before the network, of all card attempts.",
        "blocked_count",
        "attempts_count",
        synonyms=("blocked share", "share blocked"),
    ),
    _rate(
        "block_amount_rate",
        "Amount that was blocked before the network, of the amount asked for by card.",
        "blocked_minor",
        "attempts_minor",
    ),
    _rate(
        "undecided_rate",
        "Card attempts without an outcome, of all card attempts.",
        "undecided_count",
        "attempts_count",
    ),
    _rate(
        "unauthenticated_rate",
        "Payment intents whose authentication was not finished, of these and all card attempts.",
        "unauthenticated_count",
        ("attempts_count", "unauthenticated_count"),
        synonyms=("authentication abandonment", "3d secure abandonment"),
    ),
    _rate(
        "retry_share_rate",
        "Card attempts that were retries, of all card attempts.",
        "attempts_count",
        "attempts_count",
        part="attempt_number > 1",
        dimensions=_KINDS,
        synonyms=("share of retries",),
    ),
    _rate(
        "three_d_secure_share_rate",
        "Card attempts authenticated by 3D Secure, of all card attempts.",
        "attempts_count",
        "attempts_count",
        part="three_d_secure = 'authenticated'",
        synonyms=("3ds share", "share with 3d secure"),
    ),
    _rate(
        "three_d_secure_authorization_rate",
        "The authorization rate of attempts authenticated by 3D Secure.",
        "authorized_count",
        _DECIDED,
        only="three_d_secure = 'authenticated'",
        synonyms=("3ds approval rate",),
    ),
    _rate(
        "wallet_share_rate",
        "Card attempts with a card from a wallet, such as apple_pay, of all card attempts.",
        "attempts_count",
        "attempts_count",
        part="wallet <> 'none'",
        synonyms=("share of wallets",),
    ),
    _of(
        "insufficient_funds_share_rate",
        "Issuer declines for insufficient funds, which a later attempt may overcome, of all issuer declines.",
        "issuer_declined_count",
        "issuer_declined_count",
        part="decline_reason = 'insufficient_funds'",
        dimensions=(*_KINDS, "attempt_number"),
    ),
    _intents(
        "intent_authorization_rate",
        "Payment intents of which an attempt was authorized, of those that were authorized or declined in the end: the "
        "final outcome.",
        "intents_authorized_count",
        _FINAL,
        dimensions=_KINDS,
        synonyms=(
            "final authorization rate",
            "final outcome",
            "payment approval rate",
            "order approval rate",
        ),
    ),
    _intents(
        "intent_authorization_amount_rate",
        "Amount of the payment intents of which an attempt was authorized, of the amount of those that were authorized "
        "or declined in the end.",
        "intents_authorized_minor",
        _FINAL_MINOR,
        dimensions=_KINDS,
    ),
    _intents(
        "recovery_rate",
        "Payment intents whose first attempt was declined or blocked and of which a later one was authorized within 60 "
        "days, of all whose first attempt was.",
        "intents_authorized_count",
        "intents_count",
        only="attempt_number = 1 and decline_reason <> 'none'",
        synonyms=("recovered payments rate", "decline recovery", "declines recovered"),
    ),
    _intents(
        "recovered_minor",
        "Amount of the payment intents whose first attempt was declined or blocked and that came through later.",
        "intents_authorized_minor",
        only="attempt_number = 1 and decline_reason <> 'none'",
        synonyms=("recovered volume",),
    ),
)
