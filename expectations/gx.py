"""The one place that talks to Great Expectations. It is imported when a batch is validated, not before."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pyspark.sql import functions

from expectations.check import Check
from pipelines.frames.literals import backtick, spark_text


@contextmanager
def _without_what_nothing_here_uses() -> Iterator[None]:
    """While Great Expectations is imported: what it brings for expectations that nothing here asks for.

    That costs half of the import. With altair it draws one result, with scipy it compares distributions. It goes on by
    itself without sqlalchemy, which is for databases, and without Spark's machine learning; so does jsonschema without
    a grammar of web addresses.
    """
    scipy = _empty("scipy")
    scipy.stats = _empty("scipy.stats")  # type: ignore[attr-defined]
    stands_in: dict[str, ModuleType | None] = {"altair": _empty("altair"), "scipy": scipy}
    stands_in |= dict.fromkeys(("sqlalchemy", "pyspark.ml", "rfc3987_syntax"))
    put = {name: module for name, module in stands_in.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in put:
            sys.modules.pop(name, None)


def _empty(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)  # by which others find out whether it is installed
    return module


# Read when Great Expectations is imported: nothing about anyone's data or use of it leaves this machine.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

with _without_what_nothing_here_uses():
    import great_expectations
    from great_expectations import expectations as library
    from great_expectations.core.id_dict import IDDict
    from great_expectations.execution_engine import SparkDFExecutionEngine
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.metrics.map_metric_provider import (
        ColumnMapMetricProvider,
        column_condition_partial,
    )
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import Column, DataFrame

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def _unsaid(logger: str) -> Iterator[None]:
    """While something is replaced on purpose, of which a library warns."""
    speaker = logging.getLogger(logger)
    before, speaker.disabled = speaker.disabled, True
    try:
        yield
    finally:
        speaker.disabled = before


with _unsaid("great_expectations.expectations.registry"):

    class ToldRowCount(TableMetricProvider):  # type: ignore[misc]
        """The number of rows of a frame of Spark, which each expectation is given, as whoever staged them counted it.

        The library's own metric asks for it in a query by itself.
        """

        metric_name = "table.row_count"
        told: int = 0

        @metric_value(engine=SparkDFExecutionEngine)  # type: ignore[untyped-decorator]
        def _spark(cls, *_: Any, **__: Any) -> int:  # noqa: N805 - the library makes it a class method
            return ToldRowCount.told

    class ValuesInSet(ColumnMapMetricProvider):  # type: ignore[misc]
        """Whether values of a column of Spark are among those that are allowed, said in one text of SQL.

        The library's own metric makes a literal of each value in calls of its own: of a hundred and eighty currencies
        that is most of what a check takes.
        """

        condition_metric_name = "column_values.in_set"
        condition_value_keys = ("value_set",)

        @column_condition_partial(engine=SparkDFExecutionEngine)  # type: ignore[untyped-decorator]
        def _spark(cls, column: Column, value_set: Sequence[Any] | None, **told: Any) -> Column:  # noqa: N805
            if value_set is None:
                return functions.lit(True)
            if not value_set or not all(isinstance(value, str) for value in value_set):
                return column.isin(value_set)
            name = backtick(told["_accessor_domain_kwargs"]["column"])
            return functions.expr(f"{name} in ({', '.join(map(spark_text, value_set))})")


@dataclass(frozen=True)
class Found:
    """What Great Expectations found of one check.

    Attributes:
        success: whether all is as expected.
        details: its ``result``; empty unless details were asked for.
        error: why the check could not be evaluated, if so.
    """

    success: bool
    details: Mapping[str, Any]
    error: str = ""


def evaluate(
    frame: DataFrame | pd.DataFrame,
    checks: Sequence[Check],
    result_format: str | Mapping[str, Any],
    row_count: int = 0,
) -> dict[str, Found]:
    """Validate a frame of Spark or pandas with some checks, by their names.

    Args:
        frame: what to look at. Each result format beyond ``BOOLEAN_ONLY`` costs a query a check on Spark.
        checks: what to look for.
        result_format: of Great Expectations.
        row_count: rows of a frame of Spark; a frame of pandas knows it by itself.
    """
    if not checks:
        return {}
    suite = great_expectations.ExpectationSuite(name="batch", expectations=[_expectation(c) for c in checks])
    # A context keeps the frame that it looks at: two threads would see each other's.
    with _ONE_AT_A_TIME, _made_once():
        ToldRowCount.told = row_count
        batch = _definition(_library_of(frame)).get_batch(batch_parameters={"dataframe": frame})
        results = batch.validate(suite, result_format=result_format).results
    return {result.expectation_config.meta["check"]: _found(result) for result in results}


@contextmanager
def _made_once() -> Iterator[None]:
    """While a suite is evaluated: what Great Expectations would make anew each time that it is asked for.

    It asks an expectation some seventy times what it is configured as, and each figure for a digest of what it is
    about. Both together are half of what it adds to its queries.
    """
    configured, identified = Expectation.configuration, IDDict.to_id
    # With the expectation, so that no other one gets its number.
    configurations: dict[int, tuple[Any, Any]] = {}
    ids: dict[tuple[Any, ...], Any] = {}

    def configuration(expectation: Any) -> Any:
        if id(expectation) not in configurations:
            configurations[id(expectation)] = expectation, configured.fget(expectation)
        return configurations[id(expectation)][1]

    def to_id(about: Any, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
        is_whole = id_keys is None and id_ignore_keys is None
        if not (is_whole and all(isinstance(value, _PLAIN) for value in about.values())):
            return identified(about, id_keys, id_ignore_keys)
        key = (type(about), *sorted((name, type(value), value) for name, value in about.items()))
        if key not in ids:
            ids[key] = identified(about)
        return ids[key]

    Expectation.configuration, IDDict.to_id = property(configuration), to_id
    try:
        yield
    finally:
        Expectation.configuration, IDDict.to_id = configured, identified


_PLAIN = (str, int, float, type(None))
"""Types of values that are equal only where they say the same; a list may change."""


def _expectation(check: Check) -> Any:
    return getattr(library, check.expectation)(**check.arguments, meta={"check": check.name})


def _library_of(frame: DataFrame | pd.DataFrame) -> str:
    return "pandas" if type(frame).__module__.startswith("pandas") else "spark"


@cache
def _context() -> Any:
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


@cache
def _definition(kind: str) -> Any:
    sources = _context().data_sources
    # Spark's own cache would hold every batch until the session ends.
    source = sources.add_pandas(kind) if kind == "pandas" else sources.add_spark(kind, persist=False)
    return source.add_dataframe_asset("staged").add_batch_definition_whole_dataframe("batch")


def _found(result: Any) -> Found:
    return Found(bool(result.success), result.result or {}, _error(result.exception_info or {}))


def _error(info: Mapping[str, Any]) -> str:
    """The first line of the first exception: one of the check itself, or of one of its figures."""
    found = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    messages = [str(one["exception_message"]) for one in found if one.get("raised_exception")]
    return messages[0].strip().splitlines()[0] if messages else ""
