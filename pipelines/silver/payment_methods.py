"""silver.payment_methods: cards, bank accounts and wallets that customers pay with."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipelines.silver.external_accounts import OWNED
from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import (
    BRAND_NAMES,
    METADATA,
    billing_columns,
    card_columns,
    created_at,
    instrument_columns,
)
from pipelines.table import Column

# Cards of 2014 and before had their brand as type.
_TYPES: Mapping[str, str | None] = dict.fromkeys(BRAND_NAMES, "card")

_BANK = (
    Column("bank_name", "string", "Name of the bank of an account that is debited.", path=("us_bank_account.bank_name", "bank_name")),
    Column("bank_last4", "string", "Last digits of the number of an account that is debited.", path=("us_bank_account.last4", "sepa_debit.last4", "ach_debit.last4"), sql="case when instrument_object = 'bank_account' then instrument_last4 end", identifies=True),
    Column("bank_fingerprint", "string", "Identifies the number of an account that is debited.", path=("us_bank_account.fingerprint", "sepa_debit.fingerprint", "ach_debit.fingerprint"), sql="case when instrument_object = 'bank_account' then instrument_fingerprint end", identifies=True),
)  # fmt: skip

TABLE = silver_table(
    name="silver.payment_methods",
    doc="One row per payment method, as last reported: also the cards, sources and bank accounts that customers had before, and have still.",
    object_type=("payment_method", "card", "source", "bank_account"),
    parts=tuple(replace(part, inverted=True) for part in OWNED),
    columns=(
        Column("payment_method_id", "string", "Stripe's id of the payment method: pm_…, card_…, src_… or ba_….", path="id", required=True),
        # Not required: cards and bank accounts do not say.
        *created_at("payment method"),
        Column("payment_method_type", "string", "Way to pay: card, sepa_debit, us_bank_account, ….", path="type", spelled=_TYPES, sql="case object_type when 'card' then 'card' when 'bank_account' then 'ach_debit' end"),
        Column("customer_id", "string", "Customer whom it is kept for, cus_…; null once it is detached.", path="customer", reference="silver.customers.customer_id"),
        Column("is_detached", "boolean", "It was taken from its customer, and cannot be used again.", sql="coalesce(is_marked_deleted, false) or coalesce(event_type in ('payment_method.detached', 'customer.source.deleted', 'customer.card.deleted', 'customer.bank_account.deleted'), false)"),
        Column("allow_redisplay", "string", "Whether it may be offered to the customer again.", path="allow_redisplay", known=("always", "limited", "unspecified")),
        *card_columns("card", "card_present", "interac_present", instrument="", cards=("card",)),
        Column("card_display_brand", "string", "Brand to be shown to the customer.", path="card.display_brand"),
        Column("card_preferred_network", "string", "Network that the customer chose on a co-badged card.", path="card.networks.preferred"),
        Column("card_available_networks", "string", "Networks that the card can run over, a JSON list as text.", path="card.networks.available"),
        Column("is_three_d_secure_supported", "boolean", "The card can be authenticated with 3D Secure.", path="card.three_d_secure_usage.supported"),
        Column("generated_from_charge_id", "string", "Charge at a terminal that the card was kept from, ch_….", path="card.generated_from.charge", reference="silver.charges.charge_id"),
        *_BANK,
        *billing_columns(cards=("",), owners=("owner",)),
        METADATA,
    ),
    unstored=(
        *instrument_columns(""),
        Column("is_marked_deleted", "boolean", "The object itself says that it was deleted.", path="deleted"),
    ),
)  # fmt: skip
