"""Whether payouts and balance agree, as several pages show it."""

from __future__ import annotations

from pipelines.report.plots import Listing

TIES = Listing(
    "Do payouts agree with the balance?",
    "select currency, sum(net_minor) as balance_minor, sum(payouts_count) as payouts_count, "
    "sum(payouts_minor) as paid_out_minor, sum(payout_transactions_minor) as as_the_balance_saw_it_minor, "
    "sum(payout_difference_minor) as difference_minor from gold.balances_daily group by currency order by currency",
    "Over all accounts and days: the amount of the payouts, and of the balance transactions that they made. The two "
    "must cancel out.",
    nothing="No balance transaction or payout is known.",
    of=("gold.balances_daily", "payout_difference_minor"),
)

DIFFERENCES = Listing(
    "Days that do not agree",
    "select account, date, currency, payouts_minor, payout_difference_minor, payable_difference_minor "
    "from gold.balances_daily where payout_difference_minor <> 0 or payable_difference_minor <> 0 "
    "order by date desc, account, currency limit 12",
    "The latest days on which payouts differ from their balance transactions, or an automatic payout from what had "
    "become available since the one before.",
    nothing="There is none: on every day the payouts are what the balance says.",
    of=("gold.balances_daily", "payout_difference_minor", "payable_difference_minor"),
)
