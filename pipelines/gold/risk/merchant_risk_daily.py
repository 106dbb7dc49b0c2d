"""gold.merchant_risk_daily: how each account has done for four weeks, and a score that says why it deserves a look."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import around
from pipelines.frames.measures import altered, combined, live, text, total
from pipelines.gold.shared.contract import amount, count, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments import claims
from pipelines.payments.charges import captured
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

WEEKS = 28
"""Days that the figures are about, the row's own the last, and that those before are about which they are held against."""


@dataclass(frozen=True)
class Part:
    """A part of the score: no points up to one value, all from another one on, and evenly between them.

    Attributes:
        most: points at most; those of all parts make 100.
        low: value up to which there are none.
        high: value from which there are all.
        value: what is looked at, as SQL over the table's columns; null gives no points.
        why: it in words.
    """

    most: int
    low: float
    high: float
    value: str
    why: str

    def points(self) -> Expression:
        """Whole points of a row."""
        value = F.expr(self.value)
        share = (value - F.lit(self.low)) / F.lit(self.high - self.low)
        within = F.greatest(F.least(share, F.lit(1.0)), F.lit(0.0))
        return (
            F.when(value.isNotNull(), F.floor(F.lit(float(self.most)) * within)).otherwise(0).cast("bigint")
        )


PARTS: Mapping[str, Part] = {
    "dispute": Part(25, 0.003, 0.01, "cast(chargebacks_count as double) / nullif(captured_count, 0)", "chargebacks_count / captured_count: 0.3 to 1 %"),
    "dispute_trend": Part(10, 1.0, 3.0, "case when chargebacks_count >= 3 then cast(chargebacks_count * captured_before_count as double) / nullif(greatest(chargebacks_before_count, 1) * captured_count, 0) end", "of three chargebacks or more, that rate over the one of the 28 days before, of one chargeback at least: 1 to 3 times"),
    "refund": Part(15, 0.05, 0.25, "cast(refunded_minor as double) / nullif(captured_minor, 0)", "refunded_minor / captured_minor: 5 to 25 %"),
    "refund_trend": Part(5, 1.0, 3.0, "cast(refunded_minor as double) * captured_before_minor / nullif(cast(refunded_before_minor as double) * captured_minor, 0)", "that rate over the one of the 28 days before: 1 to 3 times"),
    "volume": Part(15, 1.5, 4.0, "cast(3 * week_captured_minor as double) / nullif(captured_minor - week_captured_minor, 0)", "week_captured_minor over a mean week of the three before it: 1.5 to 4 times"),
    "negative_balance": Part(20, 0.0, 0.1, "case when negative_minor > 0 and captured_minor = 0 then 1.0 else cast(negative_minor as double) / nullif(captured_minor, 0) end", "negative_minor / captured_minor: 0 to 10 %, all where nothing is captured"),
    "age": Part(5, -180.0, -30.0, "cast(-age_days as double)", "age_days: 180 to 30"),
    "concentration": Part(5, 0.25, 0.75, "cast(largest_day_minor as double) / nullif(captured_minor, 0)", "largest_day_minor / captured_minor: 25 to 75 %"),
}  # fmt: skip
"""What the score is made of, by the name of the column of its points; weights are a judgement, nothing is fitted."""

_POINTS = tuple(f"{name}_points" for name in PARTS)

TABLE = gold_table(
    name="gold.merchant_risk_daily",
    doc=(
        f"One row per account, currency and day with payments, refunds or disputes in the {2 * WEEKS} days to it. Figures "
        f"are of the {WEEKS} days to the day; those that end in before, of the {WEEKS} days before these. risk_score is the "
        "sum of the points, 0 to 100; it ranks whom to look at and is no probability."
    ),
    day="Last day of the figures, UTC.",
    columns=(
        count("captured_count", "Payments captured."),
        amount("captured_minor", "Amount captured."),
        count("captured_before_count", "Payments captured in the days before."),
        amount("captured_before_minor", "Amount of them."),
        amount("week_captured_minor", "Amount captured in the last 7 days."),
        amount("largest_day_minor", "Amount captured on the day on which most was."),
        amount("refunded_minor", "Refunds made, of payments of any day."),
        amount("refunded_before_minor", "Refunds made in the days before."),
        count("chargebacks_count", "Chargebacks raised."),
        count("chargebacks_before_count", "Chargebacks raised in the days before."),
        amount("chargebacks_minor", "Amount of the chargebacks raised."),
        count("early_fraud_warnings_count", "Early fraud warnings that came in."),
        Column("closing_minor", "bigint", "Balance in this currency as last booked in the days; null without a movement."),
        amount("negative_minor", "What the account owes: the balance, where it is below 0."),
        Column("age_days", "bigint", "Days since the account was created or connected; null where nobody tells.", minimum=0),
        *(count(name, f"Points, {part.most} at most: {part.why}.") for name, part in zip(_POINTS, PARTS.values(), strict=True)),
        count("risk_score", "The sum of the points."),
    ),
)  # fmt: skip

PAYMENTS, DISPUTES = "gold.payments_daily", "gold.disputes_daily"
BALANCES, ACCOUNTS = "gold.balance_change_daily", "silver.accounts"

_LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    PAYMENTS: ("captured_count", "captured_minor"),
    DISPUTES: ("chargebacks_count", "chargebacks_minor", "early_fraud_warnings_count"),
}
_DAILY = (*(name for names in _LOOKED_AT.values() for name in names), "refunded_minor")
_MERCHANT = ["account", "currency"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days whose four weeks, or those before, hold a day of which something has changed; and days that are new at all."""
    days = [
        altered(
            changed[name], [*_MERCHANT, "date", *({"network"} & set(changed[name].columns)), *names]
        ).select("date")
        for name, names in {**_LOOKED_AT, BALANCES: ("closing_minor",)}.items()
    ]
    refunds = live(changed[claims.REFUNDS]).select(F.col("created_date").alias("date"))
    of_payments = claims.claim_days(live(changed[claims.CHARGES]), now[claims.REFUNDS])
    told = altered(changed[ACCOUNTS], ["account_id", "created_date"]).select(
        F.col("account_id").alias("account")
    )
    aged = now[PAYMENTS].join(told.distinct(), "account").select("date")
    moved = _found(*days, refunds, of_payments, aged)
    all_days = _found(*(now[name].select("date") for name in _LOOKED_AT))
    last = max(all_days, default=date.min)
    reached = {day + timedelta(n) for day in moved for n in range(2 * WEEKS)}
    since = max(all_days - moved, default=last)
    new = {since + timedelta(n) for n in range((last - since).days + 1)} if moved else set()
    within = sorted(day for day in reached | new if day <= last)
    return now[PAYMENTS].sparkSession.createDataFrame([(day,) for day in within], "date date")


def build(now: Mapping[str, DataFrame], dates: Sequence[str]) -> DataFrame:
    """The rows of some days (ISO dates)."""
    before = 2 * WEEKS - 1
    told = {name: around(now[name], "date", dates, before=before, after=0) for name in _LOOKED_AT}
    parts = [_plain(rows, _LOOKED_AT[name]) for name, rows in told.items()]
    given_back = _plain(_refunds(now, dates, before), ("refunded_minor",))
    facts = combined([*parts, given_back], [*_MERCHANT, "date"], _DAILY)
    closing = around(now[BALANCES], "date", dates, before=before, after=0).select(
        *_MERCHANT, "date", "closing_minor"
    )
    asked = _asked(facts, dates)
    days = facts.join(closing, [*_MERCHANT, "date"], "full").fillna(0, list(_DAILY)).join(
        asked, [*_MERCHANT, "date"], "full"
    )  # fmt: skip
    rolled = days.fillna(0, list(_DAILY)).select(*_MERCHANT, "date", "is_asked", *_rolled())
    seen = "captured_count + captured_before_count + chargebacks_count + chargebacks_before_count + refunded_minor + refunded_before_minor + early_fraud_warnings_count > 0"
    return _scored(rolled.filter("is_asked").filter(seen), now[ACCOUNTS]).select(*TABLE.column_names)


def _found(*days: DataFrame) -> set[date]:
    """Days of several frames: read one by one, as Sail (0.7.2) cannot unite an empty table with others."""
    return {row[0] for rows in days for row in rows.distinct().collect() if row[0]}


def _plain(rows: DataFrame, names: Sequence[str]) -> DataFrame:
    """What is looked at of each day. Sail (0.7.2) cannot unite a table that is empty unless something is made of its columns."""
    keys = [text(name) for name in _MERCHANT]
    figures = (F.abs(F.col(name)).alias(name) for name in names)
    return rows.select(*keys, F.date_add("date", 0).alias("date"), *figures)


def _asked(facts: DataFrame, dates: Sequence[str]) -> DataFrame:
    """The days that are asked for, of each account and currency: also those on which nothing happened."""
    asked = facts.sparkSession.createDataFrame([(date.fromisoformat(day),) for day in dates], "date date")
    return facts.select(*_MERCHANT).distinct().crossJoin(asked).withColumn("is_asked", F.lit(True))


def _refunds(now: Mapping[str, DataFrame], dates: Sequence[str], before: int) -> DataFrame:
    """Money given back by day. What was authorized and never taken was booked as a refund, too, and is none."""
    made = around(claims.dated(now[claims.REFUNDS]), "claim_date", dates, before=before, after=0)
    stood = made.filter("coalesce(status, 'succeeded') not in ('failed', 'canceled')")
    paid = live(now[claims.CHARGES]).filter(captured()).select(
        "account", "charge_id", (F.col("amount_refunded_minor") - F.col("amount_returned_minor")).alias("let_go")
    )  # fmt: skip
    of_payment = stood.join(paid, ["account", "charge_id"])
    given = of_payment.filter("coalesce(let_go, 0) = 0 or amount_minor <> let_go")
    return given.groupBy(*_MERCHANT, F.col("claim_date").alias("date")).agg(
        total("amount_minor").alias("refunded_minor")
    )


def _rolled() -> list[Expression]:
    """Sums of the days to each day, and of those before them."""
    day = F.datediff("date", F.lit(date(1970, 1, 1)))
    in_order = Window.partitionBy(*_MERCHANT).orderBy(day)
    recent, before = in_order.rangeBetween(1 - WEEKS, 0), in_order.rangeBetween(1 - 2 * WEEKS, -WEEKS)
    earlier = {"captured_count": "captured_before_count", "captured_minor": "captured_before_minor"}
    earlier |= {"refunded_minor": "refunded_before_minor", "chargebacks_count": "chargebacks_before_count"}
    return [
        *(F.sum(name).over(recent).cast("bigint").alias(name) for name in _DAILY),
        *(
            F.coalesce(F.sum(name).over(before), F.lit(0)).cast("bigint").alias(to)
            for name, to in earlier.items()
        ),
        F.sum("captured_minor")
        .over(in_order.rangeBetween(-6, 0))
        .cast("bigint")
        .alias("week_captured_minor"),
        F.max("captured_minor").over(recent).cast("bigint").alias("largest_day_minor"),
        F.last("closing_minor", ignorenulls=True).over(recent).alias("closing_minor"),
    ]


def _scored(rows: DataFrame, accounts: DataFrame) -> DataFrame:
    since = accounts.groupBy(F.col("account_id").alias("account")).agg(F.min("created_date").alias("since"))
    known = rows.join(since, "account", "left")
    owed = F.greatest(-F.coalesce("closing_minor", F.lit(0)), F.lit(0)).cast("bigint")
    age = F.when(F.col("date") >= F.col("since"), F.datediff("date", "since")).cast("bigint")
    facts = known.withColumns({"negative_minor": owed, "age_days": age})
    points = facts.withColumns({f"{name}_points": part.points() for name, part in PARTS.items()})
    return points.withColumn("risk_score", reduce(add, (F.col(name) for name in _POINTS)))


RECIPE = ByDay(
    TABLE,
    inputs=(PAYMENTS, DISPUTES, BALANCES, claims.CHARGES, claims.REFUNDS, ACCOUNTS),
    dates=dates,
    build=build,
    lists_days=True,
)
