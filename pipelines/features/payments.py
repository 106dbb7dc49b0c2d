"""The features by which fraud on payments is told: what a card, a customer, a merchant and a network have done so far.

Amounts are in minor units, and those of two currencies never meet: an amount belongs to an entity in a currency.
"""

# ruff: noqa: E501 - one feature a line, so that the set reads like a page

from __future__ import annotations

from pipelines.features.feature import Entity, FeatureSet, Own, over

PAID = "fact = 'payment'"
DECLINED = "fact = 'payment' and is_declined"
AUTHORIZED = "fact = 'payment' and not is_declined and not is_blocked"
FRAUD = "fact = 'fraud_report'"
DISPUTED = "fact = 'dispute'"
REFUNDED = "fact = 'refund'"

CARD = Entity("card", ("account", "card_fingerprint"), "A card at a merchant.")
CARD_AMOUNTS = Entity(
    "card_amounts", ("account", "card_fingerprint", "currency"), "A card at a merchant, in one currency."
)
CUSTOMER = Entity("customer", ("account", "customer_id"), "A customer of a merchant.")
CUSTOMER_AMOUNTS = Entity(
    "customer_amounts", ("account", "customer_id", "currency"), "A customer of a merchant, in one currency."
)
MERCHANT = Entity("merchant", ("account",), "A merchant.")
MERCHANT_AMOUNTS = Entity("merchant_amounts", ("account", "currency"), "A merchant, in one currency.")
EMAIL_DOMAIN = Entity(
    "email_domain", ("email_domain",), "The domain of the payer's email address, at all merchants."
)
IP_NETWORK = Entity(
    "ip_network", ("ip_address_network",), "The network that the payment came from, at all merchants."
)
ISSUER_COUNTRY = Entity(
    "issuer_country", ("account", "card_country"), "The country of the card's issuer, at a merchant."
)
COUNTRY_PAIR = Entity(
    "country_pair",
    ("account", "card_country", "billing_country"),
    "The card's and the payer's country, at a merchant.",
)
TERMINAL = Entity("terminal", ("account", "terminal_id"), "A terminal, where the card was present.")
CUSTOMER_CARD = Entity(
    "customer_card", ("account", "customer_id", "card_fingerprint"), "A customer with one of their cards."
)
NETWORK_DOMAIN = Entity(
    "network_domain", ("ip_address_network", "email_domain"), "An email domain within a network."
)

OWN = (
    Own("amount", "amount_minor", "Amount asked for, in minor units."),
    Own("hour", "hour(created_at)", "Hour of the day, UTC."),
    Own("is_night", "hour(created_at) < 6", "Between midnight and six, UTC."),
    Own("is_weekend", "dayofweek(created_at) in (1, 7)", "On a Saturday or a Sunday, UTC."),
    Own("is_card", "payment_method_type like '%card%' or payment_method_type like 'interac%'", "Paid by card."),
    Own("is_prepaid", "card_funding = 'prepaid'", "With a prepaid card."),
    Own("is_debit", "card_funding = 'debit'", "With a debit card."),
    Own("has_wallet", "wallet_type is not null", "The card was in a wallet."),
    Own("has_network_token", "is_network_token", "With a network token in place of the card number."),
    Own("has_customer", "customer_id is not null", "By a customer whom the merchant knows, not by a guest."),
    Own("has_three_d_secure", "is_three_d_secure", "3D Secure was tried."),
    Own("is_cvc_wrong", "is_cvc_failed", "The issuer says that the security code was wrong."),
    Own("is_postal_code_wrong", "is_postal_code_failed", "The issuer says that the postal code was wrong."),
    Own("is_country_other", "card_country <> billing_country", "The card is of another country than the payer."),
    Own("is_ip_country_other", "card_country <> ip_country", "The payment came from another country than the card's."),
    Own("is_domain_free", "is_email_free", "The email address is at a large provider of free ones."),
    Own("is_domain_disposable", "is_email_disposable", "The email address is a throw-away one."),
    Own("stripe_risk_score", "risk_score", "Stripe's estimate of the risk of fraud, 0 to 100."),
)  # fmt: skip

FEATURES = (
    *over("card_payments", "card", "count", "1h 1d 7d 30d", where=PAID, doc="Attempts with the card."),
    *over("card_declines", "card", "count", "1h 1d 30d", where=DECLINED, doc="Attempts with the card that the issuer declined."),
    *over("card_decline_share", "card", "share", "30d", "is_declined", doc="Share of the card's attempts that were declined."),
    *over("card_customers", "card", "distinct", "30d", "customer_id", where=PAID, doc="Customers who used the card."),
    *over("card_emails", "card", "distinct", "30d", "email", where=PAID, doc="Email addresses that were given with the card."),
    *over("card_seconds_since_last", "card", "seconds_since_last", "90d", where=PAID, doc="Since the card was last used."),
    *over("card_seconds_since_first", "card", "seconds_since_first", "90d", where=PAID, doc="Since the card was first used."),
    *over("card_velocity", "card", "velocity", "1h", where=PAID, baseline="30d", doc="How much more often than usual the card is used."),
    *over("card_frauds", "card", "count", "90d", where=FRAUD, doc="Payments with the card that are known to be fraud."),
    *over("card_disputes", "card", "count", "90d", where=DISPUTED, doc="Disputes about payments with the card."),
    *over("card_amount_sum", "card_amounts", "sum", "1d 30d", "amount_minor", where=AUTHORIZED, doc="Spent with the card."),
    *over("card_amount_ratio", "card_amounts", "ratio", "30d", "amount_minor", where=AUTHORIZED, doc="The amount, in terms of the card's mean."),
    *over("customer_payments", "customer", "count", "1h 1d 30d", where=PAID, doc="Attempts of the customer."),
    *over("customer_declines", "customer", "count", "1d 30d", where=DECLINED, doc="The customer's attempts that were declined."),
    *over("customer_decline_share", "customer", "share", "30d", "is_declined", doc="Share of the customer's attempts that were declined."),
    *over("customer_cards", "customer", "distinct", "1d 30d", "card_fingerprint", where=PAID, doc="Cards that the customer used."),
    *over("customer_networks", "customer", "distinct", "30d", "ip_address_network", where=PAID, doc="Networks that the customer came from."),
    *over("customer_seconds_since_last", "customer", "seconds_since_last", "90d", where=PAID, doc="Since the customer last paid."),
    *over("customer_seconds_since_first", "customer", "seconds_since_first", "90d", where=PAID, doc="Since the customer first paid."),
    *over("customer_frauds", "customer", "count", "90d", where=FRAUD, doc="The customer's payments that are known to be fraud."),
    *over("customer_refunds", "customer", "count", "90d", where=REFUNDED, doc="Refunds to the customer."),
    *over("customer_amount_mean", "customer_amounts", "mean", "30d 90d", "amount_minor", where=AUTHORIZED, doc="What the customer spends at a time."),
    *over("customer_amount_std", "customer_amounts", "std", "90d", "amount_minor", where=AUTHORIZED, doc="How much that varies."),
    *over("customer_amount_max", "customer_amounts", "max", "90d", "amount_minor", where=AUTHORIZED, doc="The most that the customer has spent at a time."),
    *over("customer_amount_last", "customer_amounts", "last", "90d", "amount_minor", where=AUTHORIZED, doc="What the customer last spent."),
    *over("customer_amount_ratio", "customer_amounts", "ratio", "90d", "amount_minor", where=AUTHORIZED, doc="The amount, in terms of the customer's mean."),
    *over("customer_amount_zscore", "customer_amounts", "zscore", "90d", "amount_minor", where=AUTHORIZED, doc="How far the amount is from the customer's mean, in standard deviations."),
    *over("merchant_payments", "merchant", "count", "5m 1h 1d", where=PAID, doc="Attempts at the merchant."),
    *over("merchant_cards", "merchant", "distinct", "5m 1h", "card_fingerprint", where=PAID, doc="Cards used at the merchant: many at once are being tested."),
    *over("merchant_decline_share", "merchant", "share", "1h 1d 30d", "is_declined", doc="Share of the merchant's attempts that were declined."),
    *over("merchant_velocity", "merchant", "velocity", "1h", where=PAID, baseline="30d", doc="How much more often than usual somebody pays."),
    *over("merchant_frauds", "merchant", "count", "30d 90d", where=FRAUD, doc="Payments at the merchant that became known to be fraud."),
    *over("merchant_disputes", "merchant", "count", "30d", where=DISPUTED, doc="Disputes about payments at the merchant."),
    *over("merchant_amount_min", "merchant_amounts", "min", "1d", "amount_minor", where=PAID, doc="The least that was asked for: tests are small."),
    *over("merchant_amount_ratio", "merchant_amounts", "ratio", "30d", "amount_minor", where=AUTHORIZED, doc="The amount, in terms of the merchant's mean."),
    *over("merchant_amount_zscore", "merchant_amounts", "zscore", "30d", "amount_minor", where=AUTHORIZED, doc="How far the amount is from the merchant's mean, in standard deviations."),
    *over("email_domain_payments", "email_domain", "count", "1d 30d", where=PAID, doc="Attempts with the email domain."),
    *over("email_domain_decline_share", "email_domain", "share", "30d", "is_declined", doc="Share of them that were declined."),
    *over("email_domain_frauds", "email_domain", "count", "90d", where=FRAUD, doc="Payments with the domain that are known to be fraud."),
    *over("ip_network_payments", "ip_network", "count", "5m 1h 1d 7d", where=PAID, doc="Attempts from the network."),
    *over("ip_network_declines", "ip_network", "count", "1h 1d", where=DECLINED, doc="Attempts from the network that were declined."),
    *over("ip_network_cards", "ip_network", "distinct", "1h 1d 7d", "card_fingerprint", where=PAID, doc="Cards used from the network."),
    *over("ip_network_customers", "ip_network", "distinct", "7d", "customer_id", where=PAID, doc="Customers who came from the network."),
    *over("ip_network_merchants", "ip_network", "distinct", "1d", "account", where=PAID, doc="Merchants that were paid from the network."),
    *over("ip_network_frauds", "ip_network", "count", "90d", where=FRAUD, doc="Payments from the network that are known to be fraud."),
    *over("issuer_country_payments", "issuer_country", "count", "30d", where=PAID, doc="Attempts with cards of the country."),
    *over("issuer_country_decline_share", "issuer_country", "share", "30d", "is_declined", doc="Share of them that were declined."),
    *over("issuer_country_frauds", "issuer_country", "count", "90d", where=FRAUD, doc="Payments with cards of the country that are known to be fraud."),
    *over("country_pair_payments", "country_pair", "count", "90d", where=PAID, doc="Attempts of payers there with cards of the country: few are unusual."),
    *over("country_pair_frauds", "country_pair", "count", "90d", where=FRAUD, doc="Of them, known to be fraud."),
    *over("terminal_payments", "terminal", "count", "1d 30d", where=PAID, doc="Payments at the terminal."),
    *over("terminal_frauds", "terminal", "count", "30d", where=FRAUD, doc="Payments at the terminal that became known to be fraud."),
    *over("customer_card_payments", "customer_card", "count", "90d", where=PAID, doc="Attempts of the customer with this card: 0 for a card that is new to them."),
    *over("customer_card_seconds_since_first", "customer_card", "seconds_since_first", "90d", where=PAID, doc="Since the customer first used this card."),
    *over("network_domain_payments", "network_domain", "count", "1h 7d", where=PAID, doc="Attempts from the network with the email domain."),
)  # fmt: skip

PAYMENTS = FeatureSet(
    name="payments",
    doc="What is known of a payment, and of who and what is behind it, at the moment when it is made.",
    entities=(
        CARD, CARD_AMOUNTS, CUSTOMER, CUSTOMER_AMOUNTS, MERCHANT, MERCHANT_AMOUNTS, EMAIL_DOMAIN, IP_NETWORK, ISSUER_COUNTRY,
        COUNTRY_PAIR, TERMINAL, CUSTOMER_CARD, NETWORK_DOMAIN,
    ),
    features=FEATURES,
    own=OWN,
)  # fmt: skip
