"""What people pay with, and how each way to pay does."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject

_of = Subject("gold.payment_method_mix", "payments")

METRICS = (
    _of("method_attempts_count", "Charges made, by way to pay, whatever came of them.", "attempts_count"),
    _of(
        "method_captured_count",
        "Captured payments by way to pay.",
        "captured_count",
        synonyms=("payment method mix", "payment mix"),
    ),
    _of("method_captured_minor", "Amount captured by way to pay.", "captured_minor"),
    _of(
        "method_success_rate",
        "Charges that succeeded, of those that succeeded or failed, by way to pay; pending ones are left out.",
        "payments_count",
        ("payments_count", "failed_count"),
        synonyms=("success rate by payment method",),
    ),
    _of(
        "method_pending_rate",
        "Charges whose outcome is not known yet, of all charges, by way to pay.",
        "pending_count",
        "attempts_count",
    ),
    _of(
        "method_average_minor",
        "Mean amount of a captured payment, by way to pay.",
        "captured_minor",
        "captured_count",
    ),
    _of(
        "wallet_payments_rate",
        "Captured payments with a card from a wallet, of all captured payments.",
        "captured_count",
        "captured_count",
        part="wallet <> 'none'",
        synonyms=("wallet adoption",),
    ),
    _of(
        "wallet_payments_amount_rate",
        "Amount captured with a card from a wallet, of the amount captured.",
        "captured_minor",
        "captured_minor",
        part="wallet <> 'none'",
    ),
    _of(
        "debit_share_rate",
        "Captured card payments with a debit card, of all captured card payments.",
        "captured_count",
        "captured_count",
        only="card_funding <> 'none'",
        part="card_funding = 'debit'",
        synonyms=("share of debit cards",),
    ),
    _of(
        "other_than_card_rate",
        "Captured payments by other ways than card, of all captured payments.",
        "captured_count",
        "captured_count",
        part="network = 'none'",
        synonyms=("local payment methods share", "alternative payment methods"),
    ),
)
