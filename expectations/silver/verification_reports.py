"""silver.verification_reports: what was not verified is explained."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("verification_report_id", "vr"),
    always(
        "document_explained",
        "document_status <> 'unverified' or document_error_code is not null",
        "A document that is not verified says why.",
        "warning",
    ),
    always(
        "selfie_explained",
        "selfie_status <> 'unverified' or selfie_error_code is not null",
        "A selfie that is not verified says why.",
        "warning",
    ),
    always(
        "id_number_explained",
        "id_number_status <> 'unverified' or id_number_error_code is not null",
        "An identity number that is not verified says why.",
        "warning",
    ),
    always(
        "document_dates_in_order",
        "document_expiration_date >= document_issued_date",
        "A document expires after it is issued.",
        "warning",
    ),
    country("document_country"),
)
