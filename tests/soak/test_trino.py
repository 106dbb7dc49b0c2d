"""Trino reads every table through the catalog that ``vermeil catalog`` writes, also after what upkeep does to logs."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import LAYERS, all_tables
from pipelines.delta import checkpoints
from pipelines.delta.policies import Policy
from pipelines.export.registration import entries, trino
from pipelines.export.registration.quoting import double
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.upkeep.maintenance import maintain
from tests.exact_figures import Figures as Found
from tests.exact_figures import by_currency, differences, own, query
from tests.soak.figures import Figures
from tests.trino_server import Trino, TrinoError, statements
from tests.trino_server import trino as started

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipelines.table import Table
    from tests.small_lakehouse import Made

pytestmark = pytest.mark.soak


def test_trino_finds_every_row_and_amount(
    few_days: Made, tmp_path: Path, spark: SparkSession, figures: Figures
) -> None:
    shutil.copytree(few_days.home, home := tmp_path / "o'hara's")
    with Lakehouse(load_settings({"home": home}), all_tables(), spark) as lake:
        catalog = entries(lake, LAYERS)
        texts = trino.files(catalog)
        file = tmp_path / "vermeil.properties"
        file.write_text(texts[file.name], encoding="utf-8")
        calls = statements(texts["trino.sql"])
        with (
            started(tmp_path / "trino", [file], _free_port()) as server,
            figures.measured(
                8, "a table of all layers read by Trino, before and after its log was expunged"
            ) as figure,
        ):
            for call in calls:
                server.ask(call)
            tables = [lake.tables[one.table.name] for one in catalog.entries]
            for step in (_as_written, _maintained, _expunged):
                step(lake)
                expected = own(lake)
                wrong = list(differences(_read(server, tables), expected))
                figure.tried += len(expected)
                figure.survived += len(expected) - len(wrong)
                print(f"{step.__name__}: {len(expected)} tables", *wrong, sep="\n", flush=True)
            _say_that_they_are_there(server, calls)
            assert list(differences(_read(server, tables), expected)) == []


def _as_written(lake: Lakehouse) -> None:
    assert lake.exists("bronze.records")


def _maintained(lake: Lakehouse) -> None:
    """Upkeep as ``vermeil maintain`` does it, with nothing kept: a checkpoint of the newest version alone."""
    with lake.writing("a test") as draft:
        list(maintain(lake, draft, datetime.now(UTC), policies=lambda _: Policy(keep_hours=0, log_hours=0)))


def _expunged(lake: Lakehouse) -> None:
    """All that an erasure leaves of a log: nothing before its checkpoint."""
    with lake.writing("a test"):
        for name in lake.versions():
            lake.housekeeping(name).expunge()
            uri = lake.table_uri(name)
            assert checkpoints.exists(uri, lake.versions()[name]), (
                f"{name} has no checkpoint: the test says nothing"
            )


def _read(server: Trino, tables: Iterable[Table]) -> Mapping[str, Found]:
    def place(table: Table) -> str:
        return ".".join(map(double, ("vermeil", table.layer, table.short_name)))

    return {one.name: by_currency(server.ask(query(one, place(one), double))) for one in tables}


def _say_that_they_are_there(server: Trino, calls: Iterable[str]) -> None:
    """The script run again: each table says that it is registered, and nothing else happens."""
    for call in calls:
        if call.startswith("CALL"):
            with pytest.raises(TrinoError, match="already exists"):
                server.ask(call)
        else:
            server.ask(call)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
