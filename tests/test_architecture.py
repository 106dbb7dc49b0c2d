"""That imports run one way, from room to room: docs/architecture.md says what each room is for.

Imports within functions and those for type checking count.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from pipelines.catalog import declared
from pipelines.catalog import packages as declaring

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipelines", "expectations", "assets", "vermeil")

RULE = """
errors
base table frames simulate
settings catalog features payments queries
delta sources rules metrics
privacy
lakehouse bronze
silver
models
gold
tasks
flow
upkeep erasure handbook report export
expectations
assets
vermeil
"""
"""The rooms, line by line: a module imports from its own room, and from those of the lines above."""


RENDERERS = ("pipelines.report.", "pipelines.simulate.render.")
"""Where a function may be as long as the page or the object that it writes out."""


def room(module: str) -> str:
    """The room of a module: a package or module of pipelines, or another package as a whole."""
    package, _, within = module.partition(".")
    return within.partition(".")[0] or "base" if package == "pipelines" else package


@cache
def sources() -> Mapping[str, str]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}


@cache
def modules() -> Mapping[str, ast.Module]:
    return {name: ast.parse(text) for name, text in sources().items()}


def imported(module: str) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it."""
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: imports are absolute"
            source = str(node.module)
            names = (f"{source}.{alias.name}" for alias in node.names)
            yield from {name if name in modules() else source for name in names} & modules().keys()


def edges() -> set[tuple[str, str]]:
    return {(module, other) for module in modules() for other in imported(module) if other != module}


def test_every_module_stands_in_a_room() -> None:
    assert {module for module in modules() if room(module) not in RULE.split()} == set()


def test_a_newcomer_meets_few_modules_at_the_root() -> None:
    assert len([path for path in (ROOT / "pipelines").glob("*.py") if path.stem != "__init__"]) <= 5
    assert len([path for path in (ROOT / "assets").glob("*.py") if path.stem != "__init__"]) == 1


@pytest.mark.parametrize("name", declaring())
def test_every_module_of_a_layer_and_of_the_tasks_itself_declares_tables(name: str) -> None:
    found = {module for module in modules() if module.rpartition(".")[0] == f"pipelines.{name}"}
    packages = {module for module in found if any(other.startswith(f"{module}.") for other in modules())}
    assert found - packages == {one.module.__name__ for one in declared().values()} & found


def test_imports_run_one_way() -> None:
    line = {name: number for number, names in enumerate(RULE.split("\n")) for name in names.split()}
    against = [
        f"{module} -> {other}"
        for module, other in sorted(edges())
        if room(module) != room(other) and line[room(other)] >= line[room(module)]
    ]
    assert against == []


def test_no_import_closes_a_circle() -> None:
    graph: dict[str, set[str]] = {module: set() for module in modules()}
    for module, other in edges():
        graph[module].add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" <- ".join(error.args[1])) from None


def test_a_module_and_a_function_are_read_in_one_go() -> None:
    long = {name for name, text in sources().items() if len(text.splitlines()) > 350}
    for name, tree in modules().items():
        if not name.startswith(RENDERERS):
            functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
            long |= {name for node in functions if int(node.end_lineno or 0) - node.lineno >= 40}
    assert long == set()


def test_modules_of_tests_that_are_in_no_package_have_names_of_their_own() -> None:
    paths = [
        path for path in (ROOT / "tests").rglob("test_*.py") if not (path.parent / "__init__.py").exists()
    ]
    names = Counter(path.name for path in paths)
    assert not [name for name, count in names.items() if count > 1], "pytest collects the first alone"
