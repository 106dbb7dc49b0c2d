"""How much of what was held against something else does not match it, in a batch and before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

from pipelines.base.figure import Figures
from pipelines.frames.measures import count_if

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from pipelines.lakehouse import Lakehouse

GROWTH = "unmatched_share_growth"
"""Figure: by how much the share of unmatched rows in a batch is above that of the table before it."""
JUDGED = "judged_count"
"""Figure: rows of the batch that are matched or unmatched."""


def figures(lake: Lakehouse, table: str, rows: DataFrame, unmatched: Sequence[str]) -> Figures:
    """How much larger the share of unmatched rows is in a batch than it was in the table, by the column ``status``."""
    judged, share = _share(rows, unmatched)
    before = _share(lake.table(table), unmatched)[1] if lake.exists(table) else None
    growth = None if share is None or before is None else share - before
    return Figures({JUDGED: float(judged), GROWTH: growth})


def _share(rows: DataFrame, unmatched: Sequence[str]) -> tuple[int, float | None]:
    is_off = F.col("status").isin(*unmatched)
    judged = is_off | (F.col("status") == "matched")
    [(count, off)] = rows.agg(count_if(judged), count_if(is_off)).collect()
    return count, off / count if count else None
