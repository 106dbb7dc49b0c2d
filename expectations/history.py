"""What every history table promises: its intervals follow each other without gap or overlap, and one is current.

A staged batch holds all versions of the objects that it is about, so that this can be seen in it.
"""

from __future__ import annotations

from expectations.check import Check, always, figure
from pipelines.silver.shared.history import base_of
from pipelines.table import Table


def checks(table: Table) -> tuple[Check, ...]:
    """The checks of a history table, besides those of its shape."""
    then = f"over (partition by {', '.join(base_of(table).key)} order by version)"
    return (
        always(
            "valid_from_as_occurred",
            "valid_from = coalesce(occurred_at, timestamp '1970-01-01 00:00:00') or "
            "(event_type is null and valid_from > occurred_at)",
            "A version holds from when it occurred; a deletion without an event not before the last event.",
        ),
        always("interval_in_order", "valid_from <= valid_to", "No version ends before it begins."),
        always(
            "intervals_meet",
            f"valid_to <=> lead(valid_from) {then}",
            "A version holds until the next one begins: no two of an object overlap and none is missing between them.",
        ),
        always(
            "last_is_current",
            f"is_current = (lead(version) {then} is null)",
            "Of each object the last version is current, and no other.",
        ),
        figure(
            "current_as_in_base",
            "unlike_base_count",
            f"The current version of each object is the one in {base_of(table).name}. If not, rebuild this table.",
            at_most=0,
            severity="critical",
        ),
    )
