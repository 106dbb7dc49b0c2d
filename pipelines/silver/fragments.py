"""Columns that several silver tables have: creation, cards, people."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.people import address_columns, email_columns, phone_columns
from pipelines.table import Column

CHECKS = ("pass", "fail", "unavailable", "unchecked")
BRANDS = ("amex", "cartes_bancaires", "diners", "discover", "eftpos_au", "interac", "jcb", "link", "mastercard", "unionpay", "visa", "unknown")  # fmt: skip

CREATED_AT = Column("created_at", "timestamp", "When the object was created.", path="created", required=True)
CREATED_DATE = Column(
    "created_date", "date", "Day on which the object was created, UTC.", sql="cast(created_at as date)"
)
METADATA = Column(
    "metadata",
    "string",
    "What the merchant attached, a JSON object as text.",
    path="metadata",
    personal="text",
)


def currency(doc: str = "ISO 4217 code of the amounts.", *, required: bool = True) -> Column:
    """The currency of a row's amounts."""
    return Column("currency", "string", doc, path="currency", required=required, currency=True)


def card_columns(at: str) -> tuple[Column, ...]:
    """What is known of a card, from the object at a path; of wallets the type alone."""
    return (
        Column("card_brand", "string", "Brand of the card.", path=f"{at}.brand", known=BRANDS),
        Column("card_country", "string", "ISO 3166 code of the country that the card was issued in.", path=f"{at}.country"),
        Column("card_funding", "string", "How the card is funded.", path=f"{at}.funding", known=("credit", "debit", "prepaid", "unknown")),
        Column("card_fingerprint", "string", "Identifies the card number within the account, whoever pays with it.", path=f"{at}.fingerprint"),
        Column("card_last4", "string", "Last four digits of the card number.", path=f"{at}.last4"),
        Column("card_exp_month", "bigint", "Month in which the card expires, 1 to 12.", path=f"{at}.exp_month"),
        Column("card_exp_year", "bigint", "Year in which the card expires, four digits.", path=f"{at}.exp_year"),
        Column("cvc_check", "string", "Whether the security code was right.", path=f"{at}.checks.cvc_check", known=CHECKS),
        Column("address_line1_check", "string", "Whether the first line of the address was right.", path=f"{at}.checks.address_line1_check", known=CHECKS),
        Column("address_postal_code_check", "string", "Whether the postal code was right.", path=f"{at}.checks.address_postal_code_check", known=CHECKS),
        Column("wallet_type", "string", "Wallet that the card was in, such as apple_pay; null for none.", path=f"{at}.wallet.type"),
        Column("card_regulated_status", "string", "Whether the card's debit fees are regulated.", path=f"{at}.regulated_status", known=("regulated", "unregulated")),
    )  # fmt: skip


def billing_columns() -> tuple[Column, ...]:
    """Who pays, as given with the payment."""
    at = "billing_details"
    return (
        Column("billing_name", "string", "Name of the payer.", path=f"{at}.name", personal="name"),
        *email_columns("billing_email", "Email address of the payer.", f"{at}.email"),
        *phone_columns("billing_phone", "Phone number of the payer.", f"{at}.phone"),
        *address_columns("billing", f"{at}.address", "payer"),
    )
