"""What moved the balance and what was paid out, by the day of the balance transaction, in settlement currency."""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject

_of = Subject("gold.balances_daily", "finance")

METRICS = (
    _of(
        "balance_transactions_count",
        "Balance transactions.",
        "transactions_count",
        synonyms=("balance transactions", "ledger entries"),
    ),
    _of(
        "settled_charges_minor",
        "Payments that came into the balance, before fees.",
        "charges_minor",
        synonyms=("settled payments", "settled volume"),
    ),
    _of(
        "settled_refunds_minor",
        "Refunds that left the balance, less those that failed and came back; negative.",
        "refunds_minor",
        synonyms=("refunds settled", "refunds in the balance"),
    ),
    _of(
        "settled_disputes_minor",
        "Disputed amounts withdrawn from the balance, less those reinstated; negative.",
        "disputes_minor",
        synonyms=("disputes withdrawn", "disputes in the balance"),
    ),
    _of("transfers_minor", "Transfers to and from connected accounts, and top-ups.", synonyms=("transfers",)),
    _of(
        "platform_earnings_minor",
        "Application fees earned from connected accounts, less those given back.",
        synonyms=("platform earnings", "application fees", "platform revenue"),
    ),
    _of(
        "billed_fees_minor",
        "What the processor bills apart from payments, and taxes on it; negative.",
        synonyms=("billed fees",),
    ),
    _of(
        "adjustments_minor",
        "Other adjustments, and money held in reserve or released from it.",
        synonyms=("adjustments", "reserves"),
    ),
    _of("other_movements_minor", "Movements of all other reporting categories.", "other_minor"),
    _of(
        "fees_minor",
        "Fees kept back from balance transactions.",
        synonyms=("fees", "processing fees", "fees paid", "cost of payments"),
    ),
    _of(
        "total_fees_minor",
        "All that the processor takes: fees kept back, and those billed apart.",
        ("fees_minor", "-billed_fees_minor"),
        synonyms=("total fees", "all fees"),
    ),
    _of(
        "balance_change_minor",
        "What the balance changed by.",
        "net_minor",
        synonyms=("balance change", "net change"),
    ),
    _of(
        "net_activity_minor",
        "What the balance changed by without payouts: what was earned, net of fees, refunds and disputes.",
        "activity_net_minor",
        synonyms=("net activity", "net revenue", "net earned"),
    ),
    _of(
        "payouts_count",
        "Payouts created, whatever became of them.",
        synonyms=("payouts", "number of payouts"),
    ),
    _of(
        "payouts_minor",
        "Amount of the payouts created; negative where money was taken from the bank account.",
        synonyms=("paid out", "payout volume", "payout amount"),
    ),
    _of("automatic_payouts_count", "Payouts made by schedule."),
    _of("automatic_payouts_minor", "Amount of the payouts made by schedule."),
    _of(
        "failed_payouts_count",
        "Payouts that failed or were canceled since.",
        synonyms=("failed payouts", "payout failures"),
    ),
    _of("failed_payouts_minor", "Amount of the payouts that failed or were canceled since."),
    _of(
        "payout_reversals_minor",
        "Payouts that failed or were canceled and came back into the balance.",
        synonyms=("returned payouts",),
    ),
    _of(
        "payout_difference_minor",
        "Payouts less what the balance saw of them: must be 0. Unknown where no balance transaction is known.",
        synonyms=("payout difference", "unreconciled payouts"),
    ),
    _of(
        "payable_difference_minor",
        "Automatic payouts less what had become available: 0 where they pay all of it. Unknown where nothing is known "
        "to compare with.",
        synonyms=("payable difference",),
    ),
    _of(
        "average_payout_minor",
        "Mean amount of a payout.",
        "payouts_minor",
        "payouts_count",
        synonyms=("average payout",),
    ),
    _of(
        "effective_fee_rate",
        "All fees, kept back and billed apart, of the payments that came into the balance.",
        ("fees_minor", "-billed_fees_minor"),
        "charges_minor",
        synonyms=("effective rate", "take rate of the processor", "cost rate", "fee rate"),
    ),
    _of(
        "kept_fee_rate",
        "Fees kept back, of the payments that came into the balance.",
        "fees_minor",
        "charges_minor",
    ),
    _of(
        "payout_failure_rate",
        "Payouts that failed or were canceled since, of all.",
        "failed_payouts_count",
        "payouts_count",
        synonyms=("payout failure share",),
    ),
    _of(
        "payout_failure_amount_rate",
        "Amount of the payouts that failed or were canceled since, of the amount of all.",
        "failed_payouts_minor",
        "payouts_minor",
    ),
    _of(
        "automatic_payout_rate",
        "Payouts made by schedule, of all.",
        "automatic_payouts_count",
        "payouts_count",
    ),
    _of(
        "settled_refund_rate",
        "Refunds that left the balance, of the payments that came into it on the same days.",
        ("-refunds_minor",),
        "charges_minor",
    ),
    _of(
        "settled_dispute_rate",
        "Disputed amounts withdrawn, of the payments that came into the balance on the same days.",
        ("-disputes_minor",),
        "charges_minor",
    ),
)
