"""The page about money: what was earned, what it cost, what was paid out, and whether the books agree."""

from __future__ import annotations

from pipelines.report import ledger
from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_REVENUE = Part(
    "revenue",
    "Revenue",
    (
        Plot(
            "From sales to what was earned",
            (
                "gross_sales_minor", "sales_refunded_minor", "sales_disputed_minor", "net_revenue_minor",
            ),
            form="lines",
            text="Sales booked, what was given back of them, and what was left after costs and what was passed on.",
            wide=True,
        ),
        Plot("Net sales by kind", ("net_sales_minor",), by="revenue_type", form="bars"),
        Plot("What is left of sales", ("net_sales_rate", "net_revenue_rate")),
        Listing(
            "In the reporting currency, the latest months",
            "select date_format(date, 'yyyy-MM') as month, currency, sum(gross_minor) as gross_minor, "
            "sum(refunds_minor) as refunds_minor, sum(disputes_minor) as disputes_minor, "
            "sum(fees_minor) as fees_minor, "
            "sum(net_revenue_minor) as net_revenue_minor, sum(payouts_net_minor) as payouts_minor, "
            "avg(case when rate is null then 0.0 else 1.0 end) as converted_rate from gold.revenue_converted_daily "
            "group by month, currency order by month desc limit 12",
            "All accounts and currencies together, each day by its reference rate; days without one are lacking.",
            nothing="VERMEIL_REPORTING_CURRENCY names no currency to tell amounts in.",
            of=("gold.revenue_converted_daily", "gold.exchange_rates_daily"),
        ),
    ),
    "By the day on which it was booked, in the currency that the account settles in.",
)  # fmt: skip

_COSTS = Part(
    "costs",
    "Costs",
    (
        Plot(
            "Costs by kind",
            (
                "processing_fees_minor", "dispute_fees_minor", "network_costs_minor", "fees_billed_minor",
                "application_fees_paid_minor", "fee_taxes_minor", "other_fees_minor",
            ),
            form="bars",
            text="Costs are positive, fees given back negative. Together they are all that payments cost.",
        ),
        Plot("Effective rate", ("processing_cost_rate", "processing_fee_rate")),
        Plot("Cost of each way to pay", ("processing_cost_rate",), by="payment_method_type", form="values"),
        Plot("Cost of each card network", ("processing_cost_rate",), by="card_network", form="values"),
    ),
)  # fmt: skip

_BALANCE = Part(
    "balance",
    "Balance and payouts",
    (
        Plot(
            "What moved the balance", ("movements_minor",), by="reporting_category", form="bars",
            text="Gross amounts by reporting category: above the line what came in, below it what went out.",
        ),
        Plot(
            "Balance", ("balance_change_minor",), form="running",
            text="What all balance transactions add up to, from the first that is known: a balance from before the "
            "archive is not in it.",
        ),
        Plot("Payouts", ("payouts_minor",), form="bars"),
        Plot("Payouts that came to nothing", ("payout_failure_rate",)),
        ledger.TIES,
        ledger.DIFFERENCES,
    ),
)  # fmt: skip

_RECONCILIATION = Part(
    "reconciliation",
    "Reconciliation",
    (
        Plot(
            "Agreement of payments, ledger and payouts", ("reconciled_rate",), by="object_type",
            text="Payments, refunds and chargebacks that agree with ledger and payouts, of those that are old enough "
            "and can be compared.",
        ),
        Plot("What does not agree", ("unmatched_objects_count",), by="status", form="bars"),
        Plot("Payouts that are what the balance says", ("reconciled_payouts_rate",)),
        Plot("Closing balances that no payout has paid", ("reconciled_balances_rate",)),
        Listing(
            "Unmatched, the latest",
            "select object_id, object_type, account, date, status, currency, expected_minor, booked_minor, "
            "difference_minor, balance_transaction_id from gold.three_way_reconciliation "
            "where status not in ('matched', 'open', 'not_comparable') order by date desc, object_id limit 12",
            "Objects that ledger or payouts contradict. Each leads to its records by its ids.",
            of=("gold.three_way_reconciliation",),
        ),
        Listing(
            "Settlement files against the ledger, the latest",
            "select balance_transaction_id, account, date, status, currency, "
            "case when currency = told_currency then told_net_minor end as told_net_minor, booked_net_minor, "
            "difference_minor, settlement_line_id, record_id from gold.settlement_reconciliation "
            "where status not in ('matched', 'open', 'not_comparable') "
            "order by date desc, balance_transaction_id limit 12",
            "Movements that a processor's files and the ledger tell otherwise; none where no files were taken in. "
            "record_id leads to file and line in bronze.records.",
            nothing="No settlement file was taken in, or all of them agree with the ledger.",
            of=("gold.settlement_reconciliation",),
        ),
        Listing(
            "Payouts that differ, the latest",
            "select payout_id, account, date, reason, currency, amount_minor, items_minor, difference_minor "
            "from gold.payout_reconciliation where status = 'different' order by date desc, payout_id limit 12",
            "Payouts that are not what the balance says that they paid. What each paid is in gold.payouts_itemized.",
            of=("gold.payout_reconciliation", "gold.payouts_itemized"),
        ),
        Listing(
            "Not yet paid out",
            "select account, currency, date, closing_minor, unpaid_minor, unpaid_charges_minor, unpaid_refunds_minor, "
            "unpaid_disputes_minor, difference_minor, status from (select *, row_number() over "
            "(partition by account, currency order by date desc) as place from gold.ending_balance_reconciliation) "
            "where place = 1 order by account, currency limit 24",
            "Each balance on its last day with a movement: what it closed with, and what no automatic payout has paid.",
            of=("gold.ending_balance_reconciliation", "gold.balance_change_daily"),
        ),
    ),
)  # fmt: skip

_PLATFORM = Part(
    "platform",
    "Connected accounts",
    (
        Plot("Passed on to connected accounts", ("passed_on_minor",), by="connected_account_id", form="bars"),
        Plot(
            "Earned from connected accounts",
            ("connected_earnings_minor",),
            by="connected_account_id",
            form="bars",
        ),
        Plot("Take rate of the platform", ("platform_take_rate",), by="account", form="values"),
        Plot("Given back", ("transfer_reversal_rate", "application_fee_refund_rate")),
    ),
    "Of platforms alone: what they pass on to connected accounts, and what they earn from them.",
)

PAGE = page(
    Subject(
        "Finance",
        "finance.html",
        "What was earned, what it cost, and whether it reconciles.",
        (
            "gross_sales_minor", "net_revenue_minor", "net_revenue_rate", "costs_minor", "processing_cost_rate",
            "payouts_minor", "reconciled_rate", "unmatched_objects_count",
        ),
        (_REVENUE, _COSTS, _BALANCE, _RECONCILIATION, _PLATFORM),
    ),
    rank=10,
)  # fmt: skip
