"""The moments at which a run can be killed: before and after every call that has changed what is on disk.

Every function of the modules that deal with a lakehouse is wrapped, and every method of the lakehouse and of what
commits: a new one is found without being named here. A moment counts where the files differ from those of the moment
before it, because a kill elsewhere leaves nothing that a kill a moment earlier does not leave.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

READERS = {"locate", "join", "is_local", "table_uri", "declaration", "exists", "uri", "children"}
"""Called all the time, and never writing: left out to keep the looking short."""

CLASSES = ("Lakehouse", "Staging", "Housekeeping", "DeltaRs", "DeltaSpark")
"""Classes whose methods write."""


@dataclass
class Watch:
    """Looks at a lakehouse before and after each call, and tells of the moments at which something is new.

    Attributes:
        folder: the home, with the lakehouse and what is kept beside it.
        told: given the name of each such moment.
        entered: given the name of each call that begins.
    """

    folder: Path
    told: Callable[[str], None]
    entered: Callable[[str], None] = lambda _: None
    _seen: int = field(default=0)

    def look(self, moment: str) -> None:
        found = hash(tuple(state(self.folder)))
        if found != self._seen:
            self._seen = found
            self.told(moment)

    def watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, looked at before and after."""

        @functools.wraps(call)
        def watching(*args: Any, **named: Any) -> Any:
            place = f"{name}{subject(args)}"
            self.look(f"before {place}")
            self.entered(place)
            given = call(*args, **named)
            self.look(f"after {place}")
            return given

        return watching

    def install(self) -> None:
        """Wrap all there is, in this process."""
        self._seen = hash(tuple(state(self.folder)))
        for module in writing_modules():
            for name, call in list(vars(module).items()):
                if inspect.isclass(call) and call.__module__ == module.__name__:
                    self._install_methods(call)
                elif is_plain(call) and call.__module__ == module.__name__ and name not in READERS:
                    _everywhere(call, self.watched(f"{module.__name__}.{name}", call))

    def _install_methods(self, kind: type) -> None:
        if kind.__name__ not in CLASSES:
            return
        for name, call in list(vars(kind).items()):
            if is_plain(call) and not name.startswith("__") and name not in READERS:
                setattr(kind, name, self.watched(f"{kind.__name__}.{name}", call))


def state(folder: Path) -> Iterator[tuple[str, int]]:
    """Every file of a folder with its size, but for what says nothing of a lakehouse."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from state(Path(entry.path))
            yield entry.path, -1
        elif entry.name not in (".lock", "spark.log"):
            try:
                yield entry.path, entry.stat().st_size
            except FileNotFoundError:
                continue


def subject(args: tuple[Any, ...]) -> str:
    """The table that a call is about, as far as its arguments say."""
    for value in args:
        name = getattr(value, "name", getattr(value, "table_uri", value))
        if isinstance(name, str):
            parts = name.rstrip("/").split("/")
            for one, other in zip(parts, [*parts[1:], ""], strict=True):
                if one in ("bronze", "silver", "gold") and other:
                    return f" {one}.{other}"
                if one.startswith(("bronze.", "silver.", "gold.")):
                    return f" {one}"
    return ""


def writing_modules() -> list[ModuleType]:
    """The modules that deal with a lakehouse or with its files, by what they import."""
    for name in (
        "pipelines.flow.refresh",
        "pipelines.delta.delta_rs",
        "pipelines.delta.delta_spark",
        "pipelines.upkeep.restoring",
    ):
        importlib.import_module(name)
    named = [name for name in sorted(sys.modules) if name.startswith("pipelines.")]
    return [
        sys.modules[name]
        for name in named
        if name.endswith(".storage") or {"storage", "Lakehouse"} & set(_imported(name))
    ]


def is_plain(value: Any) -> bool:
    """Whether something is a function that has done all of its work when it returns."""
    return inspect.isfunction(value) and not inspect.isgeneratorfunction(inspect.unwrap(value))


def _imported(module: str) -> Iterator[str]:
    """Names that a module imports, also those that only its annotations need."""
    file = getattr(sys.modules[module], "__file__", None)
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))) if file else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _everywhere(call: Callable[..., Any], wrapped: Callable[..., Any]) -> None:
    """Put a function in the place of another wherever it was imported to."""
    for module in [m for name, m in sys.modules.items() if name.startswith("pipelines.")]:
        for name, value in list(vars(module).items()):
            if value is call:
                setattr(module, name, wrapped)
