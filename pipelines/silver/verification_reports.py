"""silver.verification_reports: what each try to prove who a person is came to.

Names, dates of birth and document numbers are left in the raw record: no table needs them, and a redaction asks
for them to go.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE
from pipelines.silver.verification_sessions import ERRORS
from pipelines.table import Column

_STATUSES = ("verified", "unverified")

TABLE = silver_table(
    name="silver.verification_reports",
    doc="One row per report of a try to verify a person. A session can have several.",
    object_type="identity.verification_report",
    columns=(
        Column("verification_report_id", "string", "Stripe's id of the report, vr_….", path="id", required=True),
        CREATED_AT,
        CREATED_DATE,
        Column("type", "string", "What was checked.", path="type", known=("document", "id_number", "verification_flow")),
        Column("verification_session_id", "string", "Session that the report belongs to, vs_….", path="verification_session", reference="silver.verification_sessions.verification_session_id"),
        Column("client_reference_id", "string", "The merchant's own name for the person.", path="client_reference_id", personal="text"),
        Column("document_status", "string", "Whether the document is genuine and valid.", path="document.status", known=_STATUSES),
        Column("document_type", "string", "Kind of the document.", path="document.type", known=("driving_license", "id_card", "passport")),
        Column("document_country", "string", "ISO 3166 code of the country that issued the document.", path="document.issuing_country"),
        Column("document_issued_date", "date", "Day on which the document was issued.", path="document.issued_date", identifies=True),
        Column("document_expiration_date", "date", "Day on which the document expires.", path="document.expiration_date", identifies=True),
        Column("document_error_code", "string", "Why the document was refused.", path="document.error.code", known=ERRORS),
        Column("document_error_reason", "string", "Why the document was refused, in words.", path="document.error.reason", personal="text"),
        Column("selfie_status", "string", "Whether the face is the document's.", path="selfie.status", known=_STATUSES),
        Column("selfie_error_code", "string", "Why the picture was refused.", path="selfie.error.code", known=ERRORS),
        Column("id_number_status", "string", "Whether the number is the person's.", path="id_number.status", known=_STATUSES),
        Column("id_number_type", "string", "Register that the number is of.", path="id_number.id_number_type", known=("br_cpf", "sg_nric", "us_ssn")),
        Column("id_number_error_code", "string", "Why the number was refused.", path="id_number.error.code", known=ERRORS),
        Column("email_status", "string", "Whether the email address is the person's.", path="email.status", known=_STATUSES),
        Column("phone_status", "string", "Whether the phone number is the person's.", path="phone.status", known=_STATUSES),
    ),
)  # fmt: skip
