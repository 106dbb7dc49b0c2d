"""silver.payment_methods: a card says what it is, and never its number."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CARD, CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("payment_method_id", "pm", "card", "src", "ba"),
    always(
        "card_has_brand",
        "payment_method_type <> 'card' or card_brand is not null",
        "A card says its brand.",
        "warning",
    ),
    *CARD,
    country("card_country"),
    country("billing_country"),
)
