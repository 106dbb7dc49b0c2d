"""What tasks about payments have in common."""

from __future__ import annotations

from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared.contract import ACCOUNT
from pipelines.table import Column

KEPT = (
    ACCOUNT,
    Column("charge_id", "string", "The payment, ch_….", required=True),
    Column("date", "date", "Day of the payment, UTC.", required=True),
    Column("created_at", "timestamp", "When the payment was made.", required=True),
    Column("currency", "string", "ISO 4217 code of the amount.", required=True),
    Column("amount_minor", "bigint", "Amount asked for, in minor units.", required=True, minimum=0),
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
