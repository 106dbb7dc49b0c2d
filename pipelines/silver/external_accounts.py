"""silver.external_accounts: bank accounts and cards that accounts are paid out to."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import BRAND_NAMES, BRANDS, METADATA, deletion
from pipelines.table import Column, Part

OWNED = tuple(Part(name, "account") for name in ("bank_account", "card"))
"""Bank accounts and cards that belong to an account; those of customers are payment methods."""

TABLE = silver_table(
    name="silver.external_accounts",
    doc="One row per bank account or card that an account is paid out to, as last reported.",
    object_type=("bank_account", "card"),
    parts=OWNED,
    columns=(
        Column("external_account_id", "string", "Stripe's id of it, ba_… or card_….", path="id", required=True),
        *deletion("external account", "account.external_account.deleted"),
        Column("of_account_id", "string", "Account that is paid out to it, acct_….", path="account", reference="silver.accounts.account_id"),
        Column("external_account_type", "string", "Whether it is a bank account or a card.", path="object", known=("bank_account", "card")),
        Column("is_default_for_currency", "boolean", "Payouts in its currency go there.", path="default_for_currency"),
        Column("currency", "string", "ISO 4217 code of what can be paid out to it.", path="currency", currency=True),
        Column("country", "string", "ISO 3166 code of its country.", path="country"),
        Column("last4", "string", "Last four digits of its number.", path="last4"),
        Column("fingerprint", "string", "Identifies its number, whoever has it.", path="fingerprint"),
        Column("status", "string", "Whether a bank account was verified, or failed.", path="status", known=("errored", "new", "validated", "verification_failed", "verified")),
        Column("bank_name", "string", "Name of the bank.", path="bank_name"),
        Column("routing_number", "string", "The bank's number in its country.", path="routing_number"),
        Column("account_holder_name", "string", "Whose account or card it is.", path=("account_holder_name", "name"), personal="name"),
        Column("account_holder_type", "string", "Whether that is a person or a company.", path="account_holder_type", known=("company", "individual")),
        Column("card_brand", "string", "Brand of a card.", path="brand", spelled=BRAND_NAMES, known=BRANDS),
        Column("card_funding", "string", "How a card is funded.", path="funding", known=("credit", "debit", "prepaid", "unknown")),
        Column("card_exp_month", "bigint", "Month in which a card expires, 1 to 12.", path="exp_month", identifies=True),
        Column("card_exp_year", "bigint", "Year in which a card expires, four digits.", path="exp_year", identifies=True),
        METADATA,
    ),
)  # fmt: skip
