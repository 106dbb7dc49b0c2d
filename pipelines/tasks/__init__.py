"""What models predict, a module a task, which declares its ``TASK``, and the ``RECIPES`` of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from pipelines.errors import ModelError
from pipelines.models.task import Task


@cache
def all_tasks() -> Mapping[str, Task]:
    """Every declared task by name."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__) if not info.ispkg)
    return MappingProxyType({module.TASK.name: module.TASK for module in modules})


def task(name: str) -> Task:
    """A task by name.

    Raises:
        ModelError: there is none of that name.
    """
    try:
        return all_tasks()[name]
    except KeyError:
        raise ModelError(f"{name!r} is no task; there are: {', '.join(all_tasks())}") from None
