"""silver.mandates: what can be used was agreed to."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("mandate_id", "mandate"),
    always(
        "acceptance_dated",
        "status <> 'active' or accepted_at is not null",
        "A mandate that can be used was agreed to at some time.",
        "warning",
    ),
)
