"""silver.verification_reports: what each try to prove who a person is came to.

Names, dates of birth and document numbers are left in the raw record. Tokens of them tell whether two reports are about
one document, or one person; a redaction asks for these to go as well. Stripe tells numbers and days of birth only to
those who ask for them with a restricted key: most archives have none.
"""

# ruff: noqa: E501 - one column a line, so that a table reads like a page

from __future__ import annotations

from pipelines.silver.shared.contract import silver_table
from pipelines.silver.shared.fragments import CREATED_AT, CREATED_DATE
from pipelines.silver.verification_sessions import ERRORS
from pipelines.table import Column

_STATUSES = ("verified", "unverified")
_CHECKS = [f"coalesce({name}_status, '')" for name in ("document", "selfie", "id_number", "email", "phone")]
_VERIFIED = f"'verified' in ({', '.join(_CHECKS)}) and 'unverified' not in ({', '.join(_CHECKS)})"

_DAY = "lpad(regexp_extract(told_birth_{0}, '^([0-9]+)', 1), {1}, '0')"
_BORN = " || '-' || ".join(
    _DAY.format(part, width) for part, width in (("year", 4), ("month", 2), ("day", 2))
)
_PERSON = f"told_first_name || ' ' || told_last_name || ' ' || {_BORN}"


def _numbered(*columns: str) -> str:
    """A number behind what makes it unique; of four characters or fewer, the last of a number, there are too many alike."""
    plain = f"regexp_replace({columns[-1]}, '[^0-9A-Za-z]', '')"
    whole = " || ' ' || ".join((*columns[:-1], plain))
    return f"case when length({plain}) > 4 then {whole} end"


def _told(name: str, doc: str, *paths: str) -> Column:
    """What names a person, and is gone where the record was redacted."""
    return Column(f"told_{name}", "string", doc, path=paths, spelled={"[redacted]": None}, identifies=True)


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
        Column("document_number", "string", "Number of the document, with its country and kind: GB passport 123456789. Null where any of them is not told.", sql=_numbered("document_country", "document_type", "told_document_number"), personal="document"),
        Column("document_issued_date", "date", "Day on which the document was issued.", path="document.issued_date", identifies=True),
        Column("document_expiration_date", "date", "Day on which the document expires.", path="document.expiration_date", identifies=True),
        Column("document_error_code", "string", "Why the document was refused.", path="document.error.code", known=ERRORS),
        Column("document_error_reason", "string", "Why the document was refused, in words.", path="document.error.reason", personal="text"),
        Column("selfie_status", "string", "Whether the face is the document's.", path="selfie.status", known=_STATUSES),
        Column("selfie_error_code", "string", "Why the picture was refused.", path="selfie.error.code", known=ERRORS),
        Column("id_number_status", "string", "Whether the number is the person's.", path="id_number.status", known=_STATUSES),
        Column("id_number_type", "string", "Register that the number is of.", path="id_number.id_number_type", known=("br_cpf", "sg_nric", "us_ssn")),
        Column("id_number", "string", "Number in the register, with the register: br_cpf 12345678909. Null where it is not told, or only its last digits, as of us_ssn.", sql=_numbered("id_number_type", "told_id_number"), personal="document"),
        Column("id_number_error_code", "string", "Why the number was refused.", path="id_number.error.code", known=ERRORS),
        Column("email_status", "string", "Whether the email address is the person's.", path="email.status", known=_STATUSES),
        Column("phone_status", "string", "Whether the phone number is the person's.", path="phone.status", known=_STATUSES),
        Column("person", "string", "Who the document, or else the register, says it is: name and day of birth, as in Jane Doe 1990-01-31. Null where any of them is not told.", sql=_PERSON, personal="identity"),
        Column("is_verified", "boolean", "Some check came out well and none did not.", sql=_VERIFIED),
    ),
    unstored=(
        _told("document_number", "Number of the document.", "document.number"),
        _told("id_number", "Number in the register.", "id_number.id_number"),
        _told("first_name", "First name of the person.", "document.first_name", "id_number.first_name"),
        _told("last_name", "Last name of the person.", "document.last_name", "id_number.last_name"),
        *(_told(f"birth_{part}", f"The {part} of birth.", f"document.dob.{part}", f"id_number.dob.{part}") for part in ("year", "month", "day")),
    ),
)  # fmt: skip
