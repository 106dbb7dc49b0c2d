"""gold.three_way_reconciliation: payments, refunds and disputes against the ledger, and the ledger against payouts.

What is expected of the ledger follows from how Stripe books (docs.stripe.com/reports/balance-transaction-types): a
captured payment, a refund and a chargeback each move the balance by their amount, and what fails or is won moves it back.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.base.money import exponents
from pipelines.frames import clock
from pipelines.frames.days import Dates, around, days_of, on_dates, within_days
from pipelines.frames.measures import altered, count_if, live
from pipelines.frames.united import united
from pipelines.gold.finance import payout_reconciliation
from pipelines.gold.shared import bookable, reconciled
from pipelines.gold.shared.bookable import KEY, OBJECTS
from pipelines.gold.shared.contract import ACCOUNT, CURRENCY, count
from pipelines.gold.shared.movements import ENRICHED
from pipelines.gold.shared.payouts import REACH_DAYS
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.claims import CHARGES, LOOK_BACK_DAYS
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

PAYOUTS = payout_reconciliation.TABLE.name

OPEN_DAYS = 3
"""How old an object, or a movement, must be before one without a counterpart is called unmatched: as long as Stripe tries
to deliver an event."""

DAYS_APART: Mapping[str, int] = {"charge": 31, "refund": 10, "dispute": 120}
"""How many days after an object its first movement may be booked: payments are captured within 31 days of their
authorization, refunds wait for a balance, inquiries become chargebacks."""

RATE_TOLERANCE = 0.001
"""Share of an amount by which a converted one may differ, beside one minor unit: rates are told with six decimals."""

UNMATCHED = ("missing_transaction", "missing_object", "other_amount", "other_day", "payout_differs")
STATUSES = ("matched", *UNMATCHED, "open", "not_comparable")

TABLE = Table(
    name="gold.three_way_reconciliation",
    doc=(
        "One row per captured payment, refund and chargeback, and per object that only movements of the balance tell of. Objects that "
        "move no money, such as failed payments and inquiries, have none. An unmatched row leads to its records by object_id and "
        "balance_transaction_id."
    ),
    key=tuple(KEY),
    cluster_by="date",
    columns=(
        ACCOUNT,
        Column("object_type", "string", "charge, refund or dispute.", required=True, known=tuple(OBJECTS)),
        Column(
            "object_id",
            "string",
            "The object, ch_…, re_… or dp_…; the movement where it tells no source.",
            required=True,
        ),
        Column(
            "date",
            "date",
            "Day of the object, UTC; where it is not known, of its first movement.",
            required=True,
        ),
        CURRENCY,
        Column("is_object_known", "boolean", "The object is in silver.", required=True),
        Column(
            "expected_minor",
            "bigint",
            "What the object should have moved the balance by so far, in minor units; null where it is not known.",
        ),
        count("transactions_count", "Movements of the object."),
        Column(
            "booked_minor",
            "bigint",
            "What they moved the balance by, in minor units of the row's currency; null without a movement, or where one was converted at a rate that is not told.",
        ),
        Column("difference_minor", "bigint", "booked_minor - expected_minor."),
        Column("balance_transaction_id", "string", "The first of the movements, txn_…."),
        Column("booked_date", "date", "Day of it, UTC."),
        Column("payout_id", "string", "Automatic payout that pays it, po_…; null for none yet."),
        Column(
            "status",
            "string",
            f"matched, or: missing_transaction, the balance does not know the object; missing_object, only the balance knows it; both open up to an age of {OPEN_DAYS} days. "
            f"other_amount, of converted amounts by more than {RATE_TOLERANCE:.1%} and a minor unit. other_day, booked before the object or more than "
            f"{', '.join(f'{days} days ({kind})' for kind, days in DAYS_APART.items())} after it. payout_differs, a payout that pays a movement is not what it should be. "
            "not_comparable, from before the account's first payment in the ledger, or in silver, of an account that has none there, or converted at a rate that is not told.",
            required=True,
            known=STATUSES,
        ),
    ),
)

INPUTS = (*bookable.INPUTS, ENRICHED, PAYOUTS)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed objects, of those that changed movements and payouts are about, and of what has grown old."""
    moved = _moved_anew(changed[ENRICHED])
    told = (
        _keys(bookable.keys(changed)).unionByName(_keys(moved)).unionByName(_keys(_paid_anew(changed, now)))
    )
    days = days_of(told, "day")
    objects = {
        name: around(now[name], "created_date", days, before=LOOK_BACK_DAYS, after=1)
        for name in OBJECTS.values()
    }
    booked = around(now[ENRICHED], "date", days, before=LOOK_BACK_DAYS, after=LOOK_BACK_DAYS)
    about = [bookable.keys(objects), bookable.movements(booked).withColumn("day", F.col("date"))]
    touched = [
        rows.join(told.drop("day"), KEY, "left_semi").select(F.col("day").alias("date")) for rows in about
    ]
    touched += [bookable.changed_days(changed, now), moved.select("date"), *_grown_old(changed, now)]
    return united([*touched, *_covered_anew(changed, now)])


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    near = around(now[ENRICHED], "date", dates, before=LOOK_BACK_DAYS, after=LOOK_BACK_DAYS)
    moved = bookable.movements(near)
    known = bookable.objects(now, dates).withColumn("is_object_known", F.lit(True))
    listed = known.unionByName(_unknown(moved, now, dates).select(*known.columns))
    payouts = around(now[PAYOUTS], "date", dates, before=LOOK_BACK_DAYS, after=LOOK_BACK_DAYS + REACH_DAYS)
    rows = listed.join(_booked(moved, listed, payouts), KEY, "left")
    rows = rows.join(_booked_from(now[ENRICHED]), "account", "left")
    wanted = rows.join(_known_from(now[CHARGES]), "account", "left").fillna(0, ["transactions_count"])
    moving = wanted.filter("is_required or transactions_count > 0")
    today = datetime.fromtimestamp(clock.newest(now, OBJECTS.values()), UTC).date()
    return _judged(moving, F.datediff(F.lit(today), "date") > OPEN_DAYS).select(*TABLE.column_names)


def figures(lake: Lakehouse, rows: DataFrame) -> Figures:
    """How much larger the share of unmatched rows is in a batch than it was in the table."""
    return reconciled.figures(lake, TABLE.name, rows, UNMATCHED)


def _unknown(moved: DataFrame, now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """Objects that only movements tell of, each on the day of the first of these."""
    # A refund or a dispute may be moved again long after; a payment is not.
    recent = {**now, CHARGES: around(now[CHARGES], "created_date", dates, before=LOOK_BACK_DAYS, after=1)}
    alone = (
        on_dates(moved, "date", dates).select(*KEY).distinct().join(bookable.keys(recent), KEY, "left_anti")
    )
    first = moved.join(alone, KEY, "left_semi").groupBy(*KEY)
    told = first.agg(F.min("date").alias("date"), F.max("currency").alias("currency"))
    nothing = F.lit(None).cast("bigint")
    return on_dates(told, "date", dates).withColumns(
        {
            "expected_minor": nothing,
            "asked_minor": nothing,
            "is_required": F.lit(True),
            "is_object_known": F.lit(False),
        }
    )


def _booked(moved: DataFrame, listed: DataFrame, payouts: DataFrame) -> DataFrame:
    """What the movements of some objects come to, in the currency of the object."""
    of_object = listed.select(
        *KEY, F.col("currency").alias("object_currency"), F.col("date").alias("object_date")
    )
    in_time = within_days("object_date", "date", at_most=LOOK_BACK_DAYS)
    differing = payouts.filter("status = 'different'").select(
        "account", "payout_id", F.lit(True).alias("differs")
    )
    each = moved.join(of_object, KEY).filter(in_time).join(differing, ["account", "payout_id"], "left")
    rate = F.coalesce("exchange_rate", F.max("exchange_rate").over(Window.partitionBy(*KEY)))
    unit = F.pow(F.lit(10.0), _decimals("object_currency") - _decimals("currency")) / rate
    is_same = F.col("currency") == F.col("object_currency")
    amount = F.when(is_same, F.col("amount_minor")).otherwise(
        F.round(F.col("amount_minor") * unit).cast("bigint")
    )
    spare = F.ceil(F.abs("amount_minor") * unit * RATE_TOLERANCE + unit)
    converted = each.withColumns({"in_currency": amount, "spare": F.when(is_same, 0).otherwise(spare)})
    first = F.min(F.struct("created_at", "balance_transaction_id", "date", "payout_id"))
    sums = converted.groupBy(*KEY).agg(
        F.count(F.lit(1)).alias("transactions_count"),
        F.sum("in_currency").cast("bigint").alias("booked_minor"),
        count_if(F.col("in_currency").isNull()).alias("untold_count"),
        F.sum("spare").cast("bigint").alias("spare_minor"),
        (count_if(F.col("differs")) > 0).alias("payout_differs"),
        first.alias("first"),
    )
    return sums.select(
        *KEY, "transactions_count", "spare_minor", "payout_differs",
        F.when(F.col("untold_count") == 0, F.col("booked_minor")).alias("booked_minor"),
        F.col("first.balance_transaction_id").alias("balance_transaction_id"),
        F.col("first.date").alias("booked_date"),
        F.col("first.payout_id").alias("payout_id"),
    )  # fmt: skip


def _decimals(currency: str) -> Expression:
    """Decimal places of a currency's minor unit."""
    special = {places for places in exponents().values() if places != 2}
    found = F.lit(2)
    for places in sorted(special):
        found = F.when(
            F.col(currency).isin(*sorted(c for c, e in exponents().items() if e == places)), places
        ).otherwise(found)
    return found


def _judged(rows: DataFrame, is_old: Expression) -> DataFrame:
    expected = F.when(F.col("booked_minor") == F.col("asked_minor"), F.col("asked_minor")).otherwise(
        F.col("expected_minor")
    )
    difference = F.col("booked_minor") - expected
    at_most = reduce(
        lambda found, kind: F.when(F.col("object_type") == kind, DAYS_APART[kind]).otherwise(found),
        DAYS_APART,
        F.lit(0),
    )
    unbooked = F.col("transactions_count") == 0
    never = F.col("booked_from").isNull() | F.col("known_from").isNull()
    before = (unbooked & (F.col("date") < F.col("booked_from"))) | (
        ~F.col("is_object_known") & (F.col("date") < F.col("known_from"))
    )
    status = (
        F.when(never | before, "not_comparable")
        .when(unbooked & is_old, "missing_transaction")
        .when(~F.col("is_object_known") & is_old, "missing_object")
        .when(unbooked | ~F.col("is_object_known"), "open")
        .when(F.col("booked_minor").isNull(), "not_comparable")
        .when(F.abs(difference) > F.col("spare_minor"), "other_amount")
        .when(~F.datediff("booked_date", "date").between(-1, at_most), "other_day")
        .when(F.col("payout_differs"), "payout_differs")
        .otherwise("matched")
    )
    return rows.withColumns({"expected_minor": expected, "difference_minor": difference, "status": status})


def _keys(rows: DataFrame) -> DataFrame:
    return rows.select(*KEY, "day")


def _moved_anew(enriched: DataFrame) -> DataFrame:
    told = [
        "account",
        "balance_transaction_id",
        "date",
        "currency",
        "reporting_category",
        "source_id",
        "payout_id",
    ]
    moved = altered(enriched, [*told, "amount_minor", "exchange_rate", "created_at"])
    return bookable.movements(moved).withColumn("day", F.col("date"))


def _paid_anew(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Movements that are paid by payouts of which the status is another one."""
    payouts = altered(changed[PAYOUTS], ["account", "payout_id", "date", "status"])
    near = around(now[ENRICHED], "date", days_of(payouts, "date"), before=REACH_DAYS, after=1)
    paid = near.join(payouts, ["account", "payout_id"], "left_semi")
    return bookable.movements(paid).withColumn("day", F.col("date"))


def _grown_old(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> list[DataFrame]:
    """Days of what is old enough to be called unmatched because the data's clock has moved on."""
    tables = tuple(OBJECTS.values())
    before, after = (moment - OPEN_DAYS * clock.DAY for moment in clock.passed(changed, now, tables))
    days = [clock.days_between(now[name], "created_date", before, after) for name in tables]
    return [*days, clock.days_between(now[ENRICHED], "date", before, after)]


def _booked_from(movements: DataFrame) -> DataFrame:
    """The day of each account's first payment in the ledger: others' settlement files have payments, and no movements."""
    return (
        movements.filter("reporting_category = 'charge'")
        .groupBy("account")
        .agg(F.min("date").alias("booked_from"))
    )


def _known_from(charges: DataFrame) -> DataFrame:
    """The day of each account's first known payment: Stripe's reports have movements, and no payments."""
    return live(charges).groupBy("account").agg(F.min("created_date").alias("known_from"))


def _covered_anew(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> list[DataFrame]:
    """All days of accounts of which the first payment, in the ledger or known, is another one: so is what is compared."""
    moved = altered(changed[ENRICHED], ["account", "balance_transaction_id", "date", "reporting_category"])
    charged = altered(changed[CHARGES], ["account", "charge_id", "created_date", "livemode"])
    accounts = _moved_first(_booked_from(moved), _booked_from(now[ENRICHED])).unionByName(
        _moved_first(_known_from(charged), _known_from(now[CHARGES]))
    )
    days = {**dict.fromkeys(OBJECTS.values(), "created_date"), ENRICHED: "date"}
    return [
        now[name].join(accounts, "account", "left_semi").select(F.col(day).alias("date"))
        for name, day in days.items()
    ]


def _moved_first(changed: DataFrame, now: DataFrame) -> DataFrame:
    """Accounts of which the first day may be another one because of some changed rows."""
    [name] = [column for column in now.columns if column != "account"]
    both = changed.withColumnRenamed(name, "first").join(now, "account", "left")
    return both.filter(f"{name} is null or first <= {name}").select("account")


RECIPE = ByDay(TABLE, inputs=INPUTS, dates=dates, build=build, figures=figures)
