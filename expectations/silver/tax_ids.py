"""silver.tax_ids: every number is of a kind."""

from __future__ import annotations

from expectations.check import always
from expectations.shared import id_like

CHECKS = (
    id_like("tax_id_id", "txi"),
    always(
        "type_told",
        "is_deleted or tax_id_type is not null",
        "A tax number says of which kind it is.",
        "warning",
    ),
)
