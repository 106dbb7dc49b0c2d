"""gold.verification_funnel_daily: every session has one outcome, and parts are within wholes."""

from __future__ import annotations

from expectations.check import all_of, always

CHECKS = (
    always(
        "outcomes_add_up",
        "verified_count + failed_count + processing_count + canceled_count + redacted_count + waiting_count"
        " = started_count",
        "Every session is verified, failed, processing, canceled, redacted, or waiting for a first try.",
    ),
    all_of(
        "parts_within",
        {
            "submitted_count": "verified_count <= submitted_count and submitted_count <= started_count",
            "repeated_count": "tries_count >= 2 * repeated_count + first_try_verified_count",
            "first_try_verified_count": "first_try_verified_count <= verified_count",
            "selfie_failed_count": "selfie_failed_count <= selfie_checked_count",
            "country_mismatch_count": "country_mismatch_count <= country_compared_count",
            "timed_count": "timed_count <= verified_count and (timed_count > 0 or verified_seconds = 0)",
        },
        "Nobody is verified who handed nothing in, and parts are within their wholes.",
    ),
    all_of(
        "failure_follows",
        {
            "verified_count": "failure_reason = 'none' or verified_count = 0",
            "failed_count": "failure_reason <> 'none' or failed_count = 0",
        },
        "What failed has a reason, and what was verified has none.",
    ),
    always(
        "selfies_genuine",
        "selfie_manipulated_count * 5 <= submitted_count or submitted_count < 20",
        "At most a fifth of the sessions of a day and kind have manipulated pictures; more are an attack.",
        "warning",
    ),
)
