"""A record that is dropped, doubled or altered in any layer, behind the pipeline's back, is found and named.

The edits are Delta commits of another program: of delta-rs, on either engine. All tests share one lakehouse; each
takes its edits back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from pipelines.catalog import all_tables, inputs
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.audit import refresh_audit
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Table
from pipelines.upkeep.verify import Found, verify

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

pytestmark = pytest.mark.engine

TAKEN = {
    "bronze.records": "payload",
    "bronze.files": "sha256",
    "silver.quarantine": "reason",
    "gold.audit": "file",
}
"""A column to alter, where it is not the first amount, count or text that is no part of the key."""


COUNTED = (
    "card_payments_",
    "customer_payments_",
    "merchant_payments_",
    "email_domain_payments_",
    "ip_network_payments_",
)
"""Features of tables that have nothing else to alter; they are never null."""


@pytest.fixture(scope="module")
def lake(few_days: Made, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    home = tmp_path_factory.mktemp("verified") / "home"
    shutil.copytree(few_days.home, home)
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def filled(lake: Lakehouse, layer: str) -> list[str]:
    kept = {"silver.quarantine", "gold.audit"}
    names = [n for n, t in lake.tables.items() if t.layer == layer and n not in kept and lake.exists(n)]
    return [name for name in names if DeltaTable(lake.table_uri(name)).count()]


def victim(lake: Lakehouse, name: str) -> tuple[pa.Table, str]:
    """A row of a table, and the condition that is true for it alone."""
    table = all_tables()[name]
    row = DeltaTable(lake.table_uri(name)).to_pyarrow_table().sort_by([(k, "ascending") for k in table.key])
    row = row.slice(0, 1)
    values = row.select(list(table.key)).to_pylist()[0]
    return row, " and ".join(f"{key} = '{value}'" for key, value in values.items())


def altered_column(table: Table) -> str:
    if table.name in TAKEN:
        return TAKEN[table.name]
    free = [c.name for c in table.columns if c.name not in table.key and c.name != table.cluster_by]
    amounts = [name for name in free if name.endswith(("_minor", "_count"))]
    texts = [name for name in free if table.column(name).type == "string" and name != "record_id"]
    numbers = [name for name in free if name.startswith(COUNTED)]
    return (amounts or texts or numbers)[0]


def drop(lake: Lakehouse, name: str) -> None:
    DeltaTable(lake.table_uri(name)).delete(victim(lake, name)[1])


def double(lake: Lakehouse, name: str) -> None:
    write_deltalake(lake.table_uri(name), victim(lake, name)[0], mode="append")


def alter(lake: Lakehouse, name: str) -> None:
    row, condition = victim(lake, name)
    table = all_tables()[name]
    column = altered_column(table)
    value = row.column(column)[0].as_py()
    text = "'" + f"{value or ''}".replace("'", "") + "x'"
    changed = text if table.column(column).type == "string" else f"{(value or 0) + 1}"
    DeltaTable(lake.table_uri(name)).update(updates={column: changed}, predicate=condition)


Mutation = Callable[[Lakehouse, str], None]
KINDS = {drop: "missing", double: "doubled", alter: "altered"}


@contextmanager
def mutated(lake: Lakehouse, names: Iterable[str], mutation: Mutation) -> Iterator[None]:
    before = {name: lake.history(name, 1)[0].version for name in names}
    try:
        for name in before:
            mutation(lake, name)
        yield
    finally:
        for name, version in before.items():
            if (table := DeltaTable(lake.table_uri(name))).version() > version:
                table.restore(version)


def test_what_the_pipeline_made_is_sound(lake: Lakehouse) -> None:
    found = verify(lake)
    assert found.differences == ()
    assert found.sound
    looked_at = {name for name in lake.tables if lake.exists(name)} - {"gold.schema_drift"}
    assert {one.table for one in found.tables} == looked_at
    assert {one.table: one.not_compared for one in found.tables if one.not_compared} == {}
    assert not [path for path in (Path(lake.uri) / "_staging").rglob("*") if path.is_file()]


def levels(names: Sequence[str]) -> Iterator[list[str]]:
    """Tables in groups, each of which is made from those before it."""
    left = list(names)
    while left:
        yield (some := [name for name in left if not set(inputs(all_tables()[name])).intersection(left)])
        left = [name for name in left if name not in some]


@pytest.mark.parametrize("mutation", KINDS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("layer", ["silver", "gold"])
def test_one_row_of_each_table_is_named(lake: Lakehouse, layer: str, mutation: Mutation) -> None:
    names = filled(lake, layer)
    rows = {name: victim(lake, name)[0].to_pylist()[0] for name in names}
    found: dict[str, Found] = {}
    # What is made from gold is held against gold: one of the two is altered at a time.
    for some in levels(names):
        with mutated(lake, some, mutation):
            found |= {one.table: one for one in verify(lake, only=some).tables}
    for name in names:
        table = all_tables()[name]
        (difference,) = found[name].differences
        assert difference.kind == KINDS[mutation], name
        assert all(str(rows[name][key]) in difference.key for key in table.key)
        assert difference.columns == ((altered_column(table),) if mutation is alter else ())


@pytest.mark.parametrize("mutation", KINDS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("name", ["bronze.records", "bronze.files", "silver.quarantine", "gold.audit"])
def test_one_row_of_what_the_others_rest_on_is_named(lake: Lakehouse, name: str, mutation: Mutation) -> None:
    refresh_audit(lake, accept_all)  # what the tests before have restored counts as published since
    row = victim(lake, name)[0].to_pylist()[0]
    with mutated(lake, [name], mutation):
        (found,) = verify(lake, only=[name]).tables
    assert found.count == 1
    (difference,) = found.differences
    if name == "bronze.records":  # its file is named: what a record was cannot be known from a sum
        assert difference.key == f"file={row['file']}"
        assert "digest" in difference.columns
    else:
        assert str(row[all_tables()[name].key[0]]) in difference.key
        assert difference.kind == KINDS[mutation]


def test_nothing_that_is_said_of_a_row_is_a_value_of_it(lake: Lakehouse) -> None:
    with mutated(lake, ["silver.customers"], alter):
        (found,) = verify(lake, only=["silver.customers"]).tables
    said = str(found.differences[0])
    row = victim(lake, "silver.customers")[0].to_pylist()[0]
    shown = [str(value) for name, value in row.items() if value and name not in ("account", "customer_id")]
    assert not [value for value in shown if len(value) > 3 and value in said]


def test_gold_waits_until_the_audit_balances_which_is_there_to_be_read(lake: Lakehouse) -> None:
    def run() -> dict[str, Outcome]:
        outcomes = flow.refresh(lake, flow.Run(lake.settings.home / "raw", accept_all, sweep))
        return {outcome.table: outcome for outcome in outcomes}

    with mutated(lake, ["silver.charges"], drop):
        found = run()
        shown = lake.table("gold.audit").filter("not is_balanced").collect()
    assert (found["gold.audit"].status, found["gold.payments_daily"].status) == ("refused", "skipped")
    assert shown
    assert all(any(row["file"] in notice for notice in found["gold.audit"].notices) for row in shown)
    mended = run()
    assert (mended["gold.audit"].status, mended["gold.payments_daily"].status) == ("published", "unchanged")
