"""gold.features_…: what is known now of each card, customer, email domain, network and merchant, for whoever serves."""

from __future__ import annotations

from pipelines.features.payments import PAYMENTS
from pipelines.gold.shared.served import served

RECIPES = (
    served(
        "gold.features_cards",
        "One row per card at a merchant, and currency that it has paid in, with what a payment with it would see now.",
        PAYMENTS,
        "card",
        "card_amounts",
    ),
    served(
        "gold.features_customers",
        "One row per customer of a merchant, and currency they paid in, with what a payment of theirs would see now.",
        PAYMENTS,
        "customer",
        "customer_amounts",
    ),
    served(
        "gold.features_email_domains",
        "One row per email domain, with what a payment with it would see now.",
        PAYMENTS,
        "email_domain",
    ),
    served(
        "gold.features_ip_networks",
        "One row per network, with what a payment from it would see now.",
        PAYMENTS,
        "ip_network",
    ),
    served(
        "gold.features_merchants",
        "One row per merchant and currency, with what a payment there would see now.",
        PAYMENTS,
        "merchant",
        "merchant_amounts",
    ),
)
