"""What gold says about a charge: whether and how much of it was captured, whether by card, and over which network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

NONE = "none"
"""Stands in a dimension for what was not used."""

UNKNOWN = "unknown"
"""Stands in a dimension for what the source does not say."""


def captured() -> Column:
    """Whether a charge was captured, wholly or in part."""
    return (F.col("status") == "succeeded") & F.coalesce(F.col("is_captured"), F.lit(False))


def by_card() -> Column:
    """Whether a charge was made by card, also where the card was present."""
    return F.coalesce("payment_method_type", F.lit(NONE)).isin("card", "card_present", "interac_present")


def network() -> Column:
    """The card network of a charge; none where no card was used."""
    return F.when(by_card(), F.coalesce("card_network", "card_brand", F.lit(UNKNOWN))).otherwise(NONE)


def captured_in_part() -> Column:
    """Whether a version of a charge is that of a capture in part which let go all that was not taken.

    Not so where a capture was one of several, of which more were to come.
    """
    taken = F.col("amount_captured_minor")
    of_all = F.col("amount_minor") == taken + F.col("amount_refunded_minor")
    return (F.col("event_type") == "charge.captured") & (taken < F.col("amount_minor")) & of_all


def as_captured(charges: DataFrame, history: DataFrame) -> DataFrame:
    """Charges with the amounts captured and returned as the version of their capture tells them.

    Until the field ``amount_captured`` came, in September 2020, what was let go with a capture in part stood in
    ``amount_refunded``, to which every later version adds refunds: only the version of the capture tells the two apart.

    Args:
        charges: rows of silver.charges.
        history: rows of silver.charge_history, of these charges at least.
    """
    taken = F.col("amount_captured_minor")
    once = (
        history.filter(captured_in_part())
        .groupBy("account", "charge_id")
        .agg(F.min(taken).alias("captured_once"))
    )
    let_go = F.greatest(F.coalesce(taken - F.col("captured_once"), F.lit(0)), F.lit(0))
    returned = F.greatest(F.col("amount_returned_minor") - let_go, F.lit(0))
    found = charges.join(once, ["account", "charge_id"], "left")
    return found.withColumns(
        {"amount_captured_minor": taken - let_go, "amount_returned_minor": returned}
    ).drop("captured_once")
