"""gold.audit: conservation itself. A critical check that fails here keeps the rest of gold as it was."""

from __future__ import annotations

from expectations.check import always, figure

CHECKS = (
    always(
        "parts_add_up",
        "record_count = current_count + superseded_count + duplicate_count + quarantined_count + unmodelled_count"
        " + waiting_count + missing_count",
        "Every record of every file is in one place, and in one only.",
    ),
    always("nothing_missing", "missing_count = 0", "No record of any file is missing."),
    always(
        "nothing_inside_missing",
        "inside_missing_count = 0",
        "No object that stands inside another one is missing.",
    ),
    figure(
        "silver_rows_explained",
        "unexplained_rows",
        "Silver has as many rows as there are records that are the current version of one.",
        at_most=0,
        severity="critical",
    ),
    always(
        "nothing_waiting",
        "waiting_count = 0",
        "No record waits for a table that has not taken in its batch.",
        "warning",
    ),
)
