"""A declared table as Dagster shows it: key, description, columns, where each column comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetDep,
    AssetKey,
    AssetSpec,
    FreshnessPolicy,
    TableColumn,
    TableColumnConstraints,
    TableColumnDep,
    TableColumnLineage,
    TableSchema,
)
from dagster._core.definitions.metadata.metadata_set import TableMetadataSet, UriMetadataSet

from pipelines import catalog
from pipelines.catalog import inputs
from pipelines.delta import storage
from pipelines.delta.engine import engine_of
from pipelines.gold.shared.recipe import recipe
from pipelines.settings import Settings
from pipelines.table import Column, Table

OWNER = "team:payments-data"

MODELS = "models"
"""Group of what is made from models, and folder of the models' own assets."""

COMMAND = "vermeil/command"
"""Tag of a run that a command recorded; alerts about it are the command's own."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def asset_key(name: str) -> AssetKey:
    """The asset of a table: ``silver.charges`` is ``silver/charges``."""
    return AssetKey(name.split("."))


def declared_in(name: str) -> str:
    """The file that declares a table."""
    return catalog.declared()[name].module.__name__.replace(".", "/") + ".py"


def model_key(task: str) -> AssetKey:
    """The asset of a task's model: ``models/fraud``."""
    return AssetKey([MODELS, task])


def models_of(table: Table) -> tuple[str, ...]:
    """Tasks whose models a table is made with, as its recipe says."""
    return recipe(table.name).models if table.layer == "gold" else ()


def table_spec(
    table: Table, settings: Settings, *, freshness: FreshnessPolicy | None = None, deps: tuple[str, ...] = ()
) -> AssetSpec:
    """The asset of a declared table; ``deps`` are tables or assets besides those it is made from."""
    return AssetSpec(
        asset_key(table.name),
        deps=[
            *(AssetDep(asset_key(name)) for name in (*inputs(table), *deps)),
            *(AssetDep(model_key(task)) for task in models_of(table)),
        ],
        description=description(table),
        group_name=catalog.declared()[table.name].group,
        kinds={"delta", "greatexpectations", engine_of(settings).kind},
        owners=[OWNER],
        tags={"layer": table.layer},
        freshness_policy=freshness,
        metadata=declared(table, settings),
    )


def declared(table: Table, settings: Settings) -> dict[str, Any]:
    """What is known of a table before it is first written."""
    uri = storage.join(settings.lakehouse_uri, table.layer, table.short_name)
    return {
        **TableMetadataSet(column_schema=column_schema(table), table_name=table.name),
        **UriMetadataSet(uri=uri),
        "declared_in": declared_in(table.name),
        "key": ", ".join(table.key),
        "ordered_by": table.cluster_by or "nothing",
    }


def description(table: Table) -> str:
    """Markdown: what a row is, how rows are told apart, what must hold, and how to look at them."""
    lines = [table.doc, "", f"**Key:** {_code_list(table.key)}"]
    if table.cluster_by:
        lines += ["", f"**Ordered by:** `{table.cluster_by}`"]
    if table.rules:
        lines += [
            "",
            "**A record goes to quarantine where:**",
            "",
            *(f"- {rule.doc}" for rule in table.rules),
        ]
    query = f"select * from {table.name} limit 20"
    return "\n".join([*lines, "", "**Look at it:**", "", "```", f'vermeil sql "{query}"', "```"])


def column_schema(table: Table) -> TableSchema:
    """The declared columns with their types, meanings and constraints."""
    return TableSchema([_column(table, column) for column in table.columns])


def column_lineage(table: Table) -> TableColumnLineage:
    """Where each column's values come from, as far as the declaration says."""
    found = {column.name: list(dict.fromkeys(_origins(table, column))) for column in table.columns}
    return TableColumnLineage({name: deps for name, deps in found.items() if deps})


def _column(table: Table, column: Column) -> TableColumn:
    is_key = column.name in table.key
    return TableColumn(
        column.name,
        column.type,
        column.doc,
        TableColumnConstraints(
            nullable=not (column.required or is_key),
            unique=table.key == (column.name,),
            other=list(_constraints(table, column)),
        ),
    )


def _constraints(table: Table, column: Column) -> Iterator[str]:
    if column.name in table.key:
        yield "part of the key" if len(table.key) > 1 else "key"
    if column.minimum is not None:
        yield f"at least {column.minimum}"
    if column.currency:
        yield "ISO 4217 currency"
    if column.known:
        yield f"known values: {', '.join(column.known)}"
    if column.kept:
        yield column.kept
    if column.reference:
        yield f"points to {column.reference}"


def _origins(table: Table, column: Column) -> Iterator[TableColumnDep]:
    if column.paths:
        yield TableColumnDep(asset_key("bronze.records"), "payload")
    elif column.sql:
        named = set(_NAME.findall(column.sql)) & set(table.column_names) - {column.name}
        for name in sorted(named):
            yield from _origins(table, table.column(name))
    else:
        yield from _namesakes(table, column)


def _namesakes(table: Table, column: Column) -> Iterator[TableColumnDep]:
    for name in inputs(table):
        if column.name in catalog.all_tables()[name].column_names:
            yield TableColumnDep(asset_key(name), column.name)


def _code_list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
