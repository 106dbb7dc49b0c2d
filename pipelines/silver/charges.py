"""silver.charges: attempts to take money, as last reported."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import (
    CREATED_AT,
    CREATED_DATE,
    METADATA,
    billing_columns,
    card_columns,
    currency,
    instrument_columns,
)
from pipelines.silver.shared.history import history_table
from pipelines.silver.shared.people import attached_country_column, attached_ip_columns, email_columns
from pipelines.table import Column, Rule

_DETAILS = "payment_method_details"
_CARD = f"{_DETAILS}.card"
_CARDS = (_CARD, f"{_DETAILS}.card_present", f"{_DETAILS}.interac_present")
_3DS = f"{_CARD}.three_d_secure"

_CAPTURED_ONCE = """
    case when coalesce(is_captured, is_paid) is null then null
         when not coalesce(is_captured, is_paid) or not coalesce(is_paid, status = 'succeeded', true) then 0
         when event_type = 'charge.captured' then amount_minor - coalesce(amount_refunded_minor, 0)
         else amount_minor end
"""
"""What was captured where the record does not say it: https://docs.stripe.com/changelog names no version for the field,
which the SDKs have had since 2020-09-21."""

_RETURNED = """
    case when amount_refunded_minor is null then null
         when not coalesce(is_captured, is_paid, true) then 0
         when coalesce(amount_captured_minor, amount_minor) >= amount_minor then amount_refunded_minor
         when api_version >= '2025-03-31' or amount_refunded_minor < amount_minor - amount_captured_minor
              or (is_refunded and amount_refunded_minor < amount_minor) then amount_refunded_minor
         else amount_refunded_minor - (amount_minor - amount_captured_minor) end
"""
"""Less captured than authorized: until 2025-03-31.basil the rest was added to ``amount_refunded``. Where no version is
known, a charge that says so little that the rest cannot be in it, or that all is refunded by less than all, is of the
time after. See support.stripe.com, changes to balance transaction behavior for partial capture."""

_MONEY = (
    currency(),
    Column("amount_minor", "bigint", "Amount asked for, in minor units.", path="amount", required=True, minimum=0),
    Column("amount_captured_minor", "bigint", "Amount captured so far, in minor units. Records from before September 2020 do not say it: there it is all of what a captured charge asked for, in the version of the capture itself less what was let go with it, as gold takes it from silver.charge_history.", path="amount_captured", sql=_CAPTURED_ONCE, minimum=0),
    Column("amount_refunded_minor", "bigint", "Amount marked as refunded so far, in minor units; until API version 2025-03-31 with what was authorized and never captured.", path="amount_refunded", minimum=0),
    Column("amount_returned_minor", "bigint", "Amount given back of what was captured, in minor units, as the charge says it: of amount_refunded_minor without what was never captured.", sql=_RETURNED, minimum=0),
    Column("application_fee_minor", "bigint", "Fee that the platform takes, in minor units.", path=("application_fee_amount", "application_fee.amount"), minimum=0),
    Column("fee_minor", "bigint", "What Stripe took, in minor units, where a charge of the first years says so itself: its balance transaction does since.", path="fee"),
    Column("fee_details", "string", "Those fees one by one, a JSON list of type, amount and currency as text.", path="fee_details"),
)  # fmt: skip

_STATE = (
    Column("status", "string", "Whether the attempt succeeded.", path="status", spelled={"paid": "succeeded"}, sql="case when is_paid then 'succeeded' when not is_paid or failure_code is not null then 'failed' end", known=("succeeded", "pending", "failed")),
    Column("is_paid", "boolean", "The charge succeeded, or was authorized for later capture.", path="paid"),
    Column("is_captured", "boolean", "The money was taken; false for a charge that is only authorized.", path="captured"),
    Column("is_refunded", "boolean", "All of the captured amount was refunded.", path="refunded"),
    Column("is_disputed", "boolean", "The charge was disputed, inquiries included.", path="disputed", sql="dispute is not null"),
    Column("failure_code", "string", "Why the charge failed, in short: card_declined, expired_card, ….", path="failure_code"),
    Column("failure_message", "string", "Why the charge failed, in words for people.", path="failure_message", personal="text"),
)  # fmt: skip

_OUTCOME = (
    Column("outcome_type", "string", "What the attempt came to.", path="outcome.type", known=("authorized", "manual_review", "issuer_declined", "blocked", "invalid")),
    Column("network_status", "string", "What the card network answered.", path="outcome.network_status", known=("approved_by_network", "declined_by_network", "not_sent_to_network", "reversed_after_approval")),
    Column("outcome_reason", "string", "Why the outcome is what it is: a decline code, a risk level or a rule.", path="outcome.reason"),
    Column("risk_level", "string", "Stripe's estimate of the risk of fraud.", path="outcome.risk_level", known=("normal", "elevated", "highest", "not_assessed", "unknown")),
    Column("risk_score", "bigint", "Stripe's estimate of the risk of fraud, 0 to 100; often null.", path="outcome.risk_score", minimum=0),
    Column("outcome_rule_id", "string", "Radar rule that decided, where one did.", path="outcome.rule"),
    Column("seller_message", "string", "The outcome in words for the merchant.", path="outcome.seller_message", personal="text"),
    Column("advice_code", "string", "What to do next after a decline.", path="outcome.advice_code", known=("confirm_card_data", "do_not_try_again", "try_again_later")),
    Column("network_advice_code", "string", "The network's own two-digit advice after a decline.", path="outcome.network_advice_code"),
    Column("network_decline_code", "string", "The network's own code for why it declined.", path="outcome.network_decline_code"),
)  # fmt: skip

_DERIVED = (
    Column("is_authorized", "boolean", "The payment was approved, whether or not it was captured yet.", sql="coalesce(outcome_type in ('authorized', 'manual_review') or status = 'succeeded', false)"),
    Column("is_issuer_declined", "boolean", "The card's issuer said no.", sql="coalesce(outcome_type = 'issuer_declined', false) and not is_authorized"),
    Column("is_blocked", "boolean", "Stopped before the network was asked, by Radar or a rule.", sql="coalesce(outcome_type = 'blocked', false) and not is_authorized"),
    Column("decline_reason", "string", "Why the issuer declined: Stripe's decline code, else the network's; null if it did not.", sql="case when is_issuer_declined then coalesce(outcome_reason, network_decline_code, failure_code) end"),
)  # fmt: skip

_METHOD = (
    Column("payment_method_type", "string", "Way to pay: card, sepa_debit, ideal, ….", path=f"{_DETAILS}.type", sql="case instrument_object when 'bank_account' then 'ach_debit' when 'account' then 'stripe_account' when 'source' then case source_type when 'three_d_secure' then 'card' else source_type end else coalesce(instrument_object, card_object) end"),
    Column("card_network", "string", "Network that the payment ran over; may differ from the brand.", path=tuple(f"{card}.network" for card in _CARDS)),
    *card_columns(*_CARDS, instrument="source", cards=("source.card", "source.three_d_secure", "card")),
    Column("three_d_secure_result", "string", "How 3D Secure went; null where it was not tried.", path=f"{_3DS}.result", known=("attempt_acknowledged", "authenticated", "exempted", "failed", "not_supported", "processing_error")),
    Column("three_d_secure_flow", "string", "Whether the cardholder was asked.", path=f"{_3DS}.authentication_flow", known=("challenge", "frictionless")),
    Column("three_d_secure_version", "string", "Version of 3D Secure.", path=f"{_3DS}.version"),
    Column("three_d_secure_result_reason", "string", "Why 3D Secure went as it did.", path=f"{_3DS}.result_reason"),
    Column("three_d_secure_eci", "string", "Electronic commerce indicator, two digits: who bears the liability.", path=f"{_3DS}.electronic_commerce_indicator"),
    Column("three_d_secure_exemption", "string", "Exemption from strong authentication that was asked for.", path=f"{_3DS}.exemption_indicator"),
    Column("is_network_token", "boolean", "Paid with a network token in place of the card number.", path=f"{_CARD}.network_token.used"),
    Column("is_moto", "boolean", "A mail order or a telephone order.", path=f"{_CARD}.moto"),
    Column("is_card_not_present", "boolean", "A card payment without the card at hand, as opposed to one at a terminal.", sql="coalesce(payment_method_type = 'card', false)"),
    Column("terminal_id", "string", "Terminal or point of sale at which the card was present, tmr_…; null for a payment at a distance.", path=(f"{_DETAILS}.card_present.reader", f"{_DETAILS}.interac_present.reader")),
    Column("authorization_code", "string", "The issuer's code for its approval.", path=f"{_CARD}.authorization_code"),
    Column("network_transaction_id", "string", "The network's own name for the payment.", path=f"{_CARD}.network_transaction_id"),
)  # fmt: skip

_LINKS = (
    Column("customer_id", "string", "Customer who pays, cus_….", path="customer", reference="silver.customers.customer_id"),
    Column("payment_intent_id", "string", "Payment intent that this attempt belongs to, pi_….", path="payment_intent", reference="silver.payment_intents.payment_intent_id"),
    Column("payment_method_id", "string", "Payment method used, pm_… or card_….", path=("payment_method", "source.id", "card.id"), reference="silver.payment_methods.payment_method_id"),
    Column("balance_transaction_id", "string", "Its effect on the balance, txn_….", path="balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
    Column("failure_balance_transaction_id", "string", "Balance transaction that took the money back when it failed later, txn_….", path="failure_balance_transaction", reference="silver.balance_transactions.balance_transaction_id"),
    Column("invoice_id", "string", "Invoice that is paid, in_…; only old API versions say so.", path="invoice", reference="silver.invoices.invoice_id"),
    Column("review_id", "string", "Manual review of the charge, prv_….", path="review", reference="silver.reviews.review_id"),
    Column("on_behalf_of_id", "string", "Account that the charge is made for, acct_….", path="on_behalf_of"),
    Column("destination_account_id", "string", "Account that the money is passed on to, acct_….", path=("transfer_data.destination", "destination")),
    Column("source_transfer_id", "string", "Transfer that made this charge on a connected account, tr_….", path="source_transfer"),
    Column("application_id", "string", "Connect application that made the charge, ca_….", path="application"),
    Column("transfer_group", "string", "Name that ties a charge to its transfers.", path="transfer_group"),
)  # fmt: skip

_REST = (
    Column("fraud_report_by_merchant", "string", "What the merchant, or a mapped source's fraud flag, called the charge.", path="fraud_details.user_report", known=("fraudulent", "safe")),
    Column("fraud_reported_at", "timestamp", "When it was known that the charge is called fraudulent; Stripe does not say.", mapped=True),
    Column("fraud_report_by_stripe", "string", "What Stripe called the charge.", path="fraud_details.stripe_report", known=("fraudulent",)),
    Column("description", "string", "The merchant's own words for the charge.", path="description", personal="text"),
    Column("statement_descriptor", "string", "What the cardholder reads on the statement.", path=("calculated_statement_descriptor", "statement_descriptor", "statement_description"), personal="text"),
    *email_columns("receipt_email", "Where the receipt was sent.", "receipt_email"),
    *billing_columns(cards=("source", "card"), owners=("source.owner",)),
    METADATA,
    *attached_ip_columns("ip_address", "Network address that the payment came from, where the merchant attached it.", "metadata", ("ip", "ip_address", "customer_ip")),
    attached_country_column("ip_country", "ISO 3166 code of the country of the network address, where the merchant attached it.", "metadata", ("ip_country", "customer_ip_country")),
)  # fmt: skip

_UNSTORED = (
    Column("dispute", "string", "The dispute, before there was disputed.", path="dispute"),
    *instrument_columns("source"),
    Column("source_type", "string", "Way to pay, of what is a source.", path="source.type"),
    Column("card_object", "string", "Kind of object that paid, before there were sources.", path="card.object"),
)  # fmt: skip

TABLE = silver_table(
    name="silver.charges",
    doc="One row per charge, as last reported. A charge is one attempt; several of one payment intent are retries.",
    object_type="charge",
    cluster_by="created_date",
    columns=(
        Column("charge_id", "string", "Stripe's id of the charge, ch_… or py_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        *_MONEY,
        *_STATE,
        *_OUTCOME,
        *_DERIVED,
        *_METHOD,
        *_LINKS,
        *_REST,
    ),
    unstored=_UNSTORED,
    rules=(
        Rule(
            "captured_within_amount",
            "amount_captured_minor <= amount_minor",
            "amount_captured_minor is more than amount_minor",
        ),
        Rule(
            # Not within what was captured: until 2025 the part that was never taken was booked as refunded, too.
            "refunded_within_amount",
            "amount_refunded_minor <= amount_minor",
            "amount_refunded_minor is more than amount_minor",
        ),
    ),
)

HISTORY = history_table(TABLE)
