"""silver.accounts: where they are and what they sell is said as it should be."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import CREATED, country, id_like

CHECKS = (
    *CREATED,
    id_like("account_id", "acct"),
    always(
        "mcc_well_formed", "mcc rlike '^[0-9]{4}$'", "A merchant category code is four digits.", "warning"
    ),
    always(
        "payout_needs_details",
        "is_payouts_enabled = false or is_details_submitted",
        "An account that is paid out has told who it is.",
        "warning",
    ),
    country("country"),
)
