"""Card attempts: what came of each, why issuers decline, what to do then, and which are attempts of one payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames.days import around, days_of
from pipelines.frames.measures import live
from pipelines.payments.charges import NONE, UNKNOWN, by_card

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

RETRY_DAYS = 60
"""How long after an attempt another one of its payment counts as a retry of it.

Dunning of a subscription ends within two months; the bound keeps one day's figures from reading all history.
"""

NEARBY = RETRY_DAYS + 1
"""Days around a day on which attempts may be that its own are retries of, or that are retries of its own."""

PAYMENT = ["account", "payment_id"]

OUTCOMES = ("authorized", "issuer_declined", "blocked", "undecided")

LATER, CORRECTED, NEVER = "try_again_later", "confirm_card_data", "do_not_try_again"
RECOVERABLE = (LATER, CORRECTED)
_ADVICE = {"01": CORRECTED, "02": LATER, "03": NEVER, "21": NEVER, "99": NEVER} | {
    str(code): LATER for code in range(24, 31)
}
"""What networks advise by two digits; 24 to 30 name the time after which to try again. Others say nothing of it."""


def cards(charges: DataFrame, *of: str) -> DataFrame:
    """Live card charges with what they are attempts of (``payment_id``): the first of some ids, else themselves."""
    return live(charges).filter(by_card()).select("*", F.coalesce(*of, "charge_id").alias("payment_id"))


def relatives(attempts: DataFrame, among: DataFrame) -> DataFrame:
    """Days (``created_date``) of the attempts that are retries of some, or that these are retries of."""
    near = around(among, "created_date", days_of(attempts, "created_date"), before=NEARBY, after=NEARBY)
    others = attempts.select(*PAYMENT, F.col("created_date").alias("other_date"))
    apart = F.abs(F.datediff("created_date", "other_date"))
    related = near.select(*PAYMENT, "created_date").join(others, PAYMENT).filter(apart <= NEARBY)
    return related.select("created_date")


def outcome() -> Column:
    """What came of an attempt, one of ``OUTCOMES``."""
    return (
        F.when(F.col("is_authorized"), "authorized")
        .when(F.col("is_issuer_declined"), "issuer_declined")
        .when(F.col("is_blocked"), "blocked")
        .otherwise("undecided")
    )


def reason() -> Column:
    """Why an attempt was declined or blocked; none where it was not."""
    why = F.coalesce("decline_reason", "outcome_reason", F.lit(UNKNOWN))
    return F.when(outcome().isin("issuer_declined", "blocked"), why).otherwise(NONE)


def declined() -> Column:
    """Whether a card attempt was declined, also where the record does not say by whom, as before outcomes.

    What was blocked never reached an issuer, and what is authorized is not declined, captured or not.
    """
    untold = (F.col("status") == "failed") & F.col("outcome_type").isNull() & (outcome() == "undecided")
    return F.coalesce(F.col("is_issuer_declined") | untold, F.lit(False))


def declined_by() -> Column:
    """Who declined: issuer, or unknown where the record says only that it failed."""
    return F.when(F.col("is_issuer_declined"), "issuer").otherwise(UNKNOWN)


def decline_reason() -> Column:
    """Why an attempt was declined, also where its record is from before outcomes."""
    return F.coalesce("decline_reason", "outcome_reason", "failure_code", F.lit(UNKNOWN))


def advice() -> Column:
    """What to do after a decline: as the network advises, else Stripe; unknown where neither does."""
    network = F.col("network_advice_code")
    told = F.coalesce(*(F.when(network == code, F.lit(what)) for code, what in _ADVICE.items()))
    return F.coalesce(told, "advice_code", F.lit(UNKNOWN))


def unfinished(intents: DataFrame) -> DataFrame:
    """Live payment intents that never came to a charge because authentication was not finished."""
    waiting = "status = 'requires_action' or (status = 'canceled' and payment_method_id is not null)"
    refused = "last_error_code = 'payment_intent_authentication_failure'"
    without = live(intents).filter(f"latest_charge_id is null and ({waiting} or coalesce({refused}, false))")
    return without.filter("coalesce(payment_method_types, 'card') like '%card%'")
