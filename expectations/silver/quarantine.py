"""silver.quarantine: every refused record says why, and where it stands."""

from __future__ import annotations

from expectations.check import always

CHECKS = (
    always("reason_given", "length(reason) > 0", "Every refused record says why."),
    always("line_from_1", "line >= 1", "Lines are counted from 1."),
    always("item_from_0", "item >= 0", "Places within a line are counted from 0."),
    always(
        "payload_kept",
        "payload is not null",
        "Every refused record is shown as it stood in the file.",
        "warning",
    ),
    always(
        "table_named",
        "table_name rlike '^(bronze|silver)[.][a-z_]+$'",
        "The table that refused it is one of bronze or silver.",
    ),
)
