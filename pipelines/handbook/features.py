"""What is known of a handbook payment when it is made: the book's 15 features, and ours.

Labels are facts of their own, known seven days after the payment: a window over them is the book's "terminal risk,
shifted back by the delay". The number of the scenario, which tells how a fraud was made, is not read at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.features.feature import Entity, Feature, FeatureSet, Own, over
from pipelines.features.plan import features_of_events

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

DELAY_DAYS = 7
"""The book's rule: whether a payment is fraud is known a week later."""

LARGE_MINOR = 22_000
"""The book's first scenario: an amount above 220 is fraud."""

UNUSUAL = 3.0
"""How many times their usual amount a customer pays when it is unusual."""

CUSTOMER = Entity("customer", ("customer_id",), "Who pays; the book has one card a customer.")
TERMINAL = Entity("terminal", ("terminal_id",), "Where the card is present.")

BOOK_WINDOWS = FeatureSet(
    name="handbook_windows",
    doc="Counts, sums and shares that the book's features are made of.",
    entities=(CUSTOMER, TERMINAL),
    features=(
        *over("customer_earlier", "customer", "count", "1d 7d 30d", where="is_payment"),
        *over("customer_spent", "customer", "sum", "1d 7d 30d", "amount_minor", where="is_payment"),
        *over("terminal_settled", "terminal", "count", "1d 7d 30d", where="is_label"),
        *over("terminal_fraud_rate", "terminal", "share", "1d 7d 30d", "is_fraud", where="is_label"),
    ),
)

BOOK = FeatureSet(
    name="handbook_book",
    doc="The 15 features of the book. Its customer windows include the payment itself.",
    entities=(),
    features=(),
    own=(
        Own("amount", "amount_minor"),
        Own("is_weekend", "dayofweek(at) in (1, 7)"),
        Own("is_night", "hour(at) <= 6"),
        *(Own(f"customer_payments_{w}", f"customer_earlier_{w} + 1") for w in ("1d", "7d", "30d")),
        *(
            Own(f"customer_mean_{w}", f"(customer_spent_{w} + amount_minor) / (customer_earlier_{w} + 1)")
            for w in ("1d", "7d", "30d")
        ),
        *(Own(f"terminal_payments_{w}", f"terminal_settled_{w}") for w in ("1d", "7d", "30d")),
        *(Own(f"terminal_risk_{w}", f"coalesce(terminal_fraud_rate_{w}, 0)") for w in ("1d", "7d", "30d")),
    ),
)

PAST = FeatureSet(
    name="handbook_past",
    doc="The amount against the customer's own past.",
    entities=(CUSTOMER,),
    features=(Feature("past_ratio_90d", "customer", "ratio", "90d", "amount_minor"),),
)

USUAL = FeatureSet(
    name="handbook_usual",
    doc="The amount against what the customer usually pays: a stolen card's payments do not count as theirs.",
    entities=(CUSTOMER,),
    features=(
        Feature("usual_ratio_90d", "customer", "ratio", "90d", "amount_minor", "is_usual"),
        Feature("usual_zscore_90d", "customer", "zscore", "90d", "amount_minor", "is_usual"),
        Feature("usual_mean_90d", "customer", "mean", "90d", "amount_minor", "is_usual"),
        Feature("usual_max_90d", "customer", "max", "90d", "amount_minor", "is_usual"),
    ),
)

CARD = FeatureSet(
    name="handbook_card",
    doc="Whether the card seems stolen.",
    entities=(CUSTOMER,),
    features=(
        *over("unusual", "customer", "count", "3d 14d", where="is_unusual"),
        Feature("since_unusual_90d", "customer", "seconds_since_last", "90d", where="is_unusual"),
    ),
    own=(Own("amount", "amount_minor"), Own("of_usual_max", "amount_minor / usual_max_90d")),
)

SUSPICION = FeatureSet(
    name="handbook_suspicion",
    doc="Whether the terminal seems compromised: what is known by now of payments at it.",
    entities=(TERMINAL,),
    features=(
        *over("odd_frauds", "terminal", "count", "7d 28d", where="is_odd_fraud"),
        *over("good", "terminal", "count", "7d 28d", where="is_good"),
        Feature("since_first_odd_fraud_28d", "terminal", "seconds_since_first", "28d", where="is_odd_fraud"),
        Feature("since_odd_fraud_28d", "terminal", "seconds_since_last", "28d", where="is_odd_fraud"),
        Feature("since_good_28d", "terminal", "seconds_since_last", "28d", where="is_good"),
        Feature("last_is_odd_fraud_28d", "terminal", "last", "28d", "is_odd_fraud", where="is_label"),
    ),
)
"""An odd fraud is one that neither its amount nor its card explains: the terminal must have been it."""

OURS = (
    "amount",
    "past_ratio_90d",
    "usual_ratio_90d",
    "usual_zscore_90d",
    "usual_mean_90d",
    "of_usual_max",
    "unusual_3d",
    "unusual_14d",
    "since_unusual_90d",
    *SUSPICION.names,
)
"""The columns that our models take."""


def payments(charges: DataFrame) -> DataFrame:
    """Payments as events: asked about at the moment from which they may be used."""
    is_fraud = F.coalesce(F.col("fraud_report_by_merchant") == "fraudulent", F.lit(False))
    settled_at = F.col("created_at") + F.expr(f"interval {DELAY_DAYS} days")
    return charges.select(
        "account",
        "charge_id",
        "customer_id",
        "terminal_id",
        "amount_minor",
        "currency",
        F.col("created_at").alias("at"),
        F.col("created_at").alias("available_at"),
        is_fraud.alias("is_fraud"),
        F.when(is_fraud, F.col("fraud_reported_at")).otherwise(settled_at).alias("known_at"),
    )


def book_features(paid: DataFrame, since: datetime, until: datetime) -> DataFrame:
    """The payments of a time with the features of :data:`BOOK`."""
    events = _with_labels(paid, since, until)
    return features_of_events(features_of_events(events, BOOK_WINDOWS), BOOK)


def our_features(paid: DataFrame, since: datetime, until: datetime) -> DataFrame:
    """The payments of a time with the features of :data:`OURS`.

    Facts become features, and these the facts of the next pass: what is unusual follows from what is usual, and which
    frauds are odd from what was unusual.

    Args:
        paid: all payments.
        since: first moment that is asked about.
        until: first moment that is not any more.
    """
    compared = features_of_events(paid, PAST)
    is_usual = ~(_at_least("past_ratio_90d", UNUSUAL) | _is_large())
    usual = features_of_events(compared.withColumn("is_usual", is_usual), USUAL)
    carded = features_of_events(usual.withColumn("is_unusual", _at_least("usual_ratio_90d", UNUSUAL)), CARD)
    is_explained = F.col("is_unusual") | (F.col("unusual_14d") > 0) | _is_large()
    told = _with_labels(carded, since, until).withColumns(
        {
            "is_odd_fraud": F.col("is_label") & F.col("is_fraud") & ~is_explained,
            "is_good": F.col("is_label") & ~F.col("is_fraud"),
        }
    )
    return features_of_events(told, SUSPICION)


def _at_least(ratio: str, least: float) -> Column:
    return F.coalesce(F.col(ratio) >= least, F.lit(False))


def _is_large() -> Column:
    return F.col("amount_minor") > LARGE_MINOR


def _with_labels(paid: DataFrame, since: datetime, until: datetime) -> DataFrame:
    """Payments, of which those of a time are asked about, and what became known of each as a fact of its own."""
    asked = (F.col("at") >= F.lit(since)) & (F.col("at") < F.lit(until))
    made = paid.withColumns(
        {"at": F.when(asked, F.col("at")), "is_payment": F.lit(True), "is_label": F.lit(False)}
    )
    known = paid.withColumns(
        {
            "at": F.lit(None).cast("timestamp"),
            "available_at": F.col("known_at"),
            "is_payment": F.lit(False),
            "is_label": F.lit(True),
        }
    )
    return made.unionByName(known)
