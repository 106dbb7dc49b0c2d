"""Tables kept beside others (the manifest, the quarantine): written as the others go, no batch of theirs is gated.

They are audited as they stand, once for each version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dagster import AssetExecutionContext

from assets.tables.events import Event, events, version
from assets.tables.memory import remembered
from expectations import validate
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import Batch

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table


def kept_events(
    context: AssetExecutionContext, lake: Lakehouse, table: Table, outcome: Outcome
) -> Iterator[Event]:
    """Tell Dagster about a kept table after its turn, audited if it changed since Dagster was last told."""
    known = remembered(context.instance, table).version
    if version(lake, table) not in (-1, known):
        outcome = replace(outcome, verdict=validate(Batch(table, lake.table(table.name))))
    yield from events(context, lake, table, [outcome])
