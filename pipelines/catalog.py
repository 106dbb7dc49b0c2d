"""All tables that are declared, by the modules of the layers' packages, and by those of tasks.

A module declares its ``TABLE``, and the ``HISTORY`` of its objects where that is kept. In gold its ``RECIPE`` says how
the table is made, and ``RECIPES`` declare several that are alike: see :mod:`pipelines.gold.shared.recipe`. Each folder
of gold but ``shared`` is a group of tables, named after those whom they serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any

from pipelines.table import Table

LAYERS = ("bronze", "silver", "gold")

SHARED = "shared"


@dataclass(frozen=True)
class Declared:
    """A table as it is declared.

    Attributes:
        table: the table.
        module: where it is declared.
        recipe: how it is made, in gold.
    """

    table: Table
    module: ModuleType
    recipe: Any = None

    @property
    def package(self) -> str:
        """The package of its module, below ``pipelines``: ``silver``, ``gold.finance``, ``tasks``."""
        return self.module.__name__.split(".", 1)[1].rpartition(".")[0]

    @property
    def group(self) -> str:
        """Where a graph of all tables shows it: its layer; in gold its folder, or what a task says of its own."""
        named: str = getattr(self.recipe, "group", "") or self.package.rpartition(".")[2]
        return named


@cache
def declared() -> Mapping[str, Declared]:
    """What is declared of each table, by its name, each after those that it is made from.

    Raises:
        ValueError: two modules declare a table of one name.
    """
    found: dict[str, Declared] = {}
    for one in _all():
        if (other := found.setdefault(one.table.name, one)) is not one:
            raise ValueError(
                f"{one.table.name} is declared by {other.module.__name__} and {one.module.__name__}"
            )
    return MappingProxyType(dict(sorted(found.items(), key=lambda item: _place(item[1].table, found))))


def _all() -> Iterator[Declared]:
    for name in packages():
        package = import_module(f"pipelines.{name}")
        for info in iter_modules(package.__path__, f"{package.__name__}."):
            yield from _of_module(import_module(info.name))


def packages() -> Iterator[str]:
    """Packages whose modules declare tables, below ``pipelines``."""
    gold = import_module("pipelines.gold")
    yield from (*LAYERS, "tasks")
    yield from (
        f"gold.{info.name}" for info in iter_modules(gold.__path__) if info.ispkg and info.name != SHARED
    )


def _of_module(module: ModuleType) -> Iterator[Declared]:
    for name in ("TABLE", "HISTORY"):
        if isinstance(table := getattr(module, name, None), Table):
            yield Declared(table, module, getattr(module, "RECIPE", None))
    for recipe in getattr(module, "RECIPES", ()):
        yield Declared(recipe.table, module, recipe)


def _place(table: Table, found: Mapping[str, Declared]) -> tuple[int, int, str, bool]:
    """By layer; in gold after the gold tables that it is made from; a history after its base table."""
    base = table.history_of or table
    return LAYERS.index(table.layer), _steps(table.name, found), base.name, bool(table.history_of)


def _steps(name: str, found: Mapping[str, Declared]) -> int:
    """How many gold tables in a row a gold table is made from."""
    if not name.startswith("gold."):
        return 0
    before = [source for source in found[name].recipe.inputs if source.startswith("gold.")]
    return max((1 + _steps(source, found) for source in before), default=0)


@cache
def all_tables() -> Mapping[str, Table]:
    """Every declared table by name."""
    return MappingProxyType({name: one.table for name, one in declared().items()})


def tables_of(layer: str) -> list[Table]:
    """The tables of a layer."""
    return [table for table in all_tables().values() if table.layer == layer]


def inputs(table: Table) -> tuple[str, ...]:
    """Names of the tables that a table is made from."""
    if table.layer == "gold":
        return tuple(declared()[table.name].recipe.inputs)
    records = [one.name for one in all_tables().values() if one.kind == "records"]
    base = [table.history_of.name] if table.history_of else []
    return (*records, *base) if table.layer == "silver" else ()


def gates(table: Table) -> tuple[str, ...]:
    """Tables that must be sound before another is made: no gold from a lakehouse that has lost records."""
    return tuple(one.name for one in all_tables().values() if one.kind == "audit" and table.kind == "made")


def is_once(name: str) -> bool:
    """Whether a table holds what happened when it happened, and so cannot be made anew."""
    table = all_tables().get(name)
    return table is not None and (table.once or table.kind in ("records", "files", "refusals"))
