"""MetricFlow as a second opinion: the SQL that it makes of what is exported gives the same numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.catalog import all_tables
from pipelines.metrics.exports import metricflow
from pipelines.metrics.shared.catalog import declared
from pipelines.metrics.shared.metric import Metric

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.lakehouse import Lakehouse

pytest.importorskip("metricflow", reason="the second opinion on metrics is not installed: make install")

LEFT_OUT = {
    said.partition(":")[0] for said in metricflow.exported(list(declared().values()), all_tables()).left_out
}
SAID = [name for name in declared() if name not in LEFT_OUT]


class Renderer:
    """What MetricFlow's engine needs of a database to write queries for it."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What MetricFlow makes of the export."""
    from metricflow_semantic_interfaces.parsing.dir_to_model import (
        parse_directory_of_yaml_files_to_semantic_manifest,
    )

    folder: Path = tmp_path_factory.mktemp("metricflow")
    found = metricflow.exported(list(declared().values()), all_tables())
    (folder / "metrics.yaml").write_text(found.text, encoding="utf-8")
    return parse_directory_of_yaml_files_to_semantic_manifest(str(folder)).semantic_manifest


@pytest.fixture(scope="module")
def engine(manifest: Any) -> Any:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    return MetricFlowEngine(SemanticManifestLookup(manifest), Renderer())


def test_metricflow_finds_nothing_wrong(manifest: Any) -> None:
    from metricflow_semantic_interfaces.validations.semantic_manifest_validator import (
        SemanticManifestValidator,
    )

    found = SemanticManifestValidator().validate_semantic_manifest(manifest)
    assert (found.errors, found.future_errors, found.warnings) == ((), (), ())


def test_what_it_cannot_say_is_left_out() -> None:
    known = all_tables()
    assert {
        name for name, one in declared().items() if one.apart or "date" not in known[one.table].column_names
    } == LEFT_OUT
    assert len(SAID) > 140


def keys(table: str) -> tuple[str, ...]:
    """What figures of a table are compared by, besides months."""
    return tuple(name for name in ("currency", "account") if name in all_tables()[table].column_names)


def second(engine: Any, duck: duckdb.DuckDBPyConnection, metric: Metric) -> dict[tuple[Any, ...], Any]:
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

    row = metric.table.removeprefix("gold.") + "_row"
    by = [f"{row}__{name}" for name in keys(metric.table)]
    request = MetricFlowQueryRequest.create(
        metric_names=[metric.name], group_by_names=["metric_time__month", *by]
    )
    query = engine.explain(request).sql_statement.sql
    names = (*by, "cast(metric_time__month as date)", metric.name)
    found = duck.execute(f"select {', '.join(names)} from ({query})").fetchall()
    return {values[:-1]: values[-1] for values in found}


@pytest.fixture(scope="module")
def own(made_lake: Lakehouse) -> dict[str, dict[tuple[Any, ...], Any]]:
    """Our own figures of every metric."""
    found: dict[str, dict[tuple[Any, ...], Any]] = {}
    for table in {declared()[name].table for name in SAID}:
        names = [name for name in SAID if declared()[name].table == table]
        by = (*keys(table), "month")
        rows = made_lake.metric(*names, by=by, immature="mark").collect()
        found |= {name: {tuple(row)[: len(by)]: row[name] for row in rows} for name in names}
    return found


@pytest.mark.parametrize("name", SAID)
def test_metricflow_gives_the_same_numbers(
    own: dict[str, dict[tuple[Any, ...], Any]], duck: duckdb.DuckDBPyConnection, engine: Any, name: str
) -> None:
    expected = second(engine, duck, declared()[name])
    assert own[name].keys() <= expected.keys()
    for key, value in expected.items():
        found = own[name].get(key)
        if key not in own[name]:
            assert not value, key  # a group of which no row counts: MetricFlow gives a null then, or 0
        elif value is None or found is None:
            assert value is found, key
        else:
            assert math.isclose(found, value, rel_tol=1e-12), key
