"""silver.verification_sessions: attempts to prove who a person is.

What was verified about the person (names, dates of birth, numbers) is left in the raw record: no table needs it,
and a redaction asks for it to go.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE, METADATA
from pipelines.table import Column

ERRORS = (
    "abandoned", "consent_declined", "country_not_supported", "device_not_supported", "document_expired",
    "document_type_not_supported", "document_unverified_other", "email_unverified_other",
    "email_verification_declined", "id_number_insufficient_document_data", "id_number_mismatch",
    "id_number_unverified_other", "phone_unverified_other", "phone_verification_declined",
    "selfie_document_missing_photo", "selfie_face_mismatch", "selfie_manipulated", "selfie_unverified_other",
    "under_supported_age",
)  # fmt: skip

TABLE = silver_table(
    name="silver.verification_sessions",
    doc="One row per verification session, as last reported: one person proving who they are, over all tries.",
    object_type="identity.verification_session",
    columns=(
        Column("verification_session_id", "string", "Stripe's id of the session, vs_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("status", "string", "How far the person has come.", path="status", known=("requires_input", "processing", "verified", "canceled", "redacted")),
        Column("type", "string", "What is checked.", path="type", known=("document", "id_number", "verification_flow")),
        Column("last_error_code", "string", "Why the latest try failed.", path="last_error.code", known=ERRORS),
        Column("last_error_reason", "string", "Why the latest try failed, in words.", path="last_error.reason", personal="text"),
        Column("redaction_status", "string", "Whether the personal data is being removed; null where nobody asked.", path="redaction.status", known=("processing", "redacted")),
        Column("is_redacted", "boolean", "The personal data was asked to go, or is gone.", sql="coalesce(redaction_status is not null or status = 'redacted', false)"),
        Column("is_matching_selfie_required", "boolean", "The person must take a picture of themselves.", path="options.document.require_matching_selfie"),
        Column("is_live_capture_required", "boolean", "The document must be photographed on the spot.", path="options.document.require_live_capture"),
        Column("is_id_number_required", "boolean", "The person must give a number from a state register.", path="options.document.require_id_number"),
        Column("last_verification_report_id", "string", "Report of the latest try, vr_….", path="last_verification_report", reference="silver.verification_reports.verification_report_id"),
        Column("customer_id", "string", "Customer whom it is about, cus_….", path="related_customer", reference="silver.customers.customer_id"),
        Column("client_reference_id", "string", "The merchant's own name for the person.", path="client_reference_id", personal="text"),
        Column("verification_flow_id", "string", "Flow that the session follows, vf_….", path="verification_flow"),
        METADATA,
    ),
)  # fmt: skip
