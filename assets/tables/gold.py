"""The assets of gold: one per table, made from the silver tables that its module names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dagster import AssetsDefinition, FreshnessPolicy

from assets.tables.refreshed import refreshed
from assets.tables.spec import table_spec
from pipelines.catalog import gates, tables_of
from pipelines.settings import Settings
from pipelines.table import Table

FRESHNESS = FreshnessPolicy.time_window(fail_window=timedelta(hours=25), warn_window=timedelta(hours=3))
"""Gold is looked at every hour, so after three something is wrong; after a day its figures are yesterday's."""


def gold_assets(settings: Settings) -> Sequence[AssetsDefinition]:
    """One asset per declared gold table but the audit, which is told differently: see ``assets/tables/audit.py``."""
    return [gold_asset(table, settings) for table in tables_of("gold") if table.kind != "audit"]


def gold_asset(table: Table, settings: Settings) -> AssetsDefinition:
    """The asset of a gold table: recomputes the days that changed."""
    return refreshed(table, table_spec(table, settings, freshness=FRESHNESS, deps=gates(table)))
