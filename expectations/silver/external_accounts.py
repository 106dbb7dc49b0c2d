"""silver.external_accounts: every one is of an account."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("external_account_id", "ba", "card"),
    always(
        "account_told",
        "of_account_id is not null",
        "It belongs to an account.",
        "warning",
    ),
    always(
        "last4_four_characters",
        "length(last4) <= 4",
        "last4 is four characters, never more.",
        "warning",
    ),
)
