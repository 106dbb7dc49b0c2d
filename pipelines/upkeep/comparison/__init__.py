"""Whether two lakehouses hold the same, table by table, whichever engine wrote them."""

from __future__ import annotations

from pipelines.upkeep.comparison.lakehouses import Comparison, compare
from pipelines.upkeep.comparison.side import Side, side_at

__all__ = ["Comparison", "Side", "compare", "side_at"]
