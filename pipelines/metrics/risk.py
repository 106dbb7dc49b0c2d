"""How disputes are answered, how near accounts are to the networks' limits, and who tests cards."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject
from pipelines.payments.maturity import OUTCOMES

_WHICH = (
    "account",
    "currency",
    "kind",
    "network",
    "reason",
    "reason_group",
    "network_reason_code",
    "outcome",
    "response",
)
_WHY = tuple(name for name in _WHICH if name not in ("kind", "outcome", "response"))
"""What follows from how disputes ended, or were answered, is no question to ask a rate of these by."""

_disputes = Subject("gold.disputes_enriched", "risk", dimensions=_WHICH)
_chargebacks = Subject("gold.disputes_enriched", "risk", dimensions=_WHY, only="kind = 'chargeback'")
_decided = Subject(
    "gold.disputes_enriched",
    "risk",
    dimensions=(*_WHY, "response"),
    matures=OUTCOMES,
    only="kind = 'chargeback' and outcome in ('won', 'lost')",
)
_inquiries = Subject("gold.disputes_enriched", "risk", dimensions=_WHY, matures=OUTCOMES, only="was_inquiry")
_programmes = Subject(
    "gold.network_monitoring_monthly",
    "risk",
    dimensions=("account", "programme", "level", "applies_to", "network", "region"),
    apart=("programme", "level", "applies_to"),
)
_merchants = Subject("gold.merchant_risk_daily", "risk", apart=("account", "currency", "date"))
_bursts = Subject("gold.card_testing_alerts", "risk", dimensions=("account", "currency"))

METRICS = (
    _disputes(
        "disputes_by_reason_count",
        "Disputes by the day on which they were raised, with their reasons: chargebacks, inquiries and prevented ones.",
        ROWS,
        synonyms=("disputes by reason code",),
    ),
    _disputes("disputes_by_reason_minor", "Amount of the disputes, with their reasons.", "amount_minor"),
    _disputes(
        "at_stake_minor",
        "Amount of the open chargebacks and inquiries: what may still be lost or won back.",
        synonyms=("money at stake", "open dispute volume"),
    ),
    _inquiries(
        "inquiries_with_reasons_count",
        "Inquiries, with their reasons: those that became chargebacks since among them.",
        ROWS,
        synonyms=("inquiries by reason", "all inquiries"),
    ),
    _inquiries(
        "escalated_inquiries_count",
        "Inquiries that became chargebacks, by the day on which they were opened.",
        ROWS,
        only="was_inquiry and kind = 'chargeback'",
        synonyms=("escalated inquiries", "inquiries that became chargebacks"),
    ),
    _inquiries(
        "inquiry_escalation_rate",
        "Inquiries that became chargebacks, of all. What came without its earlier versions is not known to have been "
        "an inquiry.",
        ROWS,
        ROWS,
        part="kind = 'chargeback'",
        synonyms=("inquiry to chargeback rate", "share of inquiries that became chargebacks"),
    ),
    _disputes(
        "awaiting_response_count",
        "Disputes that can still be answered with evidence, and were not.",
        ROWS,
        only="response = 'awaiting_response'",
        synonyms=("evidence due", "disputes to answer"),
    ),
    _disputes(
        "awaiting_response_minor",
        "Amount of the disputes that can still be answered with evidence.",
        "amount_minor",
        only="response = 'awaiting_response'",
    ),
    _chargebacks(
        "contest_rate",
        "Chargebacks that were answered with evidence, of those that were or no longer can be.",
        ROWS,
        ROWS,
        only="kind = 'chargeback' and response in ('contested', 'uncontested')",
        part="response = 'contested'",
        synonyms=("response rate to disputes", "representment rate"),
    ),
    _decided(
        "win_by_reason_rate",
        "Chargebacks that were won, of those that are decided, with their reasons and whether they were answered.",
        ROWS,
        ROWS,
        part="outcome = 'won'",
        synonyms=("win rate by reason code",),
    ),
    _decided(
        "win_by_reason_amount_rate",
        "Amount of the chargebacks that were won, of the amount of those that are decided, with their reasons.",
        "amount_minor",
        "amount_minor",
        part="outcome = 'won'",
    ),
    _disputes(
        "average_response_seconds",
        "Mean time from a dispute to the evidence, where events tell when that was sent.",
        "response_seconds",
        ROWS,
        only="response_seconds >= 0",
        synonyms=("days to respond", "time to respond to disputes"),
    ),
    _programmes(
        "monitored_cases_rate",
        "Cases of a card network's programme, of the payments that it measures them against, as its level counts them.",
        "numerator",
        "denominator",
        synonyms=("network monitoring rate", "programme rate"),
    ),
    _programmes(
        "projected_cases_rate",
        "The same at the end of the month, at the pace so far.",
        "projected_numerator",
        "projected_denominator",
    ),
    _programmes(
        "levels_reached_count",
        "Accounts and months in which the level of a network's programme is reached.",
        ROWS,
        only="status = 'reached'",
        synonyms=("limits reached", "programmes entered"),
    ),
    _programmes(
        "levels_near_count",
        "Accounts and months in which the level of a network's programme is expected, or possible, at the month's end.",
        ROWS,
        only="status in ('expected', 'possible')",
    ),
    _merchants(
        "risk_score_count",
        "Points of an account's risk score, 0 to 100, on a day: whom to look at first.",
        "risk_score",
        synonyms=("risk score", "merchant risk"),
    ),
    _merchants(
        "recent_dispute_rate",
        "Chargebacks raised in the 28 days to a day, of the payments captured in them.",
        "chargebacks_count",
        "captured_count",
    ),
    _merchants(
        "recent_refund_rate",
        "Amount of the refunds made in the 28 days to a day, of the amount captured in them.",
        "refunded_minor",
        "captured_minor",
    ),
    _merchants(
        "recent_largest_day_rate",
        "Amount captured on the day on which most was, of the 28 days to a day.",
        "largest_day_minor",
        "captured_minor",
        synonyms=("concentration of volume",),
    ),
    _merchants(
        "negative_balance_minor",
        "What an account owes at the end of a day: its balance, where that is below 0.",
        "negative_minor",
        synonyms=("negative balance exposure",),
    ),
    _bursts(
        "card_testing_alerts_count",
        "Hours in which many cards were tried with small amounts and mostly refused.",
        ROWS,
        synonyms=("card testing", "enumeration alerts"),
    ),
    _bursts(
        "card_testing_attempts_count", "Small attempts in hours in which cards were tested.", "attempts_count"
    ),
    _bursts(
        "card_testing_refused_rate",
        "Attempts that were declined or blocked, of all small attempts in hours in which cards were tested.",
        "refused_count",
        "attempts_count",
    ),
    _bursts(
        "card_testing_authorized_count",
        "Small attempts that were authorized in hours in which cards were tested.",
        "authorized_count",
    ),
)
