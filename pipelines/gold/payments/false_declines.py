"""gold.false_declines: what was declined and paid soon after, by the same card or otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import count_if, live, sum_if, total
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.attempts import decline_reason, declined
from pipelines.payments.charges import by_card, network
from pipelines.payments.maturity import PAID_AGAIN

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = gold_table(
    name="gold.false_declines",
    doc=(
        "One row per account, currency, day and kind of declined purchase: card attempts declined for one payment, or "
        "for one customer and amount, with less than 14 days between them, counted once, by the first. False: it was "
        "paid within 14 days of that, as the same payment or by the same customer with the same amount. False decline "
        "rate: sum of false_count / sum of judged_count. Whether a payment was fraud is not looked at."
    ),
    day="Day of the first decline, UTC.",
    dimensions=(
        dimension("network", "Card network of the first decline; unknown where the source does not say."),
        dimension("decline_reason", "Why it was declined first; unknown where nobody said."),
        dimension(
            "paid_by",
            "What paid for it first: same_card, other_card, unknown_card where a card is not told, other_method; "
            "not_paid; unknown_customer where it was not paid as the same payment and nobody knows who wanted to buy.",
        ),
    ),
    columns=(
        count("declines_count", "Declined purchases."),
        amount("declines_minor", "Amount of their first attempts."),
        count("judged_count", "Those of them of which it is known whether they were paid."),
        amount("judged_minor", "Amount of them."),
        count("false_count", "Those of them that were paid."),
        amount("false_minor", "Amount of them, as it was declined first."),
        count("waited_seconds", "Seconds from the first decline until it was paid, added up."),
    ),
)

CHARGES = "silver.charges"

_SECONDS = PAID_AGAIN.seconds
_NEARBY = PAID_AGAIN.days + 1
_SAME_PAYMENT = ["account", "currency", "payment_id"]
_SAME_BUYER = ["account", "currency", "customer_id", "amount_minor"]


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed charges, and of the declines of the same purchases near them."""
    charges = _charges(changed[CHARGES])
    all_declines = _charges(now[CHARGES]).filter("is_declined")
    near = around(
        all_declines, "created_date", days_of(charges, "created_date"), before=_NEARBY, after=_NEARBY
    )
    linked = _pairs(near, charges).filter(F.abs(F.datediff("created_date", "other_date")) <= _NEARBY)
    return charges.select("created_date").unionByName(linked.select("created_date")).toDF("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    near = _charges(around(now[CHARGES], "created_date", dates, before=_NEARBY, after=_NEARBY))
    firsts = on_dates(_first_declines(near), "created_date", dates)
    found = firsts.join(_paid(firsts, near), ["account", "charge_id"], "left")
    kinds = {"date": F.col("created_date"), "paid_by": _paid_by()}
    return found.withColumns(kinds).groupBy(*TABLE.key).agg(*_figures()).select(*TABLE.column_names)


def _charges(charges: DataFrame) -> DataFrame:
    """Live charges by any method, with what is asked about each."""
    return live(charges).select(
        "account",
        "currency",
        "charge_id",
        "customer_id",
        "amount_minor",
        "created_date",
        "card_fingerprint",
        "is_authorized",
        "payment_method_type",
        F.coalesce("payment_intent_id", "invoice_id", "charge_id").alias("payment_id"),
        F.unix_timestamp("created_at").alias("second"),
        by_card().alias("is_card"),
        (by_card() & declined()).alias("is_declined"),
        decline_reason().alias("decline_reason"),
        network().alias("network"),
    )


def _first_declines(charges: DataFrame) -> DataFrame:
    """Declines before which, for the time of a purchase, nothing was declined for the same one."""
    in_order = ("second", "charge_id")
    of_payment = Window.partitionBy(*_SAME_PAYMENT).orderBy(*in_order)
    # Who is not known is nobody else: each such charge stands alone.
    buyer = F.coalesce("customer_id", "charge_id")
    of_buyer = Window.partitionBy("account", "currency", buyer, "amount_minor").orderBy(*in_order)
    last = F.greatest(F.lag("second").over(of_payment), F.lag("second").over(of_buyer))
    told = charges.filter("is_declined").withColumn("last_second", last)
    return told.filter(F.col("last_second").isNull() | (F.col("second") - F.col("last_second") > _SECONDS))


def _pairs(declines: DataFrame, others: DataFrame) -> DataFrame:
    """Declines with each charge for the same purchase, whenever that was made."""
    kept = ["account", "charge_id", "created_date", "second"]
    told = {
        name: F.col(name).alias(f"other_{new}")
        for name, new in {
            "charge_id": "id",
            "created_date": "date",
            "second": "second",
            "card_fingerprint": "card",
            "is_card": "is_card",
            "payment_method_type": "method",
        }.items()
    }
    found = [
        declines.select(*dict.fromkeys([*kept, *keys])).join(others.select(*keys, *told.values()), keys)
        for keys in (_SAME_PAYMENT, _SAME_BUYER)
    ]
    wanted = [*kept, *(f"other_{name}" for name in ("id", "date", "second", "card", "is_card", "method"))]
    return found[0].select(*wanted).unionByName(found[1].select(*wanted))


def _paid(firsts: DataFrame, charges: DataFrame) -> DataFrame:
    """What paid for declined purchases first, where something did."""
    later = (F.col("other_second") > F.col("second")) | (
        (F.col("other_second") == F.col("second")) & (F.col("other_id") > F.col("charge_id"))
    )
    in_time = later & (F.col("other_second") - F.col("second") <= _SECONDS)
    pairs = _pairs(firsts, charges.filter("is_authorized")).filter(in_time)
    by_time = Window.partitionBy("account", "charge_id").orderBy("other_second", "other_id")
    earliest = pairs.withColumn("place", F.row_number().over(by_time)).filter("place = 1")
    wait = (F.col("other_second") - F.col("second")).alias("wait")
    return earliest.select("account", "charge_id", wait, "other_card", "other_is_card", "other_method")


def _paid_by() -> Expression:
    same = F.col("card_fingerprint") == F.col("other_card")
    return (
        F.when(
            F.col("wait").isNull(),
            F.when(F.col("customer_id").isNull(), "unknown_customer").otherwise("not_paid"),
        )
        .when(F.col("other_method").isNull(), "unknown_card")
        .when(~F.col("other_is_card"), "other_method")
        .when(same, "same_card")
        .when(~same, "other_card")
        .otherwise("unknown_card")
    )


def _figures() -> list[Expression]:
    judged, paid = F.col("paid_by") != "unknown_customer", F.col("wait").isNotNull()
    return [
        F.count(F.lit(1)).alias("declines_count"),
        total("amount_minor").alias("declines_minor"),
        count_if(judged).alias("judged_count"),
        sum_if(judged, "amount_minor").alias("judged_minor"),
        count_if(paid).alias("false_count"),
        sum_if(paid, "amount_minor").alias("false_minor"),
        total("wait").alias("waited_seconds"),
    ]


RECIPE = ByDay(TABLE, inputs=(CHARGES,), dates=dates, build=build)
