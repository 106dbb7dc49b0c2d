"""Gold as the report reads it: added up in Spark, so that what comes out is small however much went in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from pipelines.gold.shared.programmes import card_networks, monthly_status
from pipelines.report.rates import AUTHORIZATION, FINAL_OUTCOME

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

SHOWN_ACCOUNTS = 20
"""Accounts that can be chosen in the page, largest first. The others count under all accounts."""

SHOWN_DAYS = 365

OTHERS = ""
"""Stands for all accounts that cannot be chosen."""

DIMENSIONS = ("network", "card_country", "card_funding", "three_d_secure", "wallet", "attempt_number")

PAYMENTS = (
    "payments_count", "captured_count", "captured_minor", "refunded_minor", "disputed_minor",
    "card_captured_count", "card_disputed_count",
)  # fmt: skip

ATTEMPTS = (
    *AUTHORIZATION.columns, "blocked_count", "unauthenticated_count", *FINAL_OUTCOME.columns,
)  # fmt: skip

DISPUTES = (
    "chargebacks_count", "fraud_chargebacks_count", "consumer_chargebacks_count", "processing_chargebacks_count",
    "other_chargebacks_count", "won_count", "lost_count", "open_count", "inquiries_count", "early_fraud_warnings_count",
    "cohort_captured_count", "cohort_disputed_count",
)  # fmt: skip

BALANCES = (
    "transactions_count", "charges_minor", "refunds_minor", "disputes_minor", "transfers_minor",
    "platform_earnings_minor", "billed_fees_minor", "adjustments_minor", "payout_transactions_minor",
    "payout_reversals_minor", "other_minor", "fees_minor", "net_minor", "payouts_count", "payouts_minor",
    "payout_difference_minor", "automatic_payouts_minor",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the charts are made from. Frames hold sums, with ``account`` empty for those that cannot be chosen.

    Attributes:
        accounts: those that can be chosen, largest first.
        account_count: of all.
        currencies: by number of payments, most first.
        first: the first day shown.
        last: the last day with a payment attempt.
        payments: by account, currency and date.
        attempts: by account, date and whether it was a first attempt.
        dimensions: card attempts of the days shown by account and ``value``, per dimension.
        declines: issuer declines of the days shown by account and ``value``, the reason.
        blocks: attempts blocked before the network, in the same way.
        disputes: payments by card and disputes, by account and date.
        balances: by account, currency and date.
        programmes: rate and limit of each account by month and programme; of accounts that cannot be chosen,
            the last two months.
        differences: days on which payouts and balance do not agree.
    """

    accounts: tuple[str, ...]
    account_count: int
    currencies: tuple[str, ...]
    first: date
    last: date
    payments: pd.DataFrame
    attempts: pd.DataFrame
    dimensions: Mapping[str, pd.DataFrame]
    declines: pd.DataFrame
    blocks: pd.DataFrame
    disputes: pd.DataFrame
    balances: pd.DataFrame
    programmes: pd.DataFrame
    differences: pd.DataFrame

    def choices(self, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
        """A frame for each choice of account, with the key of the choice: ``0`` is all accounts."""
        yield "0", frame
        for place, account in enumerate(self.accounts, start=1):
            yield str(place), frame[frame["account"] == account]

    def money_choices(self, frame: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
        """A frame for each choice of account and currency: the key of the choice, the currency, the rows."""
        for key, rows in self.choices(frame):
            for currency in self.currencies:
                yield f"{key}/{currency}", currency, rows[rows["currency"] == currency]


def read_facts(lake: Lakehouse) -> Facts | None:
    """The facts of a lakehouse; None where there is no payment yet."""
    payments = lake.table("gold.payments_daily")
    sizes = _sizes(payments)
    if not sizes:
        return None
    accounts = tuple(sizes)[:SHOWN_ACCOUNTS]
    by_day = _added(payments, accounts, ("currency", "date"), PAYMENTS)
    first, last = _shown_days(by_day)
    attempts = lake.table("gold.authorizations_daily")
    shown = attempts.filter((F.col("date") >= F.lit(first)) & (F.col("date") <= F.lit(last)))
    balances = lake.table("gold.balances_daily")
    return Facts(
        accounts=accounts,
        account_count=len(sizes),
        currencies=_currencies(by_day),
        first=first,
        last=last,
        payments=by_day,
        attempts=_added(
            attempts.withColumn("is_first", F.col("attempt_number") == 1),
            accounts,
            ("date", "is_first"),
            ATTEMPTS,
        ),
        dimensions={name: _valued(shown, accounts, name, AUTHORIZATION.columns) for name in DIMENSIONS},
        declines=_valued(shown, accounts, "decline_reason", ("issuer_declined_count",)),
        blocks=_valued(shown, accounts, "decline_reason", ("blocked_count",)),
        disputes=_added(
            lake.table("gold.disputes_daily").filter("network <> 'none'"), accounts, ("date",), DISPUTES
        ),
        balances=_added(balances, accounts, ("currency", "date"), BALANCES),
        programmes=_programmes(lake, accounts, first, last),
        differences=_differences(balances),
    )


def _sizes(payments: DataFrame) -> dict[str, int]:
    counted = payments.groupBy("account").agg(F.sum("attempts_count").alias("size")).collect()
    return {
        row["account"]: row["size"] for row in sorted(counted, key=lambda row: (-row["size"], row["account"]))
    }


def _added(rows: DataFrame, accounts: Sequence[str], by: Sequence[str], sums: Sequence[str]) -> pd.DataFrame:
    shown = F.when(F.col("account").isin(list(accounts)), F.col("account")).otherwise(F.lit(OTHERS))
    added = (
        rows.withColumn("account", shown)
        .groupBy("account", *by)
        .agg(*(F.coalesce(F.sum(name), F.lit(0)).cast("bigint").alias(name) for name in sums))
    )
    return added.toPandas().sort_values(["account", *by], ignore_index=True)


def _valued(rows: DataFrame, accounts: Sequence[str], column: str, sums: Sequence[str]) -> pd.DataFrame:
    valued = rows.withColumn("value", F.col(column).cast("string"))
    return _added(valued, accounts, ("value",), sums)


def _shown_days(payments: pd.DataFrame) -> tuple[date, date]:
    last = payments["date"].max()
    return max(payments["date"].min(), last - timedelta(days=SHOWN_DAYS - 1)), last


def _currencies(payments: pd.DataFrame) -> tuple[str, ...]:
    counted = payments.groupby("currency")["payments_count"].sum()
    return tuple(sorted(counted.index, key=lambda code: (-counted[code], code)))


def _programmes(lake: Lakehouse, accounts: Sequence[str], first: date, last: date) -> pd.DataFrame:
    sources = (lake.table("gold.disputes_daily"), lake.table("silver.accounts"))
    status = monthly_status(*sources, card_networks(), default_country=lake.settings.country)
    recent = (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    wanted = F.col("account").isin(list(accounts)) | (F.col("month") >= F.lit(recent))
    shown = status.filter(wanted & F.col("month").between(F.lit(first.replace(day=1)), F.lit(last)))
    return shown.toPandas().sort_values(["account", "programme", "month"], ignore_index=True)


def _differences(balances: DataFrame) -> pd.DataFrame:
    wrong = balances.filter("payout_difference_minor <> 0 or payable_difference_minor <> 0")
    columns = (
        "account", "currency", "date", "payouts_minor", "payout_difference_minor", "payable_difference_minor",
    )  # fmt: skip
    return wrong.select(*columns).toPandas().sort_values(["date", "account", "currency"], ignore_index=True)
