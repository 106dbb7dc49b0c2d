"""Rows that are as expected, and for every check what to change in one to break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations import Check, Suite
from pipelines.delta.schemas import arrow_schema
from pipelines.features.payments import PAYMENTS
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY_TYPE = {
    "bigint": 0,
    "double": 0.5,
    "boolean": False,
    "timestamp": NOON,
    "date": NOON.date(),
    "binary": b"x",
}
BY_NAME = {
    "email": "someone@example.com",
    "mcc": "5734",
    "card_last4": "4242",
    "card_exp_month": 5,
    "card_exp_year": 2030,
    "line": 1,
    "amount_minor": 1000,
    "currency": "USD",
    "source": "export",
}

LATER = datetime(2026, 3, 2, tzinfo=UTC)
STATEMENTS = [own.name for own in PAYMENTS.own if own.name.startswith(("is_", "has_"))]

GOOD: Mapping[str, Row] = {
    "bronze.files": {"file_id": "0123456789abcdef", "sha256": "ab" * 32, "record_count": 2},
    "bronze.records": {"fault": None},
    "silver.accounts": {"is_details_submitted": True},
    "silver.balance_transactions": {"net_minor": 1000, "fee_details": '[{"amount": 0}]'},
    "silver.capabilities": {"is_requested": True},
    "silver.charges": {"decline_reason": None},
    "silver.disputes": {"reason": "fraudulent", "is_fraud": True},
    "silver.quarantine": {"table_name": "silver.charges"},
    "silver.verification_sessions": {"last_error_code": None},
    "gold.authorizations_daily": {"decline_reason": "none"},
    "gold.decline_reasons": {"declines_count": 1, "advice": "unknown", "declined_by": "issuer"},
    "gold.false_declines": {"paid_by": "not_paid"},
    "gold.retries": {
        "retries_count": 1, "undecided_count": 1, "attempt_number": 2, "waited": "under_1_day", "waited_seconds": 3600,
    },
    "gold.card_testing_alerts": {
        "hour_of_day": 12, "attempts_count": 10, "cards_count": 10, "refused_count": 5, "declined_count": 5,
        "refused_rate": 0.5,
    },
    "gold.merchant_risk_daily": {"closing_minor": 0},
    "gold.rule_performance": {"flagged_count": 1, "fraud_count": 1, "system": "vermeil", "action": "block"},
    "gold.network_monitoring_monthly": {
        "known_until": date(2026, 3, 31), "is_complete": True, "status": "below", "crossed_on": None,
        "line": 1, "headroom": 1,
    },
    "gold.customers_overview": {"days_count": 1, "captured_count": 1},
    "gold.merchants_overview": {"days_count": 1},
    "gold.cohort_retention_monthly": {"customers_count": 1, "active_count": 1, "captured_count": 1},
    "gold.issuer_health": {"decided_count": 1, "deviation": None, "spread": 1.0},
    "gold.identity_links": {"link": "customer", "people_count": 2, "uses_count": 2},
    "gold.verification_funnel_daily": {"failure_reason": "none"},
    "gold.audit": {"record_count": 2, "current_count": 2, "is_balanced": True},
    "gold.schema_drift": {"records_count": 1},
    "gold.fraud_labels": {"fraud_sources": "dispute", "fraud_source": "dispute", "matures_at": LATER},
    "gold.training_fraud": {"matures_at": LATER},
    "gold.features_payments": dict.fromkeys(STATEMENTS, 1.0),
    "gold.model_performance_daily": {
        "segment": "account", "payments_count": 100, "fraud_count": 40, "expected_fraud_count": 40.0,
        "payments_minor": 1000, "fraud_minor": 400, "window_days": 28, "label_maturity": "matured",
        "calibration_ratio": 1.0, "roc_auc": 0.9,
    },
    "gold.payment_decisions": {"decided_by": "rule", "matched_rules": "other,rule", "action": "none", "score": None},
    "gold.payment_scores": {"probability": 0.5, "score": 50, "reasons": "[]", "top_reason": None},
    "gold.threshold_tradeoffs": {"payments_count": 1, "payments_minor": 1, "blocked_rate": 1.0},
    "gold.balance_transactions_enriched": {"net_minor": 1000, "customer_currency": "USD"},
    "silver.settlement_lines": {"net_minor": 1000},
    "gold.coupons_used": {"invoices_count": 1, "discounted_minor": 100, "subtotal_minor": 1000},
    "gold.exchange_rates_daily": {"currency": "JPY", "reporting_currency": "USD"},
    "gold.revenue_converted_daily": {"booked_currency": "JPY"},
    "gold.settlement_reconciliation": {
        "lines_count": 1, "told_net_minor": 1000, "booked_net_minor": 1000,
    },
    "gold.three_way_reconciliation": {
        "is_object_known": True, "transactions_count": 1, "expected_minor": 1000, "booked_minor": 1000,
    },
    "gold.fees_daily": {"charges_minor": 100, "charges_count": 20},
    "gold.activity_itemized": {"net_minor": 1000, "customer_currency": "USD"},
    "gold.payouts_itemized": {"net_minor": 1000, "source_id": "po_1"},
    "gold.payout_reconciliation": {
        "status": "not_comparable", "reason": "manual", "booked_minor": 1000, "difference_minor": 1000,
    },
    "gold.dunning": {
        "failed_attempts_count": 1, "outcome": "recovered", "recovered_by": "same", "amount_minor": 1000,
    },
    "gold.invoices_enriched": {"charge_id": "ch_1"},
    "gold.invoice_lines_enriched": {"kind": "subscription", "unit_amount": 1000.0, "quantity": 1},
    "gold.churn_monthly": {
        "opening_customers_count": 2, "churned_customers_count": 1, "paused_customers_count": 1,
        "closing_customers_count": 1, "opening_minor": 2000, "churned_minor": 500, "paused_minor": 500,
        "closing_minor": 1500,
    },
    "gold.subscription_items_mrr_monthly": {
        "movement": "expansion", "pricing": "fixed", "churn_reason": None, "opening_minor": 500, "expansion_minor": 500,
        "closing_minor": 1000, "discounted_minor": 1000,
    },
    "gold.balances_daily": {
        "net_minor": 1000,
        "charges_minor": 1000,
        "payout_difference_minor": 0,
        "payable_difference_minor": 0,
    },
}  # fmt: skip
"""What makes a row good where the defaults do not."""

YESTERDAY = date(2026, 2, 28)

SHARED: Mapping[str, Row] = {
    "created_date_follows": {"created_date": YESTERDAY},
    "created_before_known": {"known_at": NOON.replace(hour=11)},
    "id_of_its_kind": {"source": "stripe"},
    "minor_units_as_sent": {"source": "stripe", "currency": "KWD", "amount_minor": 1001},
    "card_last4_four_digits": {"card_last4": "4242424242424242"},
    "card_expiry_plausible": {"card_exp_month": 13},
    "currency_in_iso_4217": {"currency": "usd"},
    "amount_above_zero": {"amount_minor": 0},
    "payment_told": {"charge_id": None, "payment_intent_id": None},
    "line_from_1": {"line": 0},
    "item_from_0": {"item": -1},
    "valid_from_as_occurred": {"valid_from": LATER},
    "interval_in_order": {"valid_to": NOON.replace(hour=1)},
    "intervals_meet": {"valid_to": LATER},
    "last_is_current": {"is_current": False},
    "date_follows": {"date": YESTERDAY},
    "month_begins": {"date": YESTERDAY},
}

BROKEN: Mapping[str, Mapping[str, Row]] = {
    "gold.invoice_lines_enriched": {
        "kind_follows": {"is_proration": True},
        "period_in_order": {"period_start_at": LATER},
        "amount_follows": {"quantity": 2},
    },
    "gold.invoices_enriched": {
        "date_is_the_invoices": {"date": YESTERDAY},
        "lines_make_the_subtotal": {"lines_count": 1, "lines_minor": 1},
        "remainder_agrees": {"amount_due_minor": 1},
        "parts_told": {"lines_minor": 1},
        "paid_when_told": {"paid_at": None, "payment_seconds": 1},
    },
    "gold.dunning": {
        "failed_once": {"failed_attempts_count": 0},
        "recovery_told": {"recovered_by": None},
        "money_follows": {"lost_minor": 1},
        "recovered_later": {"first_failed_at": LATER},
    },
    "gold.churn_monthly": {
        "movements_explain": {"closing_minor": 1600},
        "reasons_add_up": {"paused_minor": 400},
        "lost_paid_before": {
            "opening_minor": 0,
            "closing_minor": -500,
            "opening_customers_count": 2,
        },
        "customer_churn_rate_is_share": {"customer_churn_rate": 1.5},
        "revenue_churn_rate_is_share": {"revenue_churn_rate": 1.5},
    },
    "gold.subscription_items_mrr_monthly": {
        "movements_explain": {"expansion_minor": 400},
        "movement_is_the_customers": {"movement": "contraction"},
        "began_or_ended_whole": {"movement": "new"},
        "discount_within": {"discounted_minor": 1001},
        "churn_told": {"churn_reason": "voluntary"},
        "usage_not_promised": {"pricing": "metered"},
    },
    "gold.model_performance_daily": {
        "money_in_one_currency": {"segment": "all"},
        "probabilities_came_true": {"calibration_ratio": 2.1},
        "better_than_chance": {"roc_auc": 0.5},
        "rates_are_shares": {"brier_score": 1.1},
        "parts_within_whole": {"fraud_count": 101},
    },
    "gold.model_drift_daily": {
        "null_rate_is_share": {"null_rate": 1.1, "learnt_null_rate": 1.0},
        "learnt_null_rate_is_share": {"learnt_null_rate": 1.1},
    },
    "gold.payment_scores": {
        "probability_at_most_1": {"probability": 1.01, "score": 101},
        "score_follows": {"score": 51},
        "reasons_where_acted_on": {"reasons": None},
        "top_reason_among_reasons": {"probability": 0.0, "score": 0, "reasons": None, "top_reason": "amount"},
        "scored_after_payment": {"created_at": LATER},
    },
    "gold.threshold_tradeoffs": {
        "cut_in_range": {"cut_score": 101},
        "days_in_order": {"first_date": LATER.date()},
        "fraud_caught_or_missed": {"missed_fraud_minor": 1},
        "all_blocked_from_0": {"cut_score": 0, "blocked_rate": 0.5},
        "blocked_rate_is_share": {"cut_score": 1, "blocked_rate": 1.5},
        "precision_rate_is_share": {"precision_rate": 1.5},
        "recall_rate_is_share": {"recall_rate": 1.5},
        "value_recall_rate_is_share": {"value_recall_rate": 1.5},
        "false_positive_rate_is_share": {"false_positive_rate": 1.5},
        "parts_within_whole": {"fraud_count": 2},
    },
    "gold.schema_drift": {
        "first_before_last": {"first_seen_at": LATER},
        "seen_in_a_record": {"records_count": 0},
    },
    "gold.audit": {
        "parts_add_up": {"record_count": 3},
        "nothing_missing": {"current_count": 1, "missing_count": 1},
        "nothing_inside_missing": {"inside_missing_count": 1},
        "nothing_waiting": {"current_count": 1, "waiting_count": 1},
    },
    "bronze.files": {
        "file_id_well_formed": {"file_id": "0123456789ABCDEF"},
        "sha256_well_formed": {"sha256": "ab"},
        "faults_within_records": {"fault_count": 3},
        "file_not_empty": {"record_count": 0},
    },
    "bronze.records": {
        "record_kept": {"payload": None, "payload_bytes": None},
        "version_told": {"version_id": None},
        "shape_told": {"shape": None},
        "object_told": {"object_id": None},
        "fault_explained": {"fault": ""},
        "known_after_it_occurred": {"occurred_at": LATER},
        "no_card_number": {"masked_count": 1},
    },
    "silver.accounts": {
        "mcc_well_formed": {"mcc": "573"},
        "payout_needs_details": {"is_payouts_enabled": True, "is_details_submitted": False},
    },
    "silver.settlement_lines": {"net_is_amount_less_fee": {"net_minor": 999}},
    "silver.balance_transactions": {
        "net_is_amount_less_fee": {"net_minor": 999},
        "fees_add_up": {"fee_details": '[{"amount": 1}]'},
        "payments_come_in": {"type": "charge", "amount_minor": -1, "net_minor": -1},
        "refunds_go_out": {"type": "refund"},
        "available_later": {"available_date": YESTERDAY},
        "exchange_rate_above_zero": {"exchange_rate": 0.0},
    },
    "silver.charges": {
        "captured_within_amount": {"amount_captured_minor": 1001},
        "refunded_within_amount": {"amount_refunded_minor": 1001},
        "risk_score_in_range": {"risk_score": 101},
        "refund_flag_agrees": {"is_refunded": True, "amount_captured_minor": 1},
        "nothing_taken_of_failed": {"status": "failed", "amount_captured_minor": 1},
        "failure_explained": {"status": "failed", "failure_code": None, "outcome_type": None},
        "one_outcome": {"is_authorized": True, "is_blocked": True},
        "decline_reason_only_where_declined": {"decline_reason": "do_not_honor"},
    },
    "silver.customers": {
        "email_well_formed": {"email_domain": None},
        "deletion_marked": {"is_marked_deleted": True},
    },
    "silver.disputes": {
        "one_kind": {"is_inquiry": True, "is_chargeback": True},
        "fraud_by_reason": {"is_fraud": False},
        "evidence_due_later": {"evidence_due_at": NOON.replace(hour=1)},
    },
    "silver.invoices": {
        "attempts_are_counted": {"attempt_count": 1},
        "remainder_agrees": {"amount_due_minor": 1},
        "paid_in_full": {"status": "paid", "amount_remaining_minor": 1, "amount_due_minor": 1},
        "payment_dated": {"status": "paid", "paid_at": None},
        "finalization_dated": {"status": "open", "finalized_at": None},
        "subscription_told": {"billing_reason": "subscription_cycle", "subscription_id": None},
        "period_in_order": {"period_start_at": LATER},
    },
    "silver.payment_intents": {
        "received_within_amount": {"amount_received_minor": 1001},
        "capturable_within_amount": {"amount_capturable_minor": 1001},
        "succeeded_is_paid": {"status": "succeeded"},
        "cancellation_dated": {"status": "canceled", "canceled_at": None},
    },
    "silver.transfer_reversals": {
        "transfer_told": {"transfer_id": None},
    },
    "silver.application_fees": {
        "refunded_within_amount": {"amount_refunded_minor": 1001},
        "refunded_in_whole": {"is_refunded": True},
    },
    "silver.application_fee_refunds": {
        "fee_told": {"application_fee_id": None},
    },
    "silver.topups": {
        "failure_explained": {"status": "failed", "failure_code": None},
    },
    "silver.invoice_payments": {
        "payment_dated": {"status": "paid", "paid_at": None},
        "invoice_told": {"invoice_id": None},
    },
    "silver.invoice_line_items": {
        "invoice_told": {"invoice_id": None},
        "period_in_order": {"period_start_at": LATER},
        "place_from_0": {"place": -1},
    },
    "silver.invoice_items": {
        "customer_told": {"customer_id": None},
        "period_in_order": {"period_start_at": LATER},
    },
    "silver.credit_notes": {
        "invoice_told": {"invoice_id": None},
        "void_dated": {"status": "void", "voided_at": None},
    },
    "silver.checkout_sessions": {
        "paid_is_complete": {"payment_status": "paid", "status": "open"},
        "expires_later": {"expires_at": NOON.replace(hour=1)},
    },
    "silver.setup_intents": {
        "succeeded_keeps": {"status": "succeeded", "payment_method_id": None},
        "cancellation_explained": {"cancellation_reason": "abandoned", "status": "processing"},
    },
    "silver.mandates": {
        "acceptance_dated": {"status": "active", "accepted_at": None},
    },
    "silver.products": {
        "product_named": {"product_name": None},
    },
    "silver.prices": {
        "interval_told": {"price_type": "recurring", "interval": None},
        "amount_told": {"unit_amount_minor": None, "unit_amount_decimal": None, "billing_scheme": "per_unit"},
    },
    "silver.coupons": {
        "takes_something_off": {"percent_off": None, "amount_off_minor": None},
        "percent_within_100": {"percent_off": 101.0},
        "redeemed_within_limit": {"times_redeemed": 2, "max_redemptions": 1},
    },
    "silver.promotion_codes": {
        "redeemed_within_limit": {"times_redeemed": 2, "max_redemptions": 1},
    },
    "silver.discounts": {
        "time_in_order": {"start_at": LATER},
    },
    "silver.subscription_items": {
        "subscription_told": {"subscription_id": None},
        "price_told": {"price_id": None},
        "place_from_0": {"place": -1},
    },
    "silver.subscription_schedules": {
        "cancellation_dated": {"status": "canceled", "canceled_at": None},
    },
    "silver.quotes": {
        "acceptance_dated": {"status": "accepted", "accepted_at": None},
    },
    "silver.tax_rates": {
        "percentage_within_100": {"percentage": 100.5},
    },
    "silver.tax_ids": {
        "type_told": {"tax_id_type": None},
    },
    "silver.persons": {
        "ownership_within_100": {"ownership_percent": 100.5},
    },
    "silver.capabilities": {
        "active_is_requested": {"status": "active", "is_requested": False},
    },
    "silver.external_accounts": {
        "account_told": {"of_account_id": None},
        "last4_four_characters": {"last4": "42424"},
    },
    "silver.balance_snapshots": {
        "currency_told": {"currency": None},
    },
    "silver.transfers": {
        "reversed_within_amount": {"amount_reversed_minor": 1001},
        "reversed_in_whole": {"is_reversed": True},
        "amount_not_zero": {"amount_minor": 0},
    },
    "silver.payment_methods": {
        "card_has_brand": {"payment_method_type": "card", "card_brand": None},
    },
    "silver.payouts": {
        "amount_not_zero": {"amount_minor": 0},
        "arrives_later": {"arrival_date": YESTERDAY},
        "failure_explained": {"status": "failed", "failure_code": None},
    },
    "silver.quarantine": {
        "reason_given": {"reason": ""},
        "payload_kept": {"payload": None},
        "table_named": {"table_name": "charges"},
    },
    "silver.refunds": {
        "failure_explained": {"status": "failed", "failure_reason": None},
    },
    "silver.reviews": {
        "end_explained": {"closed_reason": None},
        "open_has_no_end": {"is_open": True},
        "latitude_in_range": {"ip_latitude": 91.0},
        "longitude_in_range": {"ip_longitude": -181.0},
    },
    "silver.subscriptions": {
        "period_in_order": {"current_period_start_at": LATER},
        "trial_in_order": {"trial_start_at": LATER},
        "cancellation_dated": {"status": "canceled", "canceled_at": None},
        "end_in_order": {"start_at": LATER},
        "customer_told": {"customer_id": None},
    },
    "silver.verification_reports": {
        "document_explained": {"document_status": "unverified", "document_error_code": None},
        "selfie_explained": {"selfie_status": "unverified", "selfie_error_code": None},
        "id_number_explained": {"id_number_status": "unverified", "id_number_error_code": None},
        "document_dates_in_order": {"document_expiration_date": YESTERDAY},
    },
    "silver.verification_sessions": {
        "verified_has_report": {"status": "verified", "last_verification_report_id": None},
        "verified_without_error": {"status": "verified", "last_error_code": "abandoned"},
    },
    "gold.payment_decisions": {
        "model_decides_by_score": {"decided_by": "model"},
        "default_does_nothing": {"decided_by": "default", "action": "block"},
        "rule_decides_where_it_held": {"matched_rules": "other"},
        "blocked_share_low": {"action": "block"},
    },
    "gold.authorizations_daily": {
        "outcomes_add_up": {"attempts_count": 1},
        "amounts_add_up": {"attempts_minor": 1},
        "intents_within": {"intents_authorized_count": 1},
        "intents_by_first_attempt": {"attempt_number": 2, "intents_count": 1},
        "unauthenticated_without_attempt": {"attempts_count": 1, "authorized_count": 1},
        "reason_only_where_declined": {"decline_reason": "do_not_honor", "authorized_count": 1},
    },
    "gold.decline_reasons": {
        "recoverable_follows": {"recoverable_count": 1},
        "declines_counted": {"declines_count": 0},
        "declined_by_known": {"declined_by": "blocked"},
    },
    "gold.retries": {
        "outcomes_add_up": {"undecided_count": 0},
        "authorized_within": {"authorized_minor": 1},
        "waited_follows": {"waited_seconds": 3599},
    },
    "gold.false_declines": {"paid_by_known": {"paid_by": "cash"}, "paid_follows": {"false_count": 1}},
    "gold.payment_method_mix": {
        "captured_or_not": {"captured_count": 1},
        "parts_within": {"failed_count": 1},
        "funding_of_cards": {"network": "none"},
    },
    "gold.checkout_funnel_daily": {
        "outcomes_add_up": {"expired_count": 1},
        "amounts_within": {"paid_minor": 1},
    },
    "gold.verification_funnel_daily": {
        "outcomes_add_up": {"verified_count": 1},
        "parts_within": {"country_mismatch_count": 1},
        "failure_follows": {"failure_reason": "document_expired", "verified_count": 1},
        "selfies_genuine": {"selfie_manipulated_count": 5, "submitted_count": 20},
    },
    "gold.onboarding_daily": {
        "parts_within": {"enabled_count": 1},
        "nothing_overdue": {"requirements_past_due_count": 1},
    },
    "gold.issuer_health": {
        "parts_within": {"authorized_count": 2},
        "drop_follows": {"is_sudden_drop": True},
    },
    "gold.customers_daily": {"parts_within": {"failed_count": 1}},
    "gold.customers_overview": {
        "days_in_order": {"last_date": YESTERDAY},
        "value_adds_up": {"lifetime_value_minor": 1},
        "scores_of_payers": {"money_score": 6},
        "segment_follows": {"segment": "never_paid"},
    },
    "gold.merchants_overview": {
        "days_in_order": {"last_date": YESTERDAY},
        "parts_within": {"failed_count": 1},
        "paid_while_enabled": {"attempts_count": 1, "payments_count": 1, "captured_count": 1},
    },
    "gold.cohort_retention_monthly": {
        "active_within": {"captured_count": 0},
        "all_paid_at_first": {"customers_count": 2},
        "month_begins": {"date": YESTERDAY},
    },
    "gold.three_d_secure_daily": {
        "results_add_up": {"failed_count": 1},
        "parts_within": {"tried_minor": 1},
        "unfinished_of_no_card": {"unfinished_count": 1},
    },
    "gold.balances_daily": {
        "categories_add_up": {"other_minor": 1},
        "net_is_amount_less_fees": {"fees_minor": 1},
        "parts_within_whole": {"failed_payouts_count": 1},
        "payouts_tie": {"payout_difference_minor": 1},
        "payouts_pay_what_was_available": {"payable_difference_minor": -1},
    },
    "gold.balance_transactions_enriched": {
        "net_is_amount_less_fees": {"net_minor": 999},
        "fees_add_up": {"fee_minor": 1, "net_minor": 999},
        "customer_currency_in_iso_4217": {"customer_currency": "usd"},
        "customer_amount_has_currency": {"customer_amount_minor": None},
        "paid_when_available": {"payout_date": YESTERDAY},
    },
    "gold.activity_itemized": {
        "net_is_amount_less_fees": {"net_minor": 999},
        "no_payout_among_activity": {"reporting_category": "payout"},
    },
    "gold.fees_daily": {
        "kinds_add_up": {"fees_minor": 1},
        "rate_only_where_taken": {"charges_minor": 0},
        "effective_rate_usual": {"effective_rate": 0.6},
    },
    "gold.coupons_used": {
        "parts_within_invoices": {"invoices_count": 0},
        "discount_within_subtotal": {"discounted_minor": 1001},
        "coupons_known": {"coupon_id": "unknown"},
    },
    "gold.exchange_rates_daily": {
        "rates_known": {"rate": None, "minor_rate": None, "rate_source": None},
        "rate_told": {"rate_source": None},
        "rates_recent": {"rate_date": date(2026, 2, 1)},
    },
    "gold.revenue_converted_daily": {
        "net_adds_up": {"net_revenue_minor": 1},
        "same_currency_same_amount": {"booked_currency": "USD", "gross_minor": 1, "net_revenue_minor": 1},
        "converted_by_a_rate": {"gross_minor": None},
        "rates_known": {"rate": None, "gross_minor": None},
    },
    "gold.settlement_reconciliation": {
        "status_follows": {"record_id": None},
        "all_matched": {"status": "other_day"},
    },
    "gold.three_way_reconciliation": {
        "status_follows": {"is_object_known": False},
        "all_matched": {"status": "other_amount"},
    },
    "gold.revenue_daily": {"revenue_adds_up": {"net_revenue_minor": 1}},
    "gold.transfers_daily": {"nets_add_up": {"reversed_minor": 1}},
    "gold.balance_change_daily": {"balances_add_up": {"opening_minor": 1}},
    "gold.ending_balance_reconciliation": {
        "parts_add_up": {"unpaid_minor": 1},
        "balance_is_what_is_not_paid_out": {"status": "different"},
    },
    "gold.payouts_itemized": {
        "net_is_amount_less_fees": {"net_minor": 999},
        "paid_when_available": {"date": YESTERDAY},
        "payout_does_not_pay_itself": {"reporting_category": "payout", "payout_id": "po_1"},
    },
    "gold.payout_reconciliation": {
        "status_follows": {"status": "matched"},
        "difference_follows": {"difference_minor": 1},
        "payouts_matched": {"status": "different"},
    },
    "gold.fraud_labels": {
        "label_follows": {"fraud_source": None},
        "first_among_all": {"fraud_sources": "review"},
        "known_after_payment": {"label_known_at": NOON.replace(hour=1)},
        "matures_after_payment": {"matures_at": NOON},
        "friendly_is_no_fraud": {"is_friendly": True},
    },
    "gold.features_payments": {
        "windows_grow": {"card_payments_1h": 1.0},
        "merchant_known": {"merchant_payments_5m": None},
        "statements_true_or_false": {"is_card": 0.5},
    },
    "gold.training_fraud": {
        "known_after_payment": {"label_known_at": NOON.replace(hour=1)},
    },
    "gold.card_testing_alerts": {
        "refused_rate_is_share": {"refused_rate": 1.5},
        "many_cards": {"cards_count": 9},
        "mostly_refused": {"refused_count": 4, "declined_count": 4},
        "within_the_hour": {"last_at": LATER},
        "attempts_add_up": {"authorized_count": 6},
    },
    "gold.identity_links": {
        "something_is_linked": {"uses_count": 0},
        "kinds_within_documents": {"document_kinds_count": 1},
        "hubs_are_networks": {"is_hub": True},
        "no_document_of_two_people": {"link": "document"},
    },
    "gold.rule_performance": {
        "truths_add_up": {"good_count": 1},
        "truth_can_be_known": {"system": "stripe"},
    },
    "gold.refunds_enriched": {
        "payment_is_told_whole": {"payment_minor": None},
        "times_in_order": {"refund_seconds": 3 * 86_400},
    },
    "gold.disputes_enriched": {
        "outcome_follows": {"at_stake_minor": 1},
        "times_in_order": {"raised_after_days": 541},
    },
    "gold.merchant_risk_daily": {
        "points_within_weights": {"age_points": 6, "risk_score": 6},
        "points_add_up": {"risk_score": 1},
        "parts_within_whole": {"closing_minor": -1},
        "nobody_scores_high": {"risk_score": 60},
    },
    "gold.network_monitoring_monthly": {
        "first_of_month": {"date": YESTERDAY},
        "known_days_in_month": {"is_complete": False},
        "figures_follow": {"numerator": 1, "headroom": 0},
        "projection_in_order": {"projected_numerator": 1},
        "status_follows": {"status": "unknown_region"},
        "no_line_reached": {"status": "reached", "line": 0, "headroom": 0, "crossed_on": NOON.date()},
    },
    "gold.disputes_daily": {
        "reasons_add_up": {"other_chargebacks_count": 1},
        "results_add_up": {"open_count": 1},
        "parts_within_whole": {"won_minor": 1},
        "cohort_dispute_rate_is_share": {"cohort_dispute_rate": 1.5},
        "cohort_early_fraud_warning_rate_is_share": {"cohort_early_fraud_warning_rate": 1.5},
    },
    "gold.payments_daily": {
        "outcomes_within_attempts": {"payments_count": 1},
        "outcomes_add_up": {"attempts_count": 1},
        "parts_within_whole": {"captured_count": 1},
        "card_outcomes_within_attempts": {"card_blocked_count": 1},
        "authorization_rate_is_share": {"authorization_rate": 1.5},
        "card_share_rate_is_share": {"card_share_rate": 1.5},
        "dispute_rate_is_share": {"dispute_rate": 1.5},
        "refund_rate_at_most_1": {"refund_rate": 1.5},
    },
}
"""By table and check, the values that break it; what follows from the contract is broken by rule instead."""


def good_row(table: Table, number: int = 0) -> Row:
    """A row as expected; its key differs by number."""
    row = {column.name: _good_value(column) for column in table.columns} | dict(GOOD.get(table.name, {}))
    if table.history_of:
        row |= {"valid_to": None, "is_current": True}
    return row | _key(table, number)


def broken_row(suite: Suite, check: Check, number: int) -> Row:
    """A row that breaks a check."""
    row = good_row(suite.table, number)
    if check.name == "key_unique":
        return row | _key(suite.table, 0)
    return row | _break(suite.table, check)


def frame(spark: SparkSession, table: Table, rows: list[Row]) -> DataFrame:
    """Rows as a staged frame of a table."""
    return spark.createDataFrame(pa.Table.from_pylist(rows, schema=arrow_schema(table)))


def _good_value(column: Column) -> Any:
    if column.currency:
        return "USD"
    if column.name in BY_NAME:
        return BY_NAME[column.name]
    if column.known:
        return column.known[0]
    if column.minimum:
        return column.minimum
    if column.type == "string":
        return "US" if "country" in column.name else "text"
    return BY_TYPE[column.type]


def _key(table: Table, number: int) -> Row:
    """The key's last text, which is the object's id or a dimension; or its day."""
    key = (table.history_of or table).key  # each row of a history is about another object
    name = next((n for n in reversed(key) if _free(table.column(n))), "account")
    if name not in key:
        return {"date": NOON.date() + timedelta(days=number)}
    if table.name == "bronze.files":
        return {name: f"{number:016x}"}
    return {name: f"x_{number}"}


def _free(column: Column) -> bool:
    return column.type == "string" and column.name not in (
        "currency",
        "decline_reason",
        "failure_reason",
        "paid_by",
        "table_name",
    )


def _break(table: Table, check: Check) -> Row:
    own = BROKEN.get(table.name, {}) | SHARED
    if check.name in own:
        return dict(own[check.name])
    if check.name.endswith("_in_iso_3166"):
        return {check.name.removesuffix("_in_iso_3166"): "usa"}
    if check.name == "minimums_kept":
        column = next(c for c in table.columns if c.minimum is not None)
        return {column.name: (column.minimum or 0) - 1}
    if check.name in ("required_present", "provenance_present"):
        return {next(iter(check.parts)): None}
    if check.name in ("counts_not_negative", "shares_are_shares"):
        return {next(iter(check.parts)): -1.0}
    if check.expectation == "ExpectColumnValuesToNotBeNull":
        return {check.columns[0]: None}
    if check.expectation == "ExpectColumnValuesToBeInSet" and not check.sql:
        return {check.columns[0]: "unheard_of"}
    raise AssertionError(f"{table.name}: say in BROKEN what breaks {check.name}")
