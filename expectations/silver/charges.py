"""silver.charges: captures, refunds and outcomes agree with each other."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CARD, CREATED, MINOR_UNITS, country, id_like

CHECKS = (
    *CREATED,
    id_like("charge_id", "ch", "py"),
    always("risk_score_in_range", "risk_score <= 100", "risk_score is at most 100.", "warning"),
    always(
        "refund_flag_agrees",
        "is_refunded = false or amount_refunded_minor in (amount_captured_minor, amount_minor)",
        "A charge that is marked as refunded is refunded in full.",
        "warning",
    ),
    always(
        "nothing_taken_of_failed",
        "status <> 'failed' or coalesce(amount_captured_minor, 0) = 0",
        "Nothing is captured of a charge that failed.",
        "warning",
    ),
    always(
        "failure_explained",
        "status <> 'failed' or failure_code is not null or outcome_type is not null",
        "A charge that failed says why.",
        "warning",
    ),
    always(
        "one_outcome",
        "not (is_authorized and (is_issuer_declined or is_blocked)) and not (is_issuer_declined and is_blocked)",
        "A charge is authorized, declined by its issuer or blocked, and not two of these.",
        "warning",
    ),
    always(
        "decline_reason_only_where_declined",
        "is_issuer_declined or decline_reason is null",
        "Only a charge that its issuer declined has a decline reason.",
    ),
    MINOR_UNITS,
    *CARD,
    country("card_country"),
    country("billing_country"),
)
