"""What tasks about payments have in common."""

from __future__ import annotations

from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared.contract import PAYMENT
from pipelines.table import Column

KEPT = (
    *PAYMENT,
    Column(
        "card_fingerprint",
        "string",
        "The card, as the source identifies it; null where no card was used.",
        identifies=True,
    ),
    Column("customer_id", "string", "Customer who pays, cus_…; null for a guest."),
)
"""What a score keeps of the payment that it is about."""

CLOCK = tuple(own.name for own in PAYMENTS.own if "created_at" in own.sql)
"""Features that follow from the clock: a batch is no whole week, so it never has all hours and days alike."""
