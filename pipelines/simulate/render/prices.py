"""Products and prices as JSON."""

from typing import Any

import orjson

from pipelines.simulate.merchants import Merchant
from pipelines.simulate.render import EMPTY


def product_of(price: str) -> str:
    """Id of the product that a price is for."""
    return f"prod_{price[7:]}"


def price(id: str, product: str, amount: int, currency: str, created: int) -> dict[str, Any]:
    """What a subscription costs a month, in minor units, as its item shows it."""
    return {
        "id": id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": True,
        "metadata": EMPTY,
        "product": product,
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def product(id: str, name: str, merchant: Merchant) -> bytes:
    """Something that is sold as a subscription."""
    return orjson.dumps(
        {
            "id": id,
            "object": "product",
            "active": True,
            "created": merchant.created,
            "default_price": None,
            "description": f"{name} for teams",
            "livemode": True,
            "metadata": EMPTY,
            "name": name,
            "shippable": None,
            "statement_descriptor": None,
            "tax_code": None,
            "type": "service",
            "unit_label": "seat",
            "updated": merchant.created,
            "url": None,
        }
    )
