"""Which room each module stands in, and that imports run one way: docs/architecture.md says what each room is for.

Imports within functions and those for type checking count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("pipelines", "expectations", "assets")

RULE = """
errors
base table frames simulate
settings catalog features payments
delta sources rules
privacy
lakehouse bronze
silver
models
gold
flow
upkeep erasure handbook report
expectations
assets
vermeil
"""
"""The rooms, line by line: a module imports from its own room, and from those of the lines above."""

STANDS: Mapping[str, str] = {
    "errors": "pipelines.errors",
    "base": "pipelines.base pipelines.base.money pipelines.base.yaml_model",
    "table": "pipelines.table",
    "frames": """
        pipelines.frames.among pipelines.frames.spans pipelines.frames.views
        pipelines.frames.clock pipelines.frames.days pipelines.frames.measures""",
    "simulate": "pipelines.simulate",
    "settings": "pipelines.settings",
    "catalog": "pipelines.catalog",
    "features": "pipelines.features",
    "payments": "pipelines.payments.events pipelines.payments.charges pipelines.payments.claims pipelines.labels",
    "delta": """
        pipelines.delta.schemas pipelines.delta.commits pipelines.delta.log pipelines.delta.delta_rs pipelines.delta.delta_spark
        pipelines.delta.engine pipelines.delta.engine_errors pipelines.delta.footers pipelines.delta.intent pipelines.delta.jvm pipelines.delta.layout
        pipelines.delta.lock pipelines.delta.policies pipelines.delta.query_faults pipelines.delta.releases pipelines.delta.storage
        pipelines.delta.versions""",
    "sources": "pipelines.sources pipelines.sources.inside pipelines.sources.shapes",
    "rules": "pipelines.rules",
    "privacy": """
        pipelines.privacy.cards pipelines.privacy.texts pipelines.privacy.tokens pipelines.privacy.token_key
        pipelines.privacy.mapped pipelines.privacy.ownership pipelines.privacy.filter pipelines.privacy.records
        pipelines.privacy.forgotten""",
    "lakehouse": "pipelines.lakehouse",
    "bronze": "pipelines.bronze pipelines.bronze.reading.preview pipelines.bronze.reading.waiting",
    "silver": "pipelines.silver",
    "models": "pipelines.models",
    "gold": "pipelines.gold",
    "flow": """
        pipelines.flow.as_of pipelines.flow.conservation pipelines.flow.compare pipelines.flow.audit pipelines.flow.drift pipelines.flow.figures
        pipelines.flow.refresh pipelines.flow.gold pipelines.flow.history pipelines.flow.objects pipelines.flow.records
        pipelines.flow.refusals pipelines.flow.held_back pipelines.flow.moving pipelines.flow.steps pipelines.flow.verdict
        pipelines.flow.batches pipelines.flow.entering pipelines.flow.ingest pipelines.flow.notices
        pipelines.flow.rereading pipelines.flow.changes pipelines.flow.token_keys""",
    "upkeep": """
        pipelines.upkeep.comparison pipelines.upkeep.maintenance pipelines.upkeep.replay pipelines.upkeep.restoring pipelines.upkeep.verify""",
    "erasure": "pipelines.erasure",
    "handbook": "pipelines.handbook",
    "report": "pipelines.report",
    "expectations": "expectations",
    "assets": "assets",
    "vermeil": "pipelines vermeil.cli.dictionary vermeil.cli vermeil.doctor",
}
"""By room, the modules and packages that stand there, or will: the longest name that fits a module says where."""


def room(module: str) -> str | None:
    """The room of a module; None where nothing says it. What stands for a package's root alone names no other."""
    places = {name: room for room, names in STANDS.items() for name in names.split()}
    parts = module.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next(
        (places[name] for name in names if name in places and (name != "pipelines" or name == module)), None
    )


@cache
def modules() -> Mapping[str, ast.Module]:
    found = {}
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


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
    assert [module for module in modules() if room(module) is None] == []


def test_every_place_that_is_named_is_there() -> None:
    assert {name for names in STANDS.values() for name in names.split()} - modules().keys() == set()


def test_imports_run_one_way() -> None:
    line = {name: number for number, names in enumerate(RULE.split("\n")) for name in names.split()}
    against = [
        f"{module} -> {other}"
        for module, other in sorted(edges())
        if room(module) != room(other) and line[str(room(other))] >= line[str(room(module))]
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
