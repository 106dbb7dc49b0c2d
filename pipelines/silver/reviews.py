"""silver.reviews: payments that were held for a person to look at."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE
from pipelines.silver.shared.people import ip_columns, postal_code_columns
from pipelines.table import Column

CLOSED_REASONS = (
    "acknowledged", "approved", "canceled", "disputed", "payment_never_settled", "redacted", "refunded",
    "refunded_as_fraud",
)  # fmt: skip

TABLE = silver_table(
    name="silver.reviews",
    doc="One row per manual review of a payment, as last reported.",
    object_type="review",
    columns=(
        Column("review_id", "string", "Stripe's id of the review, prv_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("is_open", "boolean", "Nobody has decided yet.", path="open"),
        Column("reason", "string", "Why the review is open, or what closed it.", path="reason", known=("rule", "manual", *CLOSED_REASONS)),
        Column("opened_reason", "string", "Why the review was opened.", path="opened_reason", known=("rule", "manual")),
        Column("closed_reason", "string", "What the review came to; null while it is open.", path="closed_reason", known=CLOSED_REASONS),
        Column("charge_id", "string", "Charge that is looked at, ch_….", path="charge", reference="silver.charges.charge_id"),
        Column("payment_intent_id", "string", "Payment intent that is looked at, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
        *postal_code_columns("billing_postal_code", "Postal code that the card's owner gave.", "billing_zip"),
        *ip_columns("ip_address", "Network address that the payment came from.", "ip_address"),
        Column("ip_country", "string", "ISO 3166 code of the country of the network address.", path="ip_address_location.country"),
        Column("ip_region", "string", "Region of the network address.", path="ip_address_location.region", identifies=True),
        Column("ip_city", "string", "City of the network address.", path="ip_address_location.city", personal="address"),
        Column("ip_latitude", "double", "Latitude of the network address, in whole degrees north, rounded down.", path="ip_address_location.latitude", personal="location"),
        Column("ip_longitude", "double", "Longitude of the network address, in whole degrees east, rounded down.", path="ip_address_location.longitude", personal="location"),
        Column("session_browser", "string", "Browser that the payment was made with.", path="session.browser", identifies=True),
        Column("session_device", "string", "Device that the payment was made with.", path="session.device", identifies=True),
        Column("session_platform", "string", "Operating system that the payment was made with.", path="session.platform", identifies=True),
    ),
)  # fmt: skip
