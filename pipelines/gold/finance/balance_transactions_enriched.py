"""gold.balance_transactions_enriched: each movement of a balance with what moved it and which payout pays it.

It has what Stripe's itemized reports have (docs.stripe.com/reports/report-types/balance), for every movement.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered, live
from pipelines.frames.united import united
from pipelines.gold.shared import sources
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, movement
from pipelines.gold.shared.payouts import (
    BALANCE,
    PAYOUT_GAP_DAYS,
    PAYOUTS,
    REACH_DAYS,
    TRANSACTIONS,
    automatic,
    to_be_paid,
    with_available,
    with_next,
)
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.claims import LOOK_BACK_DAYS
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

FEE_KINDS: Mapping[str, str] = {
    "stripe_fee_minor": "stripe_fee",
    "application_fee_minor": "application_fee",
    "tax_fee_minor": "tax",
}
"""Kinds of a movement's fees by the column that has them; the others make other_fee_minor."""

TABLE = Table(
    name="gold.balance_transactions_enriched",
    doc=(
        "One row per balance transaction, with what moved the balance and which automatic payout pays it. Facts that "
        "are not known are null: those of a payment from before the archive begins, of a movement that is of none."
    ),
    key=("account", "balance_transaction_id"),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("balance_transaction_id", "string", "The movement, txn_….", required=True),
        Column("date", "date", "Day on which the movement was booked, UTC.", required=True),
        CURRENCY,
        Column("created_at", "timestamp", "When the movement was booked.", required=True),
        Column("available_at", "timestamp", "From when the money can be paid out.", required=True),
        Column("reporting_category", "string", "What it counts as in Stripe's reports."),
        movement("amount_minor", "Gross amount."),
        movement("fee_minor", "Fees kept back from it: the sum of the four below."),
        movement("stripe_fee_minor", "Of the fees, the processor's."),
        movement("application_fee_minor", "Of the fees, the platform's."),
        movement("tax_fee_minor", "Of the fees, taxes."),
        movement("other_fee_minor", "Of the fees, all others, and those of which the kind is not told."),
        movement("net_minor", "What the balance changed by: amount_minor - fee_minor."),
        Column("exchange_rate", "double", "Units of this currency for one of customer_currency; null for none."),
        Column("customer_currency", "string", "Currency of the payment, refund or dispute as the customer sees it."),
        Column(
            "customer_amount_minor",
            "bigint",
            "Amount of that payment, refund or dispute, in minor units of customer_currency, with the sign of "
            "amount_minor.",
        ),
        Column("source_id", "string", "The object that moved the balance: ch_…, re_…, dp_…, po_…."),
        Column("charge_id", "string", "Payment that it is about, also of a refund, dispute or transfer, ch_…."),
        Column("payment_intent_id", "string", "Payment intent of that payment, pi_…."),
        Column("refund_id", "string", "Refund that moved the balance, re_…."),
        Column("refund_reason", "string", "Why the money was given back."),
        Column("dispute_id", "string", "Dispute that moved the balance, dp_…."),
        Column("dispute_reason", "string", "Why the payment is contested."),
        Column("transfer_id", "string", "Transfer that moved the balance, or that was reversed, tr_…."),
        Column("application_fee_id", "string", "Fee that a platform earned or gave back, fee_…."),
        Column(
            "connected_account_id",
            "string",
            "Account on the other side: of a transfer the one that gets it, of a platform's earning the one that "
            "pays it, acct_….",
        ),
        Column("connected_charge_id", "string", "Payment at that account that the fee was taken from, ch_…."),
        Column("customer_id", "string", "Customer of the payment, cus_…."),
        Column("payment_method_type", "string", "Way in which the payment was made: card, sepa_debit, …."),
        Column("card_network", "string", "Card network, where the source does not say the brand; null without a card."),
        Column("card_funding", "string", "credit, debit or prepaid; null without a card."),
        Column("card_country", "string", "Issuer's country, ISO 3166 alpha-2; null without a card."),
        Column("charge_created_at", "timestamp", "When the payment was made."),
        Column("invoice_id", "string", "Invoice that the payment pays, in_…."),
        Column("subscription_id", "string", "Subscription that the invoice is for, sub_…."),
        Column(
            "payout_id",
            "string",
            "Automatic payout that it leaves with, po_…: the next one of the balance at or after available_at, within "
            "45 days; of an automatic payout's own movement that payout. Null for what is not paid out yet, for what "
            "becomes available later than 31 days on, and where payouts are made by hand.",
        ),
        Column("payout_date", "date", "Day on which that payout was made, UTC."),
    ),
)  # fmt: skip

INPUTS = (TRANSACTIONS, PAYOUTS, *sources.INPUTS)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed movements, of those with something new about what moved them, and of those paid otherwise."""
    days = [live(changed[TRANSACTIONS]).select("created_date"), _repaid(changed, now)]
    days.append(_told_anew(changed, now))
    return united(days).toDF("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    moved = with_available(on_dates(now[TRANSACTIONS], "created_date", dates))
    described = sources.described(moved, now, dates)
    paid = _paid(moved, now[PAYOUTS], dates)
    rows = described.join(paid, ["account", "balance_transaction_id"], "left")
    return rows.withColumns(_figures()).select(*TABLE.column_names)


def _figures() -> dict[str, Expression]:
    fees = {name: _fees(kind) for name, kind in FEE_KINDS.items()}
    rest = F.col("fee_minor") - reduce(lambda one, other: one + other, fees.values())
    return {
        "date": F.col("created_date"),
        "available_at": F.coalesce("available_at", "created_at"),
        **fees,
        "other_fee_minor": rest,
        "customer_amount_minor": F.when(F.col("amount_minor") < 0, -F.col("customer_amount_minor")).otherwise(
            F.col("customer_amount_minor")
        ),
    }


def _fees(kind: str) -> Expression:
    """The fees of one kind that a movement lists; 0 where it lists none."""
    listed = "from_json(fee_details, 'array<struct<type: string, amount: double>>')"
    of_kind = f"filter({listed}, fee -> fee.type = '{kind}')"
    return F.expr(
        f"cast(coalesce(aggregate({of_kind}, cast(0 as double), (sum, fee) -> sum + fee.amount), 0) as bigint)"
    )


def _moments(payouts: DataFrame) -> DataFrame:
    payout = F.struct("created_at", "payout_id")
    return payouts.select(*BALANCE, F.col("created_at").alias("at"), payout.alias("payout"))


def _paid(moved: DataFrame, payouts: DataFrame, dates: Dates) -> DataFrame:
    """The payout that each of some days' movements leaves with, for those that one is known of."""
    near = around(payouts, "created_date", dates, before=0, after=REACH_DAYS)
    owed = to_be_paid(moved, payouts).select(*BALANCE, "available", "balance_transaction_id")
    found = with_next(owed, _moments(automatic(near)), "payout").filter(_in_time())
    next_one = found.select(
        "account",
        "balance_transaction_id",
        F.col("payout.payout_id").alias("payout_id"),
        F.to_date("payout.created_at").alias("payout_date"),
    )
    own = _own(moved, automatic(payouts)).select(
        "account", "balance_transaction_id", "payout_id", "payout_date"
    )
    return next_one.unionByName(own)


def _own(moved: DataFrame, payouts: DataFrame) -> DataFrame:
    """The movements by which some payouts left the balance."""
    made = payouts.select(
        "account",
        F.col("payout_id").alias("source_id"),
        "payout_id",
        F.col("created_date").alias("payout_date"),
    )
    return moved.filter("reporting_category = 'payout'").join(made, ["account", "source_id"])


def _in_time() -> Expression:
    return F.datediff(F.to_date("payout.created_at"), F.to_date("available")) <= PAYOUT_GAP_DAYS


def _repaid(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of movements that another payout pays because automatic payouts came, went or moved."""
    of_payout = [*BALANCE, "created_at", "created_date", "payout_id"]
    anew = altered(automatic(changed[PAYOUTS]), of_payout)
    days = days_of(anew, "created_date")
    near = automatic(around(now[PAYOUTS], "created_date", days, before=PAYOUT_GAP_DAYS, after=0)).select(
        *of_payout
    )
    moved = with_available(
        around(now[TRANSACTIONS], "created_date", days, before=REACH_DAYS, after=REACH_DAYS)
    )
    owed = moved.select(*BALANCE, "available", "created_date")
    moments = _moments(near.unionByName(anew.select(*of_payout)))
    next_one = with_next(owed, moments, "payout").withColumn("payout_id", F.col("payout.payout_id"))
    paid = next_one.join(anew, ["account", "payout_id"], "left_semi").select("created_date")
    return paid.unionByName(_own(moved, anew).select("created_date"))


def _told_anew(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of movements of which what moved them, its payment or its invoice has changed."""
    about = sources.touched(changed, now)
    near = around(
        live(now[TRANSACTIONS]), "created_date", days_of(about, "day"), before=1, after=LOOK_BACK_DAYS
    )
    return near.join(about, ["account", "source_id"], "left_semi").select("created_date")


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build)
