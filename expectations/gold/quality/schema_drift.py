"""gold.schema_drift: each difference is told once, when it is first seen."""

from __future__ import annotations

from expectations.check import always, figure
from pipelines.flow.drift import NEWS, NEWS_CHECK

CHECKS = (
    figure(
        NEWS_CHECK,
        NEWS,
        "Records show no difference from the known fields that was not seen before.",
        at_most=0,
        once=True,
    ),
    always(
        "first_before_last",
        "first_seen_at <= last_seen_at",
        "Nothing is seen for the last time before the first.",
    ),
    always("seen_in_a_record", "records_count >= 1", "Every difference is seen in a record."),
)
