"""All tables that are declared. A module of a layer's package that has a ``TABLE`` declares one.

In gold its ``RECIPE`` says how the table is made: see :mod:`pipelines.gold.shared.recipe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from pipelines.table import Table

LAYERS = ("bronze", "silver", "gold")


@cache
def modules() -> Mapping[str, ModuleType]:
    """The module that declares each table, by the table's name, each after those that it is made from."""
    found: dict[str, ModuleType] = {}
    for layer in LAYERS:
        package = import_module(f"pipelines.{layer}")
        for info in iter_modules(package.__path__, f"{package.__name__}."):
            module = import_module(info.name)
            if isinstance(table := getattr(module, "TABLE", None), Table):
                found[table.name] = module
    return MappingProxyType(dict(sorted(found.items(), key=lambda item: _place(item[1].TABLE, found))))


def _place(table: Table, modules: Mapping[str, ModuleType]) -> tuple[int, int, str, bool]:
    """By layer; in gold after the gold tables that it is made from; a history after its base table."""
    base = table.history_of or table
    return LAYERS.index(table.layer), _steps(table.name, modules), base.name, bool(table.history_of)


def _steps(name: str, modules: Mapping[str, ModuleType]) -> int:
    """How many gold tables in a row a gold table is made from."""
    if not name.startswith("gold."):
        return 0
    before = [source for source in modules[name].RECIPE.inputs if source.startswith("gold.")]
    return max((1 + _steps(source, modules) for source in before), default=0)


@cache
def all_tables() -> Mapping[str, Table]:
    """Every declared table by name."""
    return MappingProxyType({name: module.TABLE for name, module in modules().items()})


def tables_of(layer: str) -> list[Table]:
    """The tables of a layer."""
    return [table for table in all_tables().values() if table.layer == layer]


def inputs(table: Table) -> tuple[str, ...]:
    """Names of the tables that a table is made from."""
    if table.layer == "gold":
        return tuple(modules()[table.name].RECIPE.inputs)
    records = [one.name for one in all_tables().values() if one.kind == "records"]
    base = [table.history_of.name] if table.history_of else []
    return (*records, *base) if table.layer == "silver" else ()


def gates(table: Table) -> tuple[str, ...]:
    """Tables that must be sound before another is made: no gold from a lakehouse that has lost records."""
    return tuple(one.name for one in all_tables().values() if one.kind == "audit" and table.kind == "made")
