"""The suite of every table: what its module here declares, and what follows from its contract."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from expectations import contract, features
from expectations.check import Check, Suite
from expectations.tasks import checks_of
from pipelines.catalog import all_tables, declared
from pipelines.gold.shared.served import Served
from pipelines.table import Table


@cache
def suites() -> Mapping[str, Suite]:
    """Every table's suite, by the table's name, in the order of the tables."""
    return MappingProxyType({name: suite_of(table) for name, table in all_tables().items()})


def suite(name: str) -> Suite:
    """The suite of a table.

    Raises:
        KeyError: no such table; the message lists those there are.
    """
    try:
        return suites()[name]
    except KeyError:
        raise KeyError(f"no table {name!r}; there are {', '.join(sorted(suites()))}") from None


def suite_of(table: Table) -> Suite:
    """The suite of a table that need not be in the catalog: checks of its contract, then those of its module."""
    return Suite(table, (*contract.checks(table), *_of_recipe(table), *_declared(table)))


def _of_recipe(table: Table) -> tuple[Check, ...]:
    found = declared().get(table.name)
    how = found.recipe if found else None
    return tuple(features.checks(how.feature_set, how.features)) if isinstance(how, Served) else ()


def _declared(table: Table) -> tuple[Check, ...]:
    """``CHECKS`` of the module that stands here as the table's does in ``pipelines``, or those of a task's table."""
    known = declared().get(table.name)
    name = f"expectations.{known.package if known else table.layer}.{table.short_name}"
    found: tuple[Check, ...] = import_module(name).CHECKS if find_spec(name) else checks_of(table.name)
    return found
