"""silver.accounts: the businesses that take payments, connected accounts of a platform among them."""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_DATE, METADATA, deletion
from pipelines.silver.shared.history import history_table
from pipelines.silver.shared.people import email_columns, phone_columns
from pipelines.table import Column

_BUSINESS = "business_profile"
_SCHEDULE = "settings.payouts.schedule"

TABLE = silver_table(
    name="silver.accounts",
    doc="One row per account of a business, as last reported.",
    object_type="account",
    columns=(
        Column("account_id", "string", "Stripe's id of the account, acct_….", path="id", required=True),
        # Not required: a platform is not told when a standard account was created.
        Column("created_at", "timestamp", "When the account was created or connected.", path="created"),
        CREATED_DATE,
        *deletion("account"),
        Column("account_type", "string", "Who runs the account's dashboard and bears its risk.", path="type", sql="case when is_managed then 'custom' when not is_managed then 'standard' end", known=("standard", "express", "custom", "none")),
        Column("controller_type", "string", "Whether an application or the account itself controls it.", path="controller.type", known=("account", "application")),
        Column("country", "string", "ISO 3166 code of the business's country.", path="country"),
        Column("default_currency", "string", "ISO 4217 code that the account settles in.", path="default_currency", currency=True),
        Column("business_type", "string", "Legal form of the business.", path=("business_type", "legal_entity.type"), known=("company", "government_entity", "individual", "non_profit")),
        Column("business_name", "string", "Name that customers know the business by.", path=(f"{_BUSINESS}.name", "business_name")),
        Column("business_url", "string", "Website of the business.", path=(f"{_BUSINESS}.url", "business_url")),
        Column("mcc", "string", "Merchant category code, four digits, ISO 18245.", path=f"{_BUSINESS}.mcc"),
        Column("product_description", "string", "What the business sells.", path=(f"{_BUSINESS}.product_description", "product_description"), personal="text"),
        *email_columns("support_email", "Where customers may write to.", (f"{_BUSINESS}.support_email", "support_email")),
        *phone_columns("support_phone", "Where customers may call.", (f"{_BUSINESS}.support_phone", "support_phone")),
        *email_columns("email", "Email address of the owner.", "email"),
        Column("dashboard_name", "string", "Name of the account in the dashboard.", path=("settings.dashboard.display_name", "display_name")),
        Column("timezone", "string", "IANA name of the time zone that the dashboard shows.", path=("settings.dashboard.timezone", "timezone")),
        Column("is_charges_enabled", "boolean", "The account may take payments.", path=("charges_enabled", "charge_enabled")),
        Column("is_payouts_enabled", "boolean", "The account may be paid out.", path=("payouts_enabled", "transfers_enabled", "transfer_enabled")),
        Column("is_details_submitted", "boolean", "The business has told all that was asked at sign-up.", path="details_submitted"),
        Column("card_payments_capability", "string", "Whether card payments may be taken.", path="capabilities.card_payments", known=("active", "inactive", "pending")),
        Column("transfers_capability", "string", "Whether money may be transferred to it.", path="capabilities.transfers", known=("active", "inactive", "pending")),
        Column("disabled_reason", "string", "Why the account is restricted.", path=("requirements.disabled_reason", "verification.disabled_reason")),
        Column("requirements_due_at", "timestamp", "Until when what is asked for must be given.", path=("requirements.current_deadline", "verification.due_by")),
        Column("requirements_currently_due", "string", "What is asked for now, a JSON list as text.", path=("requirements.currently_due", "verification.fields_needed")),
        Column("requirements_past_due", "string", "What is overdue, a JSON list as text.", path="requirements.past_due"),
        Column("is_avs_decline_enabled", "boolean", "Payments with a wrong postal code are refused.", path=("settings.card_payments.decline_on.avs_failure", "decline_charge_on.avs_failure")),
        Column("is_cvc_decline_enabled", "boolean", "Payments with a wrong security code are refused.", path=("settings.card_payments.decline_on.cvc_failure", "decline_charge_on.cvc_failure")),
        Column("payout_interval", "string", "How often the account is paid out.", path=(f"{_SCHEDULE}.interval", "payout_schedule.interval", "transfer_schedule.interval"), known=("manual", "daily", "weekly", "monthly")),
        Column("payout_delay_days", "bigint", "Days between a payment and its payout.", path=(f"{_SCHEDULE}.delay_days", "payout_schedule.delay_days", "transfer_schedule.delay_days"), minimum=0),
        Column("is_negative_balance_debited", "boolean", "A negative balance is taken from the bank account.", path=("settings.payouts.debit_negative_balances", "debit_negative_balances")),
        Column("tos_accepted_at", "timestamp", "When the terms of service were accepted.", path="tos_acceptance.date"),
        METADATA,
    ),
    unstored=(
        Column("is_managed", "boolean", "The platform runs the account, before there was a type.", path="managed"),
    ),
)  # fmt: skip

HISTORY = history_table(TABLE)
