"""The page about risk: what is disputed and why, whom to look at, and how near the networks' lines are."""

from __future__ import annotations

from pipelines.report import limits
from pipelines.report.plots import Listing, Plot
from pipelines.report.subject import Part, Subject, page

_DISPUTES = Part(
    "disputes",
    "Disputes",
    (
        Plot("Chargebacks raised", ("chargebacks_count",), by="network", form="bars"),
        Plot(
            "Dispute rate",
            ("dispute_activity_rate", "dispute_rate"),
            text="Chargebacks of captured card payments: raised on these days, and of the payments of these days so "
            "far.",
        ),
        Plot(
            "Kinds of chargebacks", ("fraud_share_of_chargebacks_rate", "consumer_share_of_chargebacks_rate")
        ),
        Plot("Money charged back", ("chargebacks_minor",), form="bars"),
        Plot("Won", ("win_rate", "win_amount_rate")),
        Plot("Still open", ("open_count",), form="bars"),
        Plot("Early fraud warnings", ("early_fraud_warnings_count",), form="bars"),
        Plot("Dispute rate by network", ("dispute_rate",), by="network", form="values"),
        Plot("Why customers dispute", ("disputes_by_reason_count",), by="reason", form="values"),
        Plot("Won by reason", ("win_by_reason_rate",), by="reason", form="values"),
        Plot("Answered with evidence", ("contest_rate",), by="reason", form="values"),
        Plot("Won if answered, and if not", ("win_by_reason_rate",), by="response", form="values"),
        Listing(
            "To be answered next",
            "select dispute_id, account, kind, reason, network, currency, amount_minor, evidence_due_at "
            "from gold.disputes_enriched where response = 'awaiting_response' "
            "order by evidence_due_at nulls last, dispute_id limit 12",
            "Disputes that can still be answered with evidence, by when it is due.",
            nothing="No dispute can be answered any more.",
            of=("gold.disputes_enriched", "awaiting_response_count"),
        ),
    ),
    "Card payments only in rates. An inquiry is not a chargeback, nor is a dispute that was prevented.",
)

_PROGRAMMES = Part(
    "programmes",
    "Card network programmes",
    (limits.LIMITS,),
    "The networks measure each merchant by itself.",
)

_MERCHANTS = Part(
    "merchants",
    "Whom to look at",
    (
        Listing(
            "Accounts by risk score",
            "select account, currency, risk_score, dispute_points, dispute_trend_points, refund_points, "
            "refund_trend_points, volume_points, negative_balance_points, age_points, concentration_points, "
            "captured_minor from gold.merchant_risk_daily "
            "where date = (select max(date) from gold.merchant_risk_daily) "
            "order by risk_score desc, account, currency limit 16",
            "On the newest day, of the 28 days to it. The score is the sum of the points beside it.",
            of=("gold.merchant_risk_daily", "risk_score_count"),
        ),
    ),
    "A rule and no model: each part says why an account deserves a look.",
)

_TESTING = Part(
    "testing",
    "Card testing",
    (
        Plot("Alerts", ("card_testing_alerts_count",), form="bars"),
        Plot("Refused while cards were tested", ("card_testing_refused_rate",)),
        Listing(
            "Alerts, the latest",
            "select account, date, hour_of_day, currency, attempts_count, cards_count, ip_addresses_count, "
            "refused_rate, authorized_cards_count, authorized_minor from gold.card_testing_alerts "
            "order by date desc, hour_of_day desc, account, currency limit 12",
            "Hours in which strangers tried which cards work. Cards that were authorized are known to work now.",
            nothing="Nobody tested cards.",
            of=("gold.card_testing_alerts", "card_testing_alerts_count"),
        ),
    ),
)

_RULES = Part(
    "rules",
    "Rules and risk scores",
    (
        Listing(
            "Were they right?",
            "select system, rule, action, truth_from, currency, sum(flagged_count) as flagged_count, "
            "sum(fraud_count) as fraud_count, sum(good_count) as good_count, sum(unknown_count) as unknown_count, "
            "sum(immature_count) as immature_count, sum(good_minor) as good_amount_minor from gold.rule_performance "
            "group by system, rule, action, truth_from, currency "
            "order by flagged_count desc, system, rule, action, truth_from, currency limit 16",
            "What Stripe's rules, and those of this place, blocked or put in review, and what it was.",
            nothing="Nothing was blocked or put in review.",
            of=("gold.rule_performance", "rule_flagged_count"),
        ),
    ),
    "What was blocked can never be disputed. Other payments of the same card or customer tell what some of it was, and "
    "nobody ever will of the rest.",
)

PAGE = page(
    Subject(
        "Risk",
        "risk.html",
        "What is disputed and why, whom to look at, and how near an account is to a network's line.",
        (
            "chargebacks_count", "chargebacks_minor", "dispute_activity_rate", "fraud_activity_rate", "win_rate",
            "visa_vamp_rate",
        ), (_PROGRAMMES, _MERCHANTS, _DISPUTES, _TESTING, _RULES),
    ),
    rank=30,
)  # fmt: skip
