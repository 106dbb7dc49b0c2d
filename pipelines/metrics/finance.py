"""What was earned, what it cost, what was passed on and paid out, and whether the books agree."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

_fees = Subject("gold.fees_daily", "finance")
_revenue = Subject("gold.revenue_daily", "finance")
_transfers = Subject("gold.transfers_daily", "finance")
_balance = Subject("gold.balance_change_daily", "finance")
_unpaid = Subject(
    "gold.ending_balance_reconciliation", "finance", dimensions=("account", "currency", "status")
)
_payouts = Subject(
    "gold.payout_reconciliation", "finance", dimensions=("account", "currency", "status", "reason")
)
_paid = Subject(
    "gold.payouts_itemized", "finance", dimensions=("account", "currency", "payout_id", "reporting_category")
)
_objects = Subject(
    "gold.three_way_reconciliation", "finance", dimensions=("account", "currency", "object_type", "status")
)
_settled = Subject(
    "gold.settlement_reconciliation",
    "finance",
    dimensions=("account", "currency", "reporting_category", "status"),
)
_movements = Subject(
    "gold.balance_transactions_enriched",
    "finance",
    dimensions=("account", "currency", "reporting_category", "payment_method_type", "card_network"),
)
_activity = Subject(
    "gold.activity_itemized",
    "finance",
    dimensions=("account", "currency", "reporting_category", "card_country"),
)

_COMPARED = "status <> 'not_comparable'"
_JUDGED = "status <> 'open' and status <> 'not_comparable'"
_ONE_BALANCE = ("account", "currency", "date")

METRICS = (
    _fees(
        "costs_minor",
        "All that payments cost: fees kept back and billed, the platform's and taxes among them.",
        "fees_minor",
        synonyms=("costs", "cost of acceptance"),
    ),
    _fees(
        "processing_fees_minor",
        "The processor's fees kept back from payments.",
        synonyms=("processor fees", "transaction fees"),
    ),
    _fees("dispute_fees_minor", "The processor's fees for disputes.", synonyms=("chargeback fees",)),
    _fees(
        "fees_billed_minor",
        "What the processor bills apart from payments; positive for a cost.",
        "billed_fees_minor",
    ),
    _fees("network_costs_minor", "Costs of card networks that are billed apart.", synonyms=("network fees",)),
    _fees(
        "application_fees_paid_minor",
        "Fees that the platform keeps back from its connected accounts' payments.",
        "application_fees_minor",
    ),
    _fees("fee_taxes_minor", "Taxes on fees.", "taxes_minor", synonyms=("taxes on fees",)),
    _fees("other_fees_minor", "Fees of refunds, transfers and instant payouts, and all others."),
    _fees(
        "processing_cost_rate",
        "What processing costs, without the platform's fees, of the payments booked.",
        ("fees_minor", "-application_fees_minor"),
        "charges_minor",
        synonyms=("cost of processing", "processing cost share"),
    ),
    _fees(
        "processing_fee_rate",
        "The processor's fees kept back from payments, of these payments.",
        "processing_fees_minor",
        "charges_minor",
    ),
    _fees(
        "dispute_fee_rate",
        "The processor's fees for disputes, of the payments booked on the same days.",
        "dispute_fees_minor",
        "charges_minor",
    ),
    _fees(
        "average_processing_fee_minor",
        "Mean of the processor's fees kept back from a payment.",
        "processing_fees_minor",
        "charges_count",
        synonyms=("fee per payment",),
    ),
    _fees(
        "platform_take_rate",
        "Fees that the platform keeps back, of the payments booked at its connected accounts.",
        "application_fees_minor",
        "charges_minor",
        synonyms=("platform take", "take rate of the platform"),
    ),
    _revenue(
        "gross_sales_minor",
        "Payments booked, less those that failed after they were booked.",
        "gross_minor",
        synonyms=("gross sales", "gross revenue"),
    ),
    _revenue(
        "sales_refunded_minor",
        "Refunds booked, less those that failed; negative for given back.",
        "refunds_minor",
    ),
    _revenue(
        "sales_disputed_minor",
        "Disputed amounts withdrawn and reinstated; negative for withdrawn.",
        "disputes_minor",
    ),
    _revenue(
        "net_sales_minor",
        "Sales less refunds and disputes, by the day on which each was booked.",
        synonyms=("sales after refunds and disputes",),
    ),
    _revenue(
        "revenue_costs_minor",
        "What it cost to earn this; positive for a cost.",
        "fees_minor",
    ),
    _revenue(
        "net_revenue_minor",
        "What was earned: net sales and platform earnings, less what was passed on and what it cost.",
        synonyms=("earned", "revenue after costs"),
    ),
    _revenue(
        "net_revenue_rate",
        "What was earned, of gross sales.",
        "net_revenue_minor",
        "gross_minor",
        synonyms=("margin after costs",),
    ),
    _revenue(
        "net_sales_rate",
        "Sales left after refunds and disputes, of gross sales.",
        "net_sales_minor",
        "gross_minor",
    ),
    _revenue(
        "subscription_sales_rate",
        "Sales of subscriptions, of gross sales.",
        "gross_minor",
        "gross_minor",
        part="revenue_type = 'subscription'",
        dimensions=("account", "currency"),
        synonyms=("recurring share",),
    ),
    _transfers("transfers_made_count", "Transfers to connected accounts.", "transfers_count"),
    _transfers(
        "passed_on_minor",
        "Transfers to connected accounts, less those taken back.",
        "net_transferred_minor",
        synonyms=("paid to connected accounts", "seller volume"),
    ),
    _transfers(
        "application_fees_earned_minor", "Application fees earned, before refunds.", "application_fees_minor"
    ),
    _transfers(
        "connected_earnings_minor",
        "Application fees earned from each connected account, less those given back.",
        "platform_earnings_minor",
        synonyms=("earnings by connected account",),
    ),
    _transfers(
        "transfer_reversal_rate",
        "Transfers taken back, by amount, of those made on the same days.",
        "reversed_minor",
        "transferred_minor",
    ),
    _transfers(
        "application_fee_refund_rate",
        "Application fees given back, of those earned on the same days.",
        "application_fees_refunded_minor",
        "application_fees_minor",
    ),
    _balance("activity_minor", "What was booked but payouts, before fees.", synonyms=("activity",)),
    _balance("activity_fees_minor", "Fees kept back from what was booked but payouts."),
    _balance(
        "paid_out_net_minor",
        "What payouts, and those that came back, changed the balance by; negative for paid out.",
        "payouts_net_minor",
    ),
    _balance(
        "closing_balance_minor",
        "Balance at the end of a day on which something was booked.",
        "closing_minor",
        apart=_ONE_BALANCE,
        synonyms=("closing balance", "ending balance"),
    ),
    _balance(
        "available_balance_minor",
        "What could be paid out at the end of a day on which something was booked.",
        "closing_available_minor",
        apart=_ONE_BALANCE,
        synonyms=("available balance",),
    ),
    _balance(
        "pending_balance_minor",
        "What becomes available after a day on which something was booked.",
        "closing_pending_minor",
        apart=_ONE_BALANCE,
        synonyms=("pending balance",),
    ),
    _unpaid(
        "unpaid_balance_minor",
        "Movements that no automatic payout has paid by the end of a day on which something was booked.",
        "unpaid_minor",
        dimensions=("account", "currency"),
        apart=_ONE_BALANCE,
        synonyms=("not yet paid out",),
    ),
    _unpaid(
        "reconciled_balances_rate",
        "Days whose closing balance is what no payout has paid out yet, of those that can be compared.",
        ROWS,
        ROWS,
        only=_COMPARED,
        part="status = 'matched'",
        synonyms=("ending balance reconciled",),
    ),
    _payouts("payouts_looked_at_count", "Payouts that are held against the balance.", ROWS),
    _payouts(
        "differing_payouts_count",
        "Payouts that are not what the balance says that they paid.",
        ROWS,
        only="status = 'different'",
        synonyms=("payouts that differ",),
    ),
    _payouts(
        "reconciled_payouts_rate",
        "Payouts that are what the balance says that they paid, of those that can be compared.",
        ROWS,
        ROWS,
        only=_COMPARED,
        part="status = 'matched'",
        synonyms=("payouts reconciled",),
    ),
    _payouts(
        "comparable_payouts_rate",
        "Payouts of which it can be told whether they are what the balance says, of all.",
        ROWS,
        ROWS,
        part=_COMPARED,
    ),
    _payouts(
        "payout_items_difference_minor",
        "Payouts less the movements that they pay: 0 in sound books. Unknown where that says nothing.",
        "difference_minor",
    ),
    _paid("paid_items_count", "Movements that automatic payouts pay, by the day of the payout.", ROWS),
    _paid("paid_items_minor", "Net of the movements that automatic payouts pay.", "net_minor"),
    _objects(
        "reconciled_objects_count",
        "Payments, refunds and chargebacks that are held against ledger and payouts, and are old enough.",
        ROWS,
        only=_JUDGED,
    ),
    _objects(
        "unmatched_objects_count",
        "Payments, refunds and chargebacks that ledger or payouts contradict.",
        ROWS,
        only=f"{_JUDGED} and status <> 'matched'",
        synonyms=("unmatched", "reconciliation breaks"),
    ),
    _objects(
        "reconciled_rate",
        "Payments, refunds and chargebacks that agree with ledger and payouts, of those that are judged.",
        ROWS,
        ROWS,
        only=_JUDGED,
        part="status = 'matched'",
        synonyms=("match rate", "reconciliation rate", "share reconciled"),
    ),
    _objects(
        "unmatched_rate",
        "Payments, refunds and chargebacks that ledger or payouts contradict, of those that are judged.",
        ROWS,
        ROWS,
        only=_JUDGED,
        part="status <> 'matched'",
        synonyms=("unmatched share",),
    ),
    _objects(
        "judged_objects_rate",
        "Payments, refunds and chargebacks that are old enough and can be compared, of all.",
        ROWS,
        ROWS,
        part=_JUDGED,
    ),
    _settled(
        "settlement_items_count",
        "Movements of which settlement files and the ledger are compared, old enough and covered by both.",
        ROWS,
        only=_JUDGED,
    ),
    _settled(
        "settlement_unmatched_count",
        "Movements of which a settlement file and the ledger say something else, or one of them nothing.",
        ROWS,
        only=f"{_JUDGED} and status <> 'matched'",
        synonyms=("settlement breaks",),
    ),
    _settled(
        "settlement_matched_rate",
        "Movements that settlement files and the ledger tell alike, of those that are judged.",
        ROWS,
        ROWS,
        only=_JUDGED,
        part="status = 'matched'",
        synonyms=("settlement match rate",),
    ),
    _settled(
        "settlement_unmatched_rate",
        "Movements that settlement files and the ledger tell otherwise, of those that are judged.",
        ROWS,
        ROWS,
        only=_JUDGED,
        part="status <> 'matched'",
    ),
    _settled(
        "settlement_judged_rate",
        "Movements that are old enough and can be compared, of all that settlement files tell of.",
        ROWS,
        ROWS,
        part=_JUDGED,
    ),
    _settled(
        "settlement_difference_minor",
        "Net amount in the ledger less that in settlement files, of movements that both have in one currency.",
        "difference_minor",
    ),
    _movements(
        "movements_minor", "Gross amount of balance transactions.", "amount_minor", synonyms=("movements",)
    ),
    _movements("movements_net_minor", "What balance transactions changed the balance by.", "net_minor"),
    _movements("movement_fees_minor", "Fees kept back from balance transactions.", "fee_minor"),
    _activity("activity_items_count", "Balance transactions that are no payout and bring none back.", ROWS),
    _activity("activity_items_minor", "Gross amount of them, by reporting category.", "amount_minor"),
)
