"""silver.payment_methods: cards, bank accounts and wallets that customers pay with."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.contract import silver_table
from pipelines.silver.fragments import CREATED_AT, CREATED_DATE, METADATA, billing_columns, card_columns
from pipelines.table import Column

TABLE = silver_table(
    name="silver.payment_methods",
    doc="One row per payment method, as last reported.",
    object_type="payment_method",
    columns=(
        Column("payment_method_id", "string", "Stripe's id of the payment method, pm_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("payment_method_type", "string", "Way to pay: card, sepa_debit, us_bank_account, ….", path="type"),
        Column("customer_id", "string", "Customer whom it is kept for, cus_…; null once it is detached.", path="customer", reference="silver.customers.customer_id"),
        Column("is_detached", "boolean", "It was taken from its customer, and cannot be used again.", sql="coalesce(event_type = 'payment_method.detached', false)"),
        Column("allow_redisplay", "string", "Whether it may be offered to the customer again.", path="allow_redisplay", known=("always", "limited", "unspecified")),
        *card_columns("card"),
        Column("card_display_brand", "string", "Brand to be shown to the customer.", path="card.display_brand"),
        Column("card_preferred_network", "string", "Network that the customer chose on a co-badged card.", path="card.networks.preferred"),
        Column("card_available_networks", "string", "Networks that the card can run over, a JSON list as text.", path="card.networks.available"),
        Column("is_three_d_secure_supported", "boolean", "The card can be authenticated with 3D Secure.", path="card.three_d_secure_usage.supported"),
        Column("generated_from_charge_id", "string", "Charge at a terminal that the card was kept from, ch_….", path="card.generated_from.charge", reference="silver.charges.charge_id"),
        *billing_columns(),
        METADATA,
    ),
)  # fmt: skip
