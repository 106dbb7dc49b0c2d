"""The deep audit: every table against what it should be made of, down to the row and the column.

The audit counts where records are. It cannot see an amount that was changed behind the pipeline's back. Here bronze is
held against the digests that were kept when its files were read, the manifest against the notes of the commits that
wrote it, silver and the quarantine against what bronze gives today, and gold against what silver gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.flow import ingest
from pipelines.flow.batches import batches, check_sources
from pipelines.flow.compare import Difference, Found
from pipelines.flow.refusals import QUARANTINE
from pipelines.flow.ways import way

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse


@dataclass(frozen=True)
class Verified:
    """What the deep audit found of all tables."""

    tables: tuple[Found, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether no table differs from what it should hold."""
        return not any(found.count for found in self.tables)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Those of all tables."""
        return tuple(one for found in self.tables for one in found.differences)

    def as_json(self) -> dict[str, Any]:
        """What ``vermeil audit --deep --json`` prints of it."""
        return {"sound": self.sound, "tables": [asdict(found) for found in self.tables]}


def verify(
    lake: Lakehouse,
    *,
    only: Collection[str] = (),
    starting: Callable[[str], None] = lambda _: None,
) -> Verified:
    """Hold tables against what they should be made of. Reads all of bronze, and parses it again.

    Args:
        lake: held for writing: what is rebuilt for comparison is staged, and nothing may be published meanwhile.
        only: tables to look at; empty for all.
        starting: told the name of each table before its turn.
    """
    if not lake.exists(ingest.FILES):
        return Verified()
    check_sources(batches(lake), lake.sources)
    found: dict[str, Found] = {}
    for name, table in lake.tables.items():
        if lake.exists(name) and (not only or name in only or (table.object_type and QUARANTINE in only)):
            starting(name)
            for one in way(table).verified(lake, table):
                found[one.table] = one.after(found.get(one.table))
    return Verified(tuple(one for one in found.values() if not only or one.table in only))
