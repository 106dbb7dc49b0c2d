"""Chargebacks, inquiries and early fraud warnings: by the day on which they came in, and by the day of the payment.

Rates are of card payments: other ways to pay have no card network.
"""

from __future__ import annotations

from pipelines.metrics.shared.metric import Subject
from pipelines.payments.maturity import DISPUTES, OUTCOMES

TABLE = "gold.disputes_daily"

_CARDS = "network <> 'none'"

_raised = Subject(TABLE, "risk")
_outcome = Subject(TABLE, "risk", matures=OUTCOMES)
_activity = Subject(TABLE, "risk", only=_CARDS)
_cohort = Subject(TABLE, "risk", matures=DISPUTES, only=_CARDS)

_DECIDED = ("won_count", "lost_count")
_ALL_RAISED = ("chargebacks_count", "prevented_count")
_CASES = ("card_not_present_chargebacks_count", "card_not_present_early_fraud_warnings_count")

METRICS = (
    _raised(
        "chargebacks_count",
        "Chargebacks by the day on which they were raised; inquiries and prevented disputes are not chargebacks.",
        synonyms=("chargebacks", "disputes", "number of disputes", "disputes raised"),
    ),
    _raised(
        "chargebacks_minor",
        "Amount of the chargebacks by the day on which they were raised.",
        synonyms=("chargeback volume", "disputed amount", "dispute volume"),
    ),
    _raised(
        "fraud_chargebacks_count",
        "Chargebacks for fraud by the day on which they were raised.",
        synonyms=("fraud chargebacks", "fraud disputes", "fraudulent disputes"),
    ),
    _raised(
        "fraud_chargebacks_minor",
        "Amount of the chargebacks for fraud.",
        synonyms=("fraud chargeback volume",),
    ),
    _raised(
        "consumer_chargebacks_count",
        "Chargebacks about the goods or the contract: not received, unacceptable, canceled, not credited.",
        synonyms=("consumer disputes", "goods disputes"),
    ),
    _raised("processing_chargebacks_count", "Chargebacks about the processing, such as duplicates."),
    _raised("other_chargebacks_count", "Chargebacks with another reason, such as unrecognized or general."),
    _outcome(
        "won_count",
        "Chargebacks raised on the days asked for that were won since.",
        synonyms=("disputes won",),
    ),
    _outcome("won_minor", "Amount of the chargebacks that were won.", synonyms=("amount won",)),
    _outcome(
        "lost_count",
        "Chargebacks raised on the days asked for that were lost since.",
        synonyms=("disputes lost",),
    ),
    _outcome(
        "lost_minor",
        "Amount of the chargebacks raised on the days asked for that were lost since.",
        synonyms=("lost to disputes", "lost to chargebacks", "dispute losses", "chargeback losses"),
    ),
    _raised(
        "open_count",
        "Chargebacks raised on the days asked for that are neither won nor lost, as known now.",
        synonyms=("open disputes", "undecided disputes"),
    ),
    _raised(
        "inquiries_count", "Inquiries opened on the days asked for.", synonyms=("inquiries", "retrievals")
    ),
    _raised("inquiries_minor", "Amount of the inquiries."),
    _raised(
        "prevented_count",
        "Disputes that were resolved before they were raised.",
        synonyms=("prevented disputes", "deflected disputes"),
    ),
    _raised("prevented_minor", "Amount of the disputes that were resolved before they were raised."),
    _raised("card_not_present_chargebacks_count", "Chargebacks on payments made with the card not present."),
    _raised(
        "early_fraud_warnings_count",
        "Early fraud warnings (Visa TC40, Mastercard SAFE) by the day on which they came in.",
        synonyms=("early fraud warnings", "efw", "tc40", "safe reports", "warnings"),
    ),
    _raised("early_fraud_warnings_minor", "Amount of the payments that early fraud warnings were about."),
    _raised(
        "average_chargeback_minor",
        "Mean amount of a chargeback.",
        "chargebacks_minor",
        "chargebacks_count",
        synonyms=("average dispute",),
    ),
    _raised(
        "fraud_share_of_chargebacks_rate",
        "Chargebacks for fraud, of all chargebacks.",
        "fraud_chargebacks_count",
        "chargebacks_count",
        synonyms=("fraud share of disputes", "share of fraud among chargebacks"),
    ),
    _raised(
        "consumer_share_of_chargebacks_rate",
        "Chargebacks about the goods or the contract, of all chargebacks.",
        "consumer_chargebacks_count",
        "chargebacks_count",
    ),
    _raised(
        "prevention_rate",
        "Disputes that were resolved before they were raised, of these and the chargebacks.",
        "prevented_count",
        _ALL_RAISED,
        synonyms=("deflection rate",),
    ),
    _outcome(
        "win_rate",
        "Chargebacks that were won, of those that are decided.",
        "won_count",
        _DECIDED,
        synonyms=("dispute win rate", "chargeback win rate", "representment win rate"),
    ),
    _outcome(
        "win_amount_rate",
        "Amount of the chargebacks that were won, of the amount of those that are decided.",
        "won_minor",
        ("won_minor", "lost_minor"),
        synonyms=("win rate by amount",),
    ),
    _outcome(
        "undecided_chargebacks_rate",
        "Chargebacks that are neither won nor lost, as known now, of all.",
        "open_count",
        "chargebacks_count",
    ),
    _activity(
        "dispute_activity_rate",
        "Chargebacks raised on the days asked for, of the card payments captured on these days: by dispute day.",
        "chargebacks_count",
        "cohort_captured_count",
        synonyms=("chargeback ratio", "dispute rate by dispute date", "dispute activity", "chargeback rate"),
    ),
    _activity(
        "dispute_activity_amount_rate",
        "Amount of the chargebacks raised, of the amount captured by card on the same days.",
        "chargebacks_minor",
        "cohort_captured_minor",
    ),
    _activity(
        "fraud_activity_rate",
        "Chargebacks for fraud raised, of the card payments captured on the same days.",
        "fraud_chargebacks_count",
        "cohort_captured_count",
        synonyms=("fraud chargeback rate",),
    ),
    _activity(
        "fraud_activity_amount_rate",
        "Amount of the chargebacks for fraud raised, of the amount captured by card on the same days.",
        "fraud_chargebacks_minor",
        "cohort_captured_minor",
    ),
    _activity(
        "early_fraud_warning_activity_rate",
        "Early fraud warnings that came in, of the card payments captured on the same days.",
        "early_fraud_warnings_count",
        "cohort_captured_count",
    ),
    _activity(
        "inquiry_rate",
        "Inquiries opened, of the card payments captured on the same days.",
        "inquiries_count",
        "cohort_captured_count",
    ),
    _activity(
        "visa_vamp_rate",
        "As Visa's VAMP measures it, over the days asked for: early fraud warnings and chargebacks, of captured "
        "payments, all of Visa with the card not present. A fraud that is also disputed counts twice. Visa measures "
        "each merchant by calendar month.",
        _CASES,
        "cohort_card_not_present_count",
        only="network = 'visa'",
        synonyms=("vamp", "vamp ratio", "vamp rate"),
    ),
    _activity(
        "visa_vamp_cases_count",
        "The cases of Visa's VAMP: early fraud warnings and chargebacks on Visa payments with the card not present.",
        _CASES,
        only="network = 'visa'",
        synonyms=("vamp cases",),
    ),
    _activity(
        "captured_card_payments_count",
        "Card payments made on the days asked for and captured: what dispute rates are of.",
        "cohort_captured_count",
    ),
    _activity("captured_card_payments_minor", "Amount captured of card payments.", "cohort_captured_minor"),
    _activity(
        "card_not_present_share_rate",
        "Captured card payments made with the card not present, of all.",
        "cohort_card_not_present_count",
        "cohort_captured_count",
        synonyms=("cnp share", "online share"),
    ),
    _activity(
        "three_d_secure_payments_rate",
        "Captured card payments that were authenticated by 3D Secure, of all.",
        "cohort_three_d_secure_count",
        "cohort_captured_count",
    ),
    _activity(
        "three_d_secure_payments_amount_rate",
        "Amount captured of card payments authenticated by 3D Secure, of all that was captured by card.",
        "cohort_three_d_secure_minor",
        "cohort_captured_minor",
    ),
    _cohort(
        "dispute_rate",
        "Captured card payments with a chargeback, whenever it was raised, of those made on the days asked for: by "
        "payment day.",
        "cohort_disputed_count",
        "cohort_captured_count",
        synonyms=("dispute rate by payment date", "cohort dispute rate", "share disputed"),
    ),
    _cohort(
        "dispute_amount_rate",
        "Amount charged back, of the amount captured by card on the days asked for.",
        "cohort_disputed_minor",
        "cohort_captured_minor",
    ),
    _cohort(
        "fraud_dispute_rate",
        "Captured card payments with a chargeback for fraud, of those made on the days asked for.",
        "cohort_fraud_disputed_count",
        "cohort_captured_count",
        synonyms=("fraud dispute rate by payment date",),
    ),
    _cohort(
        "early_fraud_warning_rate",
        "Captured card payments with an early fraud warning, of those made on the days asked for.",
        "cohort_warned_count",
        "cohort_captured_count",
        synonyms=("efw rate", "warning rate"),
    ),
)
