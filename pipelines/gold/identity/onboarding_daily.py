"""gold.onboarding_daily: how far the accounts that came on a day have come since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.measures import count_if, live, total
from pipelines.gold.shared.contract import count, dimension
from pipelines.gold.shared.recipe import Whole
from pipelines.payments.charges import UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = Table(
    name="gold.onboarding_daily",
    doc=(
        "One row per day and kind of account, of all accounts that are known, each once whoever told of it, by what is "
        "known of them now. Enabled rate: sum of enabled_count / sum of accounts_count."
    ),
    key=("date", "country", "account_type", "business_type"),
    columns=(
        Column(
            "date",
            "date",
            "Day on which the accounts were created, UTC; where nobody says, on which they were first told of.",
            required=True,
        ),
        dimension(
            "country", "ISO 3166 code of the business's country; unknown where the source does not say."
        ),
        dimension(
            "account_type", "standard, express, custom or none; unknown where the source does not say."
        ),
        dimension("business_type", "Legal form of the business; unknown where the source does not say."),
        count("accounts_count", "Accounts that came on the day."),
        count("deleted_count", "Those of them that were deleted since; they count in nothing below."),
        count("details_submitted_count", "Accounts that have told all that was asked at sign-up."),
        count("charges_enabled_count", "Accounts that may take payments."),
        count("payouts_enabled_count", "Accounts that may be paid out."),
        count("enabled_count", "Accounts that may do both."),
        count("requirements_due_count", "Accounts of which something is asked for now."),
        count("requirements_past_due_count", "Accounts of which something is overdue."),
        count("restricted_count", "Accounts with a reason for which they are restricted."),
        count("card_payments_active_count", "Accounts that may take card payments."),
        count("card_payments_pending_count", "Accounts of which that is being decided."),
        count("transfers_active_count", "Accounts that money may be transferred to."),
        count(
            "timed_count",
            "Accounts of which it is known when they were enabled: events tell that they were not, and then that they "
            "were. Those deleted since count as well.",
        ),
        count("enabled_seconds", "Seconds from their creation until then, added up."),
    ),
)

HISTORY = "silver.account_history"

_ID = "account_id"


def build(now: Mapping[str, DataFrame]) -> DataFrame:
    """All rows."""
    versions = live(now[HISTORY])
    accounts = _newest(versions).join(_came(versions), _ID).join(_enabled(versions), _ID, "left")
    kinds = {name: F.coalesce(name, F.lit(UNKNOWN)) for name in TABLE.key if name != "date"}
    since = F.unix_seconds("enabled_at") - F.unix_seconds("created_at")
    facts = {
        "is_gone": F.coalesce("is_deleted", F.lit(False)),
        "seconds": F.when(since.isNotNull(), F.greatest(since, F.lit(0))),
    }
    return accounts.withColumns({**kinds, **facts}).groupBy(*TABLE.key).agg(*_figures()).select(
        *TABLE.column_names
    )  # fmt: skip


def _newest(versions: DataFrame) -> DataFrame:
    """The newest version of each account, whoever told of it: the platform, or the account itself."""
    newest_first = Window.partitionBy(_ID).orderBy(
        F.col("version").desc(), F.col("known_at").desc(), F.col("account").desc()
    )
    return versions.withColumn("place", F.row_number().over(newest_first)).filter("place = 1")


def _came(versions: DataFrame) -> DataFrame:
    """The day on which each account came; a version that does not say when it came to be begins in 1970."""
    told = F.when(F.year("valid_from") > 1970, F.to_date("valid_from"))
    day = F.coalesce(F.min("created_date"), F.min(told), F.min(F.to_date("known_at")))
    return versions.groupBy(_ID).agg(day.alias("date"))


def _enabled(versions: DataFrame) -> DataFrame:
    """When events first say that an account is enabled which by an earlier one was not.

    What came without an event says how the account is, and not since when.
    """
    events = versions.filter("event_type is not null").withColumn("is_enabled", _is_enabled())
    by_time = events.groupBy(_ID).agg(
        F.min(F.when(F.col("is_enabled"), F.struct("valid_from", "version"))).alias("first"),
        F.min(F.when(~F.col("is_enabled"), F.struct("valid_from", "version"))).alias("before"),
    )
    return by_time.filter("before < first").select(_ID, F.col("first.valid_from").alias("enabled_at"))


def _is_enabled() -> Expression:
    return F.coalesce(F.col("is_charges_enabled") & F.col("is_payouts_enabled"), F.lit(False))


def _figures() -> list[Expression]:
    there, timed = ~F.col("is_gone"), F.col("seconds").isNotNull()
    counted = {
        "details_submitted": F.col("is_details_submitted"),
        "charges_enabled": F.col("is_charges_enabled"),
        "payouts_enabled": F.col("is_payouts_enabled"),
        "enabled": _is_enabled(),
        "requirements_due": _asked_for("requirements_currently_due"),
        "requirements_past_due": _asked_for("requirements_past_due"),
        "restricted": F.col("disabled_reason").isNotNull(),
        "card_payments_active": F.col("card_payments_capability") == "active",
        "card_payments_pending": F.col("card_payments_capability") == "pending",
        "transfers_active": F.col("transfers_capability") == "active",
    }
    return [
        F.count(F.lit(1)).alias("accounts_count"),
        count_if(F.col("is_gone")).alias("deleted_count"),
        *(count_if(there & condition).alias(f"{name}_count") for name, condition in counted.items()),
        count_if(timed).alias("timed_count"),
        total("seconds").alias("enabled_seconds"),
    ]


def _asked_for(column: str) -> Expression:
    """Whether a list that is kept as text has something in it."""
    return F.col(column).isNotNull() & ~F.col(column).isin("", "[]", "null")


RECIPE = Whole(TABLE, inputs=(HISTORY,), build=build)
