"""Gold in other databases, where tools for reports read it: DuckDB, PostgreSQL."""

from __future__ import annotations

from pipelines.export.databases import connected
from pipelines.export.exporting import Exported, export

__all__ = ["Exported", "connected", "export"]
