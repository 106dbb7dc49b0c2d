"""gold.network_monitoring_monthly: how near each account is to every line of the card networks' programmes."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.catalog import all_tables
from pipelines.frames.days import Dates, on_dates
from pipelines.frames.measures import altered, ratio
from pipelines.gold.shared import monitored
from pipelines.gold.shared.contract import ACCOUNT, amount, count, dimension
from pipelines.gold.shared.monitored import DAILY, IN_AMOUNTS
from pipelines.gold.shared.programmes import Programmes, card_networks, limits, region_of
from pipelines.gold.shared.recipe import ByDay
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

STATUSES = ("reached", "expected", "possible", "below", "not_applicable", "check_amount", "unknown_region")

_LINE = (
    Column("network", "string", "Whose programme it is.", required=True),
    Column("basis", "string", "What is counted, against what: see programmes.yaml.", required=True),
    Column("region", "string", "Visa's region of the account's country, or of Mastercard regulated or unregulated; null where the country is not known."),
    Column("limit_rate", "double", "Rate from which the level applies; null where the region is not known.", minimum=0),
    Column("limit_count", "bigint", "Lowest number of cases for the level; 0 where any will do.", minimum=0),
    Column("limit_usd_minor", "bigint", "Lowest amount of the cases, in cents of US dollars; null where any will do.", minimum=0),
)  # fmt: skip

_COUNTED = (
    Column("known_until", "date", "The month's last day that the data holds: of the newest month the newest day of any account, else the month's end.", required=True),
    Column("is_complete", "boolean", "The data holds the whole month.", required=True),
    count("cases_count", "Cases so far: warnings and chargebacks, chargebacks, or attempts that probe cards."),
    amount("cases_usd_minor", "Amount of those of them in US dollars; nothing is converted."),
    count("other_currency_cases_count", "Those of them in other currencies."),
    count("payments_count", "Payments or attempts that they are measured against, so far; those of the month before where the programme says so."),
    count("three_d_secure_count", "Those of the payments with 3D Secure, where the programme looks at it."),
    Column("unit", "string", "What the figures below are in: count, or usd_minor where the programme compares amounts.", required=True, known=("count", "usd_minor")),
    count("numerator", "Cases so far."),
    count("denominator", "Payments so far."),
    Column("case_rate", "double", "numerator / denominator; null without payments.", minimum=0),
)  # fmt: skip

_OUTLOOK = (
    count("projected_numerator", "Cases at the end of the month, if they go on at the pace so far."),
    count("projected_low", "Lower end of the interval in which they are with 90 %, if cases come independently of each other."),
    Column("projected_high", "bigint", "Upper end of it; null where amounts are compared and there is no case yet.", minimum=0),
    count("projected_denominator", "Payments at the end of the month, at the pace so far."),
    Column("projected_rate", "double", "projected_numerator / projected_denominator; null without payments.", minimum=0),
    Column("line", "bigint", "Numerator from which the level applies, with these payments; null where the region is not known.", minimum=0),
    Column("headroom", "bigint", "line - numerator: how much more the account can take; 0 or less where the line is crossed."),
    Column("status", "string", "reached: the line is crossed, even if no case comes any more; expected: it will be at the pace so far; possible: it lies within the interval; below; not_applicable: too few payments, or enough 3D Secure; check_amount: too little in US dollars, and cases in other currencies are not counted; unknown_region.", required=True, known=STATUSES),
    Column("crossed_on", "date", "Day on which the line was crossed, or at the pace so far will be; null where it was not and will not be."),
)  # fmt: skip

TABLE = Table(
    name="gold.network_monitoring_monthly",
    doc=(
        "One row per account, calendar month and level of a card network's monitoring programme that was in force, of "
        "months with payments or cases of it. Counts are over all currencies. Case rate: sum of numerator / sum of "
        "denominator, of one level. An acquirer's line is about all its merchants: it says what the account brings."
    ),
    key=("account", "date", "programme", "level", "applies_to"),
    columns=(
        ACCOUNT,
        Column("date", "date", "First day of the month, UTC.", required=True),
        dimension("programme", "The programme, such as VAMP."),
        dimension("level", "Its level, such as excessive."),
        dimension("applies_to", "Who is measured: merchant or acquirer."),
        *_LINE,
        *_COUNTED,
        *_OUTLOOK,
    ),
)

ACCOUNTS = "silver.accounts"
Z = 1.645
"""Standard deviations on both sides of the mean that 90 % lie within."""

_MONTH = ["account", "month", "basis"]
_LEVEL = ["account", "month", "programme", "level", "applies_to"]


@dataclass(frozen=True)
class Place:
    """What the rows depend on besides the inputs: the thresholds, and where accounts are that nobody tells of."""

    programmes: Programmes
    country: str | None = None

    @property
    def digest(self) -> str:
        """Of both."""
        return hashlib.sha256(f"{self.programmes.model_dump_json()} {self.country}".encode()).hexdigest()[:16]


def place(lake: Lakehouse) -> Place:
    """That of a lakehouse."""
    return Place(card_networks(), lake.settings.country)


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Months (first days) with days that are counted otherwise now, those after, and those that were or are the newest.

    The newest day of all tells which month is not complete. Before the change it was one that has not changed since, or
    one that has.
    """
    told = {
        name: altered(
            changed[name], list(dict.fromkeys([*all_tables()[name].key, "currency", "date", *columns]))
        )
        for name, columns in monitored.COUNTED.items()
    }
    moved = (
        altered(changed[ACCOUNTS], ["account_id", "country"])
        .select(F.col("account_id").alias("account"))
        .distinct()
    )
    days = {row[0] for rows in told.values() for row in rows.select("date").distinct().collect()}
    all_days = {row[0] for name in told for row in now[name].select("date").distinct().collect()}
    of_moved = {
        row[0]
        for name in told
        for row in now[name].join(moved, "account").select("date").distinct().collect()
    }
    months = {month for day in days | of_moved for month in (_first(day), _after(day))}
    if days and all_days:
        months |= _between(max(all_days - days, default=min(all_days)), max(all_days))
    spark = changed[ACCOUNTS].sparkSession
    return spark.createDataFrame([(month,) for month in sorted(months)], "date date")


def build(now: Mapping[str, DataFrame], dates: Dates, at: Place | None = None) -> DataFrame:
    """The rows of some months (ISO dates of their first days)."""
    at = at or Place(card_networks())
    newest = max((row[0] for row in _newest(now).collect() if row[0]), default=date.min)
    days = None if dates is None else [day.isoformat() for month in dates for day in _days(month)]
    near = {name: on_dates(now[name], "date", days) for name in monitored.COUNTED}
    cases = on_dates(
        monitored.cases(near).withColumn("month", F.to_date(F.trunc("date", "month"))), "month", dates
    )
    measured = _measured(cases, on_dates(monitored.payments(near), "month", dates), newest)
    placed = _placed(measured, now[ACCOUNTS], at)
    lines = placed.join(limits(placed.sparkSession, at.programmes), ["basis", "place"]).filter(
        F.col("month").between(F.col("valid_from"), F.col("valid_to"))
    )
    told = _with_line(lines)
    return _with_status(told, _crossed(told, cases)).select(*TABLE.column_names)


def _first(day: date) -> date:
    return day.replace(day=1)


def _after(day: date) -> date:
    return _first(_first(day) + timedelta(days=31))


def _between(first: date, last: date) -> set[date]:
    months = {_first(first)}
    while max(months) < _first(last):
        months.add(_after(max(months)))
    return months


def _days(month: str) -> list[date]:
    """The days of a month and of the one before."""
    first = date.fromisoformat(month)
    before = _first(first - timedelta(days=1))
    return [before + timedelta(days=n) for n in range((_after(first) - before).days)]


def _newest(now: Mapping[str, DataFrame]) -> DataFrame:
    return now[DAILY].agg(F.max("date")).unionByName(now[monitored.ATTEMPTS].agg(F.max("date")))


def _measured(cases: DataFrame, payments: DataFrame, newest: date) -> DataFrame:
    """Cases and payments by account, month and basis, with how many of the month's days are known."""
    counted = ("cases_count", "cases_usd_minor", "other_currency_cases_count")
    added = cases.groupBy(*_MONTH).agg(*(F.sum(name).alias(name) for name in counted))
    both = added.join(payments, _MONTH, "full").filter(F.col("month") <= F.lit(newest))
    known = F.least(F.last_day("month"), F.lit(newest))
    in_amounts = F.col("basis").isin(*IN_AMOUNTS)
    return (
        both.fillna(0)
        .withColumns(
            {
                "known_until": known,
                "is_complete": known == F.last_day("month"),
                "days_known": F.dayofmonth(known).cast("bigint"),
                "days": F.dayofmonth(F.last_day("month")).cast("bigint"),
                "unit": F.when(in_amounts, "usd_minor").otherwise("count"),
                "numerator": F.when(in_amounts, F.col("cases_usd_minor")).otherwise(F.col("cases_count")),
                "denominator": F.when(in_amounts, F.col("payments_usd_minor")).otherwise(
                    F.col("payments_count")
                ),
            }
        )
        .filter("cases_count > 0 or payments_count > 0")
    )


def _placed(measured: DataFrame, accounts: DataFrame, at: Place) -> DataFrame:
    """With the regions whose thresholds are about a row, one row each: everywhere, and where the account is."""
    countries = accounts.filter("country is not null").select(F.col("account_id").alias("account"), "country")
    found = measured.join(
        countries.groupBy("account").agg(F.max("country").alias("country")), ["account"], "left"
    )
    region = region_of(F.coalesce("country", F.lit(at.country).cast("string")), at.programmes)
    told = found.withColumn("region", region)
    return told.withColumn("place", F.explode(F.array(F.lit("all"), F.coalesce("region", F.lit("unknown")))))


def _with_line(lines: DataFrame) -> DataFrame:
    """With the month's end at the pace so far, and the numerator from which the level applies then."""
    so_far, left = F.col("days_known"), F.col("days") - F.col("days_known")
    is_before = F.col("basis").isin(*monitored.MONTH_BEFORE)
    ended = F.when(is_before, F.col("denominator")).otherwise(
        _whole(F.col("denominator") * F.col("days"), so_far)
    )
    rest = (F.col("cases_count") + F.lit(0.5)) * left / so_far
    spread = F.lit(Z) * F.sqrt(rest * F.col("days") / so_far)
    each = F.when(F.col("unit") == "count", F.lit(1.0)).otherwise(
        F.when(F.col("cases_count") > 0, F.col("numerator") / F.col("cases_count"))
    )
    least = F.col("numerator") + F.floor(
        F.greatest(F.floor(rest - spread), F.lit(0)) * F.coalesce(each, F.lit(0.0))
    )
    most = F.col("numerator") + F.ceil(F.ceil(rest + spread) * each)
    projected = lines.withColumns(
        {
            "projected_numerator": _whole(2 * F.col("numerator") * F.col("days") + so_far, 2 * so_far),
            "projected_low": least.cast("bigint"),
            "projected_high": F.when(left == 0, F.col("numerator")).otherwise(most).cast("bigint"),
            "projected_denominator": ended.cast("bigint"),
        }
    )
    return projected.withColumn("line", _line()).withColumns(
        {
            "case_rate": ratio("numerator", "denominator"),
            "projected_rate": ratio("projected_numerator", "projected_denominator"),
            "headroom": F.col("line") - F.col("numerator"),
        }
    )


def _line() -> Expression:
    """In whole numbers, so that a rate right on the limit counts, or does not where it has to be exceeded."""
    share = F.col("projected_denominator") * F.col("limit_bps")
    by_rate = F.when(F.col("must_exceed"), _whole(share, F.lit(10_000)) + 1).otherwise(
        _whole(share + 9_999, F.lit(10_000))
    )
    by_amount = F.when(F.col("unit") == "usd_minor", F.col("limit_usd_minor")).otherwise(0)
    fewest = F.greatest(F.col("limit_count"), F.coalesce(by_amount, F.lit(0)), F.lit(1))
    return F.when(F.col("limit_bps").isNotNull(), F.greatest(by_rate, fewest)).cast("bigint")


def _whole(part: Expression, by: Expression) -> Expression:
    """A quotient of whole numbers without its fraction."""
    return ((part - part % by) / by).cast("bigint")


def _enough(usd_minor: Expression) -> Expression:
    """Whether an amount is that which a level asks for besides a number of cases."""
    asked = F.when(F.col("unit") == "count", F.col("limit_usd_minor"))
    return F.coalesce(
        F.when(F.col("must_exceed"), usd_minor > asked).otherwise(usd_minor >= asked), F.lit(True)
    )


def _crossed(told: DataFrame, cases: DataFrame) -> DataFrame:
    """The first day on which the cases so far reached the line."""
    until = Window.partitionBy(*_MONTH).orderBy("date")
    running = cases.select(
        *_MONTH,
        "date",
        F.sum("cases_count").over(until).alias("running_count"),
        F.sum("cases_usd_minor").over(until).alias("running_usd_minor"),
    )
    by_day = told.join(running, _MONTH)
    reached = F.when(F.col("unit") == "count", F.col("running_count")).otherwise(F.col("running_usd_minor"))
    crossed = by_day.filter((reached >= F.col("line")) & _enough(F.col("running_usd_minor")))
    return crossed.groupBy(*_LEVEL).agg(F.min(F.col("date")).alias("first_day"))


def _with_status(told: DataFrame, crossed: DataFrame) -> DataFrame:
    found = told.join(crossed, _LEVEL, "left")
    too_few = (F.col("projected_denominator") < F.col("limit_payments")) & (F.col("unit") == "count")
    secured = F.col("three_d_secure_count") * 10_000 > F.col("payments_count") * F.col("limit_secured_bps")
    coming = _whole(F.col("cases_usd_minor") * F.col("days"), F.col("days_known"))
    numbers = {"reached": "numerator", "expected": "projected_numerator", "possible": "projected_high"}
    state = F.when(F.col("line").isNull(), "unknown_region").when(
        F.coalesce(too_few | secured, F.lit(False)), "not_applicable"
    )
    for status, number in numbers.items():
        amount_so_far = F.col("cases_usd_minor") if status == "reached" else coming
        state = state.when((F.col(number) >= F.col("line")) & _enough(amount_so_far), status)
    lacks = (
        (F.col("projected_high") >= F.col("line"))
        & ~_enough(coming)
        & (F.col("other_currency_cases_count") > 0)
    )
    named = found.withColumn("status", state.when(lacks, "check_amount").otherwise("below"))
    return named.withColumns({"date": F.col("month"), "crossed_on": _crossed_on()})


def _crossed_on() -> Expression:
    """Of what is expected, at the pace so far, and not after the month's end."""
    at_most = F.datediff(F.last_day("month"), "known_until")
    away = F.ceil(F.col("headroom") * F.col("days_known") / F.col("numerator"))
    will = F.date_add("known_until", F.greatest(F.least(away, at_most), F.lit(1)).cast("int"))
    return F.when(F.col("status") == "reached", F.col("first_day")).when(F.col("status") == "expected", will)


RECIPE = ByDay(
    TABLE,
    inputs=(*monitored.COUNTED, ACCOUNTS),
    dates=dates,
    build=build,
    context=place,
)
