"""Batches of bronze that are read once for all tables of objects, with the version of each record.

A table would else read bronze by itself, plan what makes a version, and look for it in the path of every file. Only of
what fits into one batch: of a long history, this would be a second copy on the disk for as long as a run takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import catalog
from pipelines.flow import ingest
from pipelines.flow.batches import batches, concerning, taken, types_inside
from pipelines.silver.shared.mapped import candidates
from pipelines.silver.shared.order import dated, versioned

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.delta.commits import Staged
    from pipelines.flow.steps import Run
    from pipelines.lakehouse import Lakehouse
    from pipelines.table import Table

FOLDER = f"{ingest.RECORDS}.split"

FEWEST = 3
"""For fewer tables than this reading bronze once more costs more than it spares."""


@dataclass(frozen=True)
class Split:
    """Records of some batches that were read once for all tables of objects.

    Attributes:
        staged: the records.
        after: the last batch before them.
        last: the last of them.
    """

    staged: Staged
    after: int
    last: int


def read(lake: Lakehouse, run: Run, table: Table, after: int, last: int) -> DataFrame | None:
    """The candidates for a table of objects in batches after one, up to another; None where they were not split."""
    # A run of one table, as a step of Dagster is, has nobody to share with.
    if run.versions is None or (split := lake.staging.once(FOLDER, lambda: _made(lake, run))) is None:
        return None
    first = next(iter(concerning(batches(lake), table, lake.sources, after)), (last, 0))[0]
    if first <= split.after or last > split.last:
        return None
    return lake.staging.rows(split.staged).filter(f"ingest_id > {after} and ingest_id <= {last}")


def _made(lake: Lakehouse, run: Run) -> Split | None:
    """What waits for the tables of a run; None where each had better read bronze by itself."""
    held = batches(lake)
    first: dict[str, int] = {}
    tables = [one for one in catalog.all_tables().values() if one.object_type]
    waiting = [one for one in tables if run.wants(one.name)]
    for table in waiting:
        if found := concerning(held, table, lake.sources, taken(lake, table.name)):
            first[table.name] = found[0][0]
    if len(first) < FEWEST:
        return None
    after, last = min(first.values()) - 1, max(held)
    if sum(one.size for number, one in held.items() if number > after) > lake.settings.batch_bytes:
        return None
    types = sorted({kind for table in waiting if table.name in first for kind in table.object_types})
    inside = sorted(types_inside(held, after, last).intersection(types))
    records = dated(lake.table(ingest.RECORDS).filter(f"ingest_id > {after}"))
    rows = versioned(candidates(records, types, inside), lake.sources)
    return Split(lake.staging.write(FOLDER, f"{after}-{last}", rows), after, last)
