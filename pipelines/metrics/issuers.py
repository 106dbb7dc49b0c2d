"""Whose approval rate suddenly falls."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

_compared = Subject("gold.issuer_health", "payments", only="is_compared", apart=("segment",))

METRICS = (
    _compared(
        "sudden_drops_count",
        "Days on which a group of issuers approved far less than in the 28 days before.",
        ROWS,
        only="is_sudden_drop",
        synonyms=("issuer outages", "sudden declines"),
    ),
    _compared(
        "sudden_drop_rate",
        "Days on which a group of issuers approved far less than before, of those that were compared.",
        ROWS,
        ROWS,
        part="is_sudden_drop",
    ),
    _compared(
        "issuer_approval_rate",
        "Attempts, retries left out, that issuers authorized, of those that they authorized or declined.",
        "authorized_count",
        "decided_count",
        synonyms=("issuer approval",),
    ),
    _compared(
        "usual_approval_rate",
        "The same in the 28 days before each of these days: what is usual.",
        "past_authorized_count",
        "past_decided_count",
    ),
)
