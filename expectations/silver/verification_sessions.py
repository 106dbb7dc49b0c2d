"""silver.verification_sessions: what a session came to is explained."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, id_like

CHECKS = (
    *CREATED,
    id_like("verification_session_id", "vs"),
    always(
        "verified_has_report",
        "status <> 'verified' or is_redacted or last_verification_report_id is not null",
        "A session that is verified says by which report.",
        "warning",
    ),
    always(
        "verified_without_error",
        "status <> 'verified' or last_error_code is null",
        "A session that is verified has no error.",
        "warning",
    ),
)
