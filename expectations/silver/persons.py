"""silver.persons: shares of a company are shares."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("person_id", "person"),
    always(
        "ownership_within_100",
        "ownership_percent <= 100",
        "Nobody owns more than all of a company.",
        "warning",
    ),
)
