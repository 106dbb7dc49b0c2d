"""gold.rule_performance: what rules and risk scores stopped or held for a look, and how often that was right."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.frames import clock
from pipelines.frames.days import Dates, around, days_of, on_dates
from pipelines.frames.measures import altered, count_if, live, sum_if, text, total
from pipelines.frames.united import united
from pipelines.gold.shared.contract import amount, count, dimension, gold_table
from pipelines.gold.shared.recipe import ByDay
from pipelines.payments.charges import UNKNOWN
from pipelines.payments.maturity import JUDGED, NEARBY_DAYS
from pipelines.table import Column

if TYPE_CHECKING:
    from pyspark.sql import Column as Expression
    from pyspark.sql import DataFrame

STRIPE, VERMEIL = "stripe", "vermeil"
BLOCK, REVIEW = "block", "review"
OWN_LABEL, OTHER_PAYMENTS = "own_label", "other_payments"

TRUTHS = {
    "fraud": "those of them that were fraud",
    "good": "those of them that were good",
    "unknown": "those of them of which nobody will ever know",
    "immature": f"those of them that may still be known: without a label, or stopped less than {JUDGED.days} days ago",
}

TABLE = gold_table(
    name="gold.rule_performance",
    doc=(
        "One row per account, currency, day and rule of payments and attempts that Stripe blocked or put in review, or "
        "that the rules and the model of this place say to block or review, with what they were as far as is known. "
        "A payment that went through has a label of its own. What did not can never be disputed: it is fraud where the "
        f"same card or the same customer made a payment within {NEARBY_DAYS} days before or after that was fraud, else "
        f"good where the same card made a payment within {NEARBY_DAYS} days after it that matured as legitimate, else "
        "unknown. Precision: sum of fraud_count / sum of (fraud_count + good_count)."
    ),
    day="Day of the payments and attempts, UTC.",
    dimensions=(
        Column("system", "string", "Whose rules: stripe, as it decided then; vermeil, as the rules of now decide.", required=True, known=(STRIPE, VERMEIL)),
        Column("action", "string", "What it asks for.", required=True, known=(BLOCK, REVIEW)),
        Column("truth_from", "string", "own_label: the payment went through, and gold.fraud_labels says what it was. other_payments: it did not, and only what else the card and the customer paid can tell.", required=True, known=(OWN_LABEL, OTHER_PAYMENTS)),
        dimension("rule", "The Radar rule's id, or what Stripe says in its place, such as highest_risk_level; of vermeil the rule's name, or model. unknown where a rule is not named."),
    ),
    columns=(
        count("flagged_count", "Payments and attempts that the rule stopped or held: the sum of the four below."),
        amount("flagged_minor", "Amount of them."),
        *(
            make(f"{name}_{unit}", f"{prefix}{doc if prefix else doc.capitalize()}.")
            for name, doc in TRUTHS.items()
            for unit, prefix, make in (("count", "", count), ("minor", "Amount of ", amount))
        ),
    ),
)  # fmt: skip

CHARGES = "silver.charges"
LABELS = "gold.fraud_labels"
DECISIONS = "gold.payment_decisions"

NO_FRAUD = "low_probability_of_authorization"
"""Why Stripe blocks what the issuer would refuse anyway: that says nothing about fraud."""

_PAYMENT = ["account", "charge_id"]
CARD = "card_fingerprint"
_WHO = (CARD, "customer_id")
_KINDS = ("account", "currency", "system", "rule", "action")


def dates(changed: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of what is flagged now or was before; of what went through, by its label; of what did not, by those of other
    payments, and where it has become too old for them because the data's clock has moved on."""
    labels = altered(changed[LABELS], [*_PAYMENT, "date", "amount_minor", "label"])
    days = days_of(labels, "date")
    paid = on_dates(live(now[CHARGES]), "created_date", days).join(
        labels.select(*_PAYMENT), _PAYMENT, "left_semi"
    )
    touched = united(_payers(rows) for rows in (live(changed[CHARGES]), paid))
    before, after = (moment - JUDGED.seconds for moment in clock.passed(changed, now, (CHARGES,)))
    stopped = live(now[CHARGES]).filter("not is_authorized")
    found = (
        _by_stripe(live(changed[CHARGES])).select("created_date"),
        _asked(changed[DECISIONS]).select("date"),
        labels.select("date"),
        _told_about(touched, now),
        clock.days_between(stopped, "created_date", before, after),
    )
    return united(rows.select(F.date_add(rows.columns[0], 0).alias("date")) for rows in found)


def build(now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """The rows of some days."""
    flags = _flags(now, dates, near=0)
    labels = on_dates(now[LABELS], "date", dates).select(*_PAYMENT, "label")
    told = flags.join(labels, _PAYMENT, "left").join(_evidence(flags, now, dates), _PAYMENT, "left")
    at = clock.newest(now, (CHARGES,))
    truth = {
        "truth_from": F.when(F.col("is_authorized"), OWN_LABEL).otherwise(OTHER_PAYMENTS),
        "truth": _truth(at),
    }
    groups = told.withColumns({**truth, "date": F.col("created_date")}).groupBy(*TABLE.key)
    return groups.agg(*_figures()).select(*TABLE.column_names)


def _flags(now: Mapping[str, DataFrame], dates: Dates, *, near: int) -> DataFrame:
    """What either system stopped or held on some days and near them, with who paid."""
    charges = live(around(now[CHARGES], "created_date", dates, before=near, after=near))
    asked = _asked(around(now[DECISIONS], "date", dates, before=near, after=near))
    facts = charges.select(
        *_PAYMENT,
        *_WHO,
        "created_date",
        "is_authorized",
        "amount_minor",
        F.unix_seconds("created_at").alias("second"),
    )
    both = [rows.select(*map(text, ("charge_id", *_KINDS))) for rows in (_by_stripe(charges), asked)]
    return united(both).join(facts, _PAYMENT)


def _by_stripe(charges: DataFrame) -> DataFrame:
    """What Stripe blocked, or authorized and put in review, for fear of fraud."""
    why = F.coalesce("outcome_reason", F.lit(UNKNOWN))
    flagged = charges.filter((F.col("is_blocked") | _in_review()) & (why != NO_FRAUD))
    named = F.coalesce("outcome_rule_id", F.when(why == "rule", UNKNOWN).otherwise(why))
    action = F.when(F.col("is_blocked"), BLOCK).otherwise(REVIEW)
    return flagged.withColumns({"system": F.lit(STRIPE), "rule": named, "action": action})


def _in_review() -> Expression:
    return F.coalesce(F.col("outcome_type") == "manual_review", F.lit(False))


def _asked(decisions: DataFrame) -> DataFrame:
    """What the rules and the model of this place say to block or review."""
    asked = decisions.filter(F.col("action").isin(BLOCK, REVIEW))
    return asked.withColumns({"system": F.lit(VERMEIL), "rule": F.col("decided_by")})


def _payers(charges: DataFrame) -> DataFrame:
    return charges.select(*map(text, ("account", *_WHO)), F.date_add("created_date", 0).alias("created_date"))


def _told_about(touched: DataFrame, now: Mapping[str, DataFrame]) -> DataFrame:
    """Days of what was stopped near some payments of the same card or customer."""
    flags = _flags(now, days_of(touched, "created_date"), near=NEARBY_DAYS).filter("not is_authorized")
    found = []
    for who in _WHO:
        known = touched.filter(F.col(who).isNotNull()).select(
            "account", who, F.col("created_date").alias("paid_date")
        )
        pairs = (
            flags.select("account", who, "created_date").distinct().join(known.distinct(), ["account", who])
        )
        found.append(pairs.filter(_is_near()).select("created_date"))
    return united(found)


def _evidence(flags: DataFrame, now: Mapping[str, DataFrame], dates: Dates) -> DataFrame:
    """What the payments near what was stopped say of it: ``is_fraud_near``, and ``is_good_later`` of the same card."""
    stopped = flags.filter("not is_authorized").select(*_PAYMENT, *_WHO, "created_date", "second").distinct()
    near = {"before": NEARBY_DAYS, "after": NEARBY_DAYS}
    labels = around(now[LABELS], "date", dates, **near).select(*_PAYMENT, "label")
    paid = live(around(now[CHARGES], "created_date", dates, **near)).join(labels, _PAYMENT)
    found = united(_of_same(who, stopped, paid) for who in _WHO)
    return found.groupBy(*_PAYMENT).agg(
        F.max("is_fraud_near").alias("is_fraud_near"), F.max("is_good_later").alias("is_good_later")
    )


def _of_same(who: str, stopped: DataFrame, paid: DataFrame) -> DataFrame:
    """What one day's payments of the same card, or customer, say, for each of the days near: as few rows as days."""
    good = F.when(F.col("label") == "legitimate", F.unix_seconds("created_at"))
    by_day = (
        paid.filter(F.col(who).isNotNull())
        .groupBy("account", who, F.col("created_date").alias("paid_date"))
        .agg(F.max(F.col("label") == "fraud").alias("is_fraud_near"), F.max(good).alias("good_second"))
    )
    # A good payment of the customer by another card says nothing of this one, which may be stolen.
    later = F.when(F.col("good_second") > F.col("second"), F.lit(who == CARD))
    pairs = stopped.join(by_day, ["account", who]).filter(_is_near())
    return pairs.select(*_PAYMENT, "is_fraud_near", later.alias("is_good_later"))


def _is_near() -> Expression:
    return F.abs(F.datediff("paid_date", "created_date")) <= NEARBY_DAYS


def _truth(at: int) -> Expression:
    """What a payment or attempt was, as far as is known at a moment, in seconds since 1970."""
    own = (
        F.when(F.col("label") == "legitimate", "good")
        .when(F.col("label") == "fraud", "fraud")
        .otherwise("immature")
    )
    other = (
        F.when(F.coalesce("is_fraud_near", F.lit(False)), "fraud")
        .when(F.coalesce("is_good_later", F.lit(False)), "good")
        .when(F.col("second") + JUDGED.seconds > at, "immature")
        .otherwise("unknown")
    )
    return F.when(F.col("is_authorized"), own).otherwise(other)


def _figures() -> list[Expression]:
    counts = [count_if(F.col("truth") == name).alias(f"{name}_count") for name in TRUTHS]
    amounts = [sum_if(F.col("truth") == name, "amount_minor").alias(f"{name}_minor") for name in TRUTHS]
    return [
        F.count(F.lit(1)).alias("flagged_count"),
        total("amount_minor").alias("flagged_minor"),
        *counts,
        *amounts,
    ]


RECIPE = ByDay(TABLE, inputs=(CHARGES, LABELS, DECISIONS), dates=dates, build=build)
