"""Columns that several silver tables have: creation, cards, people."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.silver.shared.people import address_columns, email_columns, phone_columns
from pipelines.table import Column

CHECKS = ("pass", "fail", "unavailable", "unchecked")
BRANDS = ("amex", "cartes_bancaires", "diners", "discover", "eftpos_au", "interac", "jcb", "link", "mastercard", "unionpay", "visa", "unknown")  # fmt: skip

BRAND_NAMES: Mapping[str, str | None] = MappingProxyType({
    "Visa": "visa",
    "MasterCard": "mastercard",
    "Mastercard": "mastercard",
    "American Express": "amex",
    "Diners Club": "diners",
    "Discover": "discover",
    "JCB": "jcb",
    "UnionPay": "unionpay",
    "Union Pay": "unionpay",
    "Cartes Bancaires": "cartes_bancaires",
    "Eftpos Australia": "eftpos_au",
    "EFTPOS Australia": "eftpos_au",
    "Interac": "interac",
    "Link": "link",
    "Unknown": "unknown",
})  # fmt: skip
"""Names of brands in cards, which are objects of the API's first years, by the codes of ``payment_method_details``."""

WALLET_NAMES: Mapping[str, str | None] = MappingProxyType({"android_pay": "google_pay"})
"""Ways in which cards were made tokens, by the names that wallets have in ``payment_method_details``."""

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


PLACE = Column("place", "bigint", "Place in the list of the object that it stands in, from 0; null where it came by itself.", sql="cast(nullif(regexp_extract(record_path, '([0-9]+).$', 1), '') as bigint)")  # fmt: skip
"""Of what stands in lists. The whole list came with the object that it stands in."""


def created_at(what: str, path: str | tuple[str, ...] = "created") -> tuple[Column, Column]:
    """When something was created that may come as a stub: of what was deleted the API says the id alone."""
    doc = f"When the {what} was created; null where the record does not say."
    return Column("created_at", "timestamp", doc, path=path), CREATED_DATE


def deletion(what: str, *events: str) -> tuple[Column, Column]:
    """Whether an object was deleted, by its own word or that of an event."""
    told = ", ".join(f"'{name}'" for name in events)
    by_event = f" or coalesce(event_type in ({told}), false)" if told else ""
    return (
        Column("is_marked_deleted", "boolean", f"The object itself says that the {what} was deleted.", path="deleted"),
        Column("is_deleted", "boolean", f"The {what} was deleted.", sql=f"coalesce(is_marked_deleted, false){by_event}"),
    )  # fmt: skip


def owned(object_type: str) -> str:
    """An expression: the id of the object that a row stands in, where that is of a type."""
    return f"case when in_type = '{object_type}' then in_id end"


def currency(doc: str = "ISO 4217 code of the amounts.", *, required: bool = True) -> Column:
    """The currency of a row's amounts."""
    return Column("currency", "string", doc, path="currency", required=required, currency=True)


def card_columns(
    *places: str, instrument: str | None = None, cards: tuple[str, ...] = ()
) -> tuple[Column, ...]:
    """What is known of a card, from the objects at some paths; of wallets the type alone.

    Args:
        places: of what ``payment_method_details`` and payment methods hold.
        instrument: of what may be a card or a bank account, ``""`` for the record itself. What both have is read by
            :func:`instrument_columns`, which the table has unstored.
        cards: of cards, which are objects of their own and write brands, checks and wallets otherwise.
    """
    older = tuple(f"{place}." for place in cards)
    mixed = () if instrument is None else (f"{instrument}." if instrument else "",)

    def at(name: str, of_card: str | None = None) -> tuple[str, ...]:
        own = of_card or name.removeprefix("checks.")
        return (*(f"{place}.{name}" for place in places), *(f"{card}{own}" for card in (*mixed, *older)))

    def shared(name: str) -> tuple[str, ...]:
        return tuple(f"{place}.{name}" for place in (*places, *cards))

    def else_of(name: str) -> str | None:
        return f"case when instrument_object = 'card' then instrument_{name} end" if mixed else None

    brands = (*at("brand"), *(f"{card}type" for card in older if card == "card."))
    return (
        Column("card_brand", "string", "Brand of the card.", path=brands, spelled=BRAND_NAMES, known=BRANDS),
        Column("card_country", "string", "ISO 3166 code of the country that the card was issued in.", path=shared("country"), sql=else_of("country")),
        Column("card_funding", "string", "How the card is funded.", path=at("funding"), known=("credit", "debit", "prepaid", "unknown")),
        Column("card_fingerprint", "string", "Identifies the card number within the account, whoever pays with it.", path=shared("fingerprint"), sql=else_of("fingerprint"), identifies=True),
        Column("card_last4", "string", "Last four digits of the card number.", path=shared("last4"), sql=else_of("last4"), identifies=True),
        Column("card_exp_month", "bigint", "Month in which the card expires, 1 to 12.", path=at("exp_month"), identifies=True),
        Column("card_exp_year", "bigint", "Year in which the card expires, four digits.", path=at("exp_year"), identifies=True),
        Column("cvc_check", "string", "Whether the security code was right.", path=at("checks.cvc_check"), known=CHECKS),
        Column("address_line1_check", "string", "Whether the first line of the address was right.", path=at("checks.address_line1_check"), known=CHECKS),
        Column("address_postal_code_check", "string", "Whether the postal code was right.", path=at("checks.address_postal_code_check", "address_zip_check"), known=CHECKS),
        Column("wallet_type", "string", "Wallet that the card was in, such as apple_pay; null for none.", path=at("wallet.type", "tokenization_method"), spelled=WALLET_NAMES),
        Column("card_regulated_status", "string", "Whether the card's debit fees are regulated.", path=at("regulated_status"), known=("regulated", "unregulated")),
    )  # fmt: skip


def instrument_columns(place: str) -> tuple[Column, ...]:
    """What cards and bank accounts both have, unstored: whose it is depends on the object."""
    at = f"{place}." if place else ""
    return (
        Column("instrument_object", "string", "Kind of object that pays: card, bank_account, source, ….", path=f"{at}object"),
        Column("instrument_country", "string", "Country of the card or of the bank account.", path=f"{at}country"),
        Column("instrument_fingerprint", "string", "Fingerprint of the card or of the bank account.", path=f"{at}fingerprint", identifies=True),
        Column("instrument_last4", "string", "Last four digits of the card or of the bank account.", path=f"{at}last4", identifies=True),
    )  # fmt: skip


def billing_columns(*, cards: tuple[str, ...] = (), owners: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Who pays, as given with the payment.

    Args:
        cards: paths of cards that carry their owner's name and address; ``""`` where the record is one.
        owners: paths of what sources say of their owners.
    """
    at = "billing_details"
    cards = tuple(f"{place}." if place else "" for place in cards)

    def where(name: str, of_card: str | None = None) -> tuple[str, ...]:
        older = tuple(f"{card}{of_card}" for card in cards) if of_card else ()
        return (f"{at}.{name}", *(f"{owner}.{name}" for owner in owners), *older)

    return (
        Column("billing_name", "string", "Name of the payer.", path=where("name", "name"), personal="name"),
        *email_columns("billing_email", "Email address of the payer.", where("email")),
        *phone_columns("billing_phone", "Phone number of the payer.", where("phone")),
        *address_columns(
            "billing", (f"{at}.address", *(f"{owner}.address" for owner in owners)), "payer", cards
        ),
    )
