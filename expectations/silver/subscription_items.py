"""silver.subscription_items: items are of subscriptions, and of prices."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("subscription_item_id", "si"),
    always(
        "subscription_told",
        "is_deleted or subscription_id is not null",
        "An item is of a subscription.",
        "warning",
    ),
    always(
        "price_told",
        "is_deleted or price_id is not null",
        "An item has a price.",
        "warning",
    ),
    always(
        "place_from_0",
        "place >= 0",
        "Places in lists count from 0.",
        "warning",
    ),
)
