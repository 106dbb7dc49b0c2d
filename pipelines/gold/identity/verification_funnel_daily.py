"""gold.verification_funnel_daily: who began to prove who they are, who came through, and what kept the others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import count_if, live, sum_if, total
from pipelines.gold.shared.contract import ACCOUNT, count, dimension
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import NONE, UNKNOWN
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

TABLE = Table(
    name="gold.verification_funnel_daily",
    doc=(
        "One row per account, day and kind of verification session, by what is known of each session now. "
        "Verification rate: sum of verified_count / sum of submitted_count. Document and country are those of the "
        "latest report."
    ),
    key=("account", "date", "type", "document_type", "document_country", "failure_reason"),
    columns=(
        ACCOUNT,
        Column("date", "date", "Day on which the sessions were begun, UTC.", required=True),
        dimension("type", "What is checked: document, id_number, verification_flow; unknown where nobody says."),
        dimension("document_type", "Kind of the document, such as passport; none where no report has one."),
        dimension("document_country", "ISO 3166 code of who issued it; none where no report has one."),
        dimension("failure_reason", "Why the latest try failed, such as document_expired; none where it did not."),
        count("started_count", "Sessions begun: the sum of the six outcomes below."),
        count("verified_count", "Sessions whose person was verified, also where it was redacted since."),
        count("failed_count", "Sessions whose latest try failed, and that may be tried again."),
        count("processing_count", "Sessions that are being looked at."),
        count("canceled_count", "Sessions that were canceled."),
        count("redacted_count", "Sessions that were redacted, and of which no report says what they came to."),
        count("waiting_count", "Sessions in which nothing was tried yet."),
        count("submitted_count", "Sessions in which something was handed in, whatever came of it."),
        count("tries_count", "Reports of the sessions: each is of one try."),
        count("repeated_count", "Sessions with two reports or more."),
        count("first_try_verified_count", "Verified sessions with one report."),
        count("selfie_checked_count", "Sessions of which a report looks at the face."),
        count("selfie_failed_count", "Those of them of which a report could not verify it."),
        count("selfie_manipulated_count", "Sessions of which a try was found to have a manipulated picture."),
        count("country_compared_count", "Sessions of which the document's and the customer's country are known."),
        count("country_mismatch_count", "Those of them in which these are two countries."),
        count("timed_count", "Verified sessions with a report, which says when."),
        count("verified_seconds", "Seconds from their beginning to their latest report, added up."),
    ),
)  # fmt: skip

SESSIONS = "silver.verification_sessions"
REPORTS = "silver.verification_reports"
CUSTOMERS = "silver.customers"

LIFE_DAYS = 180
"""How long after its session began a report counts. It bounds how much is read for one day."""

BEFORE_ANYTHING = (
    "abandoned", "consent_declined", "country_not_supported", "device_not_supported", "email_verification_declined",
    "phone_verification_declined", "under_supported_age",
)  # fmt: skip
"""Reasons for which a try ended before anything was handed in."""

MANIPULATED = "selfie_manipulated"
_SESSION = ["account", "verification_session_id"]
_ERRORS = ("document_error_code", "selfie_error_code", "id_number_error_code")


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of changed sessions, and of those that changed reports and customers are about."""
    reports = live(changed[REPORTS])
    days = days_of(reports, "created_date")
    begun = around(live(now[SESSIONS]), "created_date", days, before=LIFE_DAYS, after=1)
    who = changed[CUSTOMERS].select("account", "customer_id")
    found = (
        live(changed[SESSIONS]),
        begun.join(reports.select(*_SESSION), _SESSION, "left_semi"),
        live(now[SESSIONS]).join(who, ["account", "customer_id"], "left_semi"),
    )
    return reduce(
        lambda one, other: one.unionByName(other), (rows.select("created_date") for rows in found)
    ).toDF("date")


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    begun = live(on_dates(now[SESSIONS], "created_date", dates)).withColumn("date", F.col("created_date"))
    reports = around(live(now[REPORTS]), "created_date", dates, before=1, after=LIFE_DAYS)
    at_home = now[CUSTOMERS].select("account", "customer_id", F.col("address_country").alias("home"))
    told = begun.join(_tries(reports, begun), _SESSION, "left").join(
        at_home, ["account", "customer_id"], "left"
    )
    counted = told.fillna(0, ["tries"]).fillna(False, ["is_verified_by_report"])
    kinds = counted.withColumns({"type": F.coalesce("type", F.lit(UNKNOWN)), "failure_reason": _failure()})
    judged = kinds.withColumn("outcome", _outcome()).withColumns(_facts())
    return judged.groupBy(*TABLE.key).agg(*_figures()).select(*TABLE.column_names)


def _tries(reports: DataFrame, begun: DataFrame) -> DataFrame:
    """Sessions with what their reports say, and the latest of these by itself."""
    of = begun.select(*_SESSION, F.col("created_date").alias("begun_date"))
    own = reports.join(of, _SESSION).filter(F.datediff("created_date", "begun_date").between(-1, LIFE_DAYS))
    said = own.withColumns(
        {
            "report_failure": F.coalesce(*_ERRORS),
            "is_verified_by_report": F.col("is_verified"),
            "reported_at": F.col("created_at"),
            "place": F.row_number().over(
                Window.partitionBy(*_SESSION).orderBy(
                    F.col("created_at").desc(), F.col("verification_report_id").desc()
                )
            ),
        }
    )
    last = said.filter("place = 1").select(
        *_SESSION, "document_type", "document_country", "report_failure", "is_verified_by_report", "reported_at"
    )  # fmt: skip
    all_of_them = said.groupBy(*_SESSION).agg(
        F.count(F.lit(1)).alias("tries"),
        count_if(F.col("selfie_status").isNotNull()).alias("selfies"),
        count_if(_is("selfie_status", "unverified")).alias("failed_selfies"),
        count_if(_is("selfie_error_code", MANIPULATED)).alias("manipulated_selfies"),
    )
    return all_of_them.join(last, _SESSION)


def _is(column: str, value: str) -> Expression:
    return F.coalesce(F.col(column) == value, F.lit(False))


def _failure() -> Expression:
    """Why the latest try failed; of a session that was redacted or verified the report alone says it."""
    done = F.coalesce(F.col("status").isin("verified", "redacted"), F.lit(False))
    told = F.when(~done, F.col("last_error_code"))
    of_report = F.when(~_is("status", "verified"), F.col("report_failure"))
    return F.coalesce(told, of_report, F.lit(NONE))


def _outcome() -> Expression:
    status = F.coalesce("status", F.lit(UNKNOWN))
    return (
        F.when((status == "verified") | ((status == "redacted") & F.col("is_verified_by_report")), "verified")
        .when(status.isin("redacted", "canceled", "processing"), status)
        .when(F.col("failure_reason") != NONE, "failed")
        .otherwise("waiting")
    )


def _facts() -> dict[str, Expression]:
    handed_in = ~F.col("failure_reason").isin(NONE, *BEFORE_ANYTHING)
    country = F.col("document_country")
    return {
        "is_submitted": (F.col("tries") > 0) | F.col("outcome").isin("verified", "processing") | handed_in,
        "is_compared": country.isNotNull() & F.col("home").isNotNull(),
        "is_elsewhere": F.coalesce(country != F.col("home"), F.lit(False)),
        "document_country": F.coalesce(country, F.lit(NONE)),
        "document_type": F.coalesce("document_type", F.lit(NONE)),
        "seconds": F.greatest(F.unix_seconds("reported_at") - F.unix_seconds("created_at"), F.lit(0)),
    }


def _figures() -> list[Expression]:
    verified = F.col("outcome") == "verified"
    timed = verified & F.col("reported_at").isNotNull()
    outcomes = ("verified", "failed", "processing", "canceled", "redacted", "waiting")
    manipulated = (F.col("manipulated_selfies") > 0) | _is("last_error_code", MANIPULATED)
    return [
        F.count(F.lit(1)).alias("started_count"),
        *(count_if(F.col("outcome") == name).alias(f"{name}_count") for name in outcomes),
        count_if(F.col("is_submitted")).alias("submitted_count"),
        total("tries").alias("tries_count"),
        count_if(F.col("tries") > 1).alias("repeated_count"),
        count_if(verified & (F.col("tries") == 1)).alias("first_try_verified_count"),
        count_if(F.col("selfies") > 0).alias("selfie_checked_count"),
        count_if(F.col("failed_selfies") > 0).alias("selfie_failed_count"),
        count_if(manipulated).alias("selfie_manipulated_count"),
        count_if(F.col("is_compared")).alias("country_compared_count"),
        count_if(F.col("is_elsewhere")).alias("country_mismatch_count"),
        count_if(timed).alias("timed_count"),
        sum_if(timed, "seconds").alias("verified_seconds"),
    ]


RECIPE = ByDay(TABLE, inputs=(SESSIONS, REPORTS, CUSTOMERS), dates=dates, build=build)
