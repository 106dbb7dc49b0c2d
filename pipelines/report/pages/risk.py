"""The page about risk: what is disputed, what became of it, and how near the networks' limits are."""

from __future__ import annotations

from pipelines.report import limits
from pipelines.report.plots import Plot
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
    ),
    "Card payments only in rates. An inquiry is not a chargeback, nor is a dispute that was prevented.",
)

PAGE = page(
    Subject(
        "Risk",
        "risk.html",
        "What is disputed, what became of it, and how near an account is to a network's limit.",
        (
            "chargebacks_count", "chargebacks_minor", "dispute_activity_rate", "fraud_activity_rate", "win_rate",
            "visa_vamp_rate",
        ),
        (
            _DISPUTES,
            Part(
                "programmes",
                "Card network programmes",
                (limits.LIMITS,),
                "The networks measure each merchant by itself.",
            ),
        ),
    ),
    rank=30,
)  # fmt: skip
