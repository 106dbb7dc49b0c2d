"""gold.disputes_daily: chargebacks add up by reason and by result, and rates are shares."""

from __future__ import annotations

from expectations.check import all_of, always
from expectations.shared import CURRENCY, FRESH, share

CHECKS = (
    CURRENCY,
    always(
        "reasons_add_up",
        "fraud_chargebacks_count + consumer_chargebacks_count + processing_chargebacks_count + other_chargebacks_count"
        " = chargebacks_count",
        "Every chargeback has one kind of reason.",
    ),
    always(
        "results_add_up",
        "won_count + lost_count + open_count = chargebacks_count",
        "Every chargeback is won, lost or open.",
    ),
    all_of(
        "parts_within_whole",
        {
            "fraud_chargebacks_minor": "fraud_chargebacks_minor <= chargebacks_minor",
            "won_minor and lost_minor": "won_minor + lost_minor <= chargebacks_minor",
            "card_not_present_chargebacks_count": "card_not_present_chargebacks_count <= chargebacks_count",
            "card_not_present_early_fraud_warnings_count": "card_not_present_early_fraud_warnings_count"
            " <= early_fraud_warnings_count",
            "three_d_secure_early_fraud_warnings_count": "three_d_secure_early_fraud_warnings_count"
            " <= early_fraud_warnings_count",
            "early_fraud_warnings_minor": "card_not_present_early_fraud_warnings_minor <= early_fraud_warnings_minor"
            " and three_d_secure_early_fraud_warnings_minor <= early_fraud_warnings_minor",
            "cohort_card_not_present_count": "cohort_card_not_present_count <= cohort_captured_count",
            "cohort_three_d_secure_count": "cohort_three_d_secure_count <= cohort_captured_count",
            "cohort_three_d_secure_minor": "cohort_three_d_secure_minor <= cohort_captured_minor",
            "cohort_disputed_count": "cohort_disputed_count <= cohort_captured_count",
            "cohort_fraud_disputed_count": "cohort_fraud_disputed_count <= cohort_disputed_count",
            "cohort_warned_count": "cohort_warned_count <= cohort_captured_count",
        },
        "No part is more than its whole.",
    ),
    share("cohort_dispute_rate"),
    share("cohort_early_fraud_warning_rate"),
    FRESH,
)
