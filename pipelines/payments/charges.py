"""What gold says about a charge: whether it was captured, paid by card, and over which network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import Column

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
