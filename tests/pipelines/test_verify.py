"""A record that is dropped, doubled or altered in any layer, behind the pipeline's back, is found and named.

The edits are Delta commits of another program: of delta-rs, on either engine. All tests share one lakehouse; each
takes its edits back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class Victim:
    """One row of a table: as it is, and the condition that is true for it alone."""

    row: pa.Table
    condition: str

    @property
    def values(self) -> dict[str, Any]:
        [values] = self.row.to_pylist()
        return values


def victims(lake: Lakehouse, name: str) -> list[Victim]:
    """The first rows of a table, at most one for each kind of edit."""
    key = all_tables()[name].key
    rows = DeltaTable(lake.table_uri(name)).to_pyarrow_table().sort_by([(k, "ascending") for k in key])
    found = [rows.slice(number, 1) for number in range(min(len(KINDS), len(rows)))]
    values = [row.select(list(key)).to_pylist()[0] for row in found]
    return [
        Victim(row, " and ".join(f"{name} = '{value}'" for name, value in own.items()))
        for row, own in zip(found, values, strict=True)
    ]


def altered_column(table: Table) -> str:
    if table.name in TAKEN:
        return TAKEN[table.name]
    free = [c.name for c in table.columns if c.name not in table.key and c.name != table.cluster_by]
    amounts = [name for name in free if name.endswith(("_minor", "_count"))]
    texts = [name for name in free if table.column(name).type == "string" and name != "record_id"]
    numbers = [name for name in free if name.startswith(COUNTED)]
    return (amounts or texts or numbers)[0]


def drop(lake: Lakehouse, name: str, victim: Victim) -> None:
    DeltaTable(lake.table_uri(name)).delete(victim.condition)


def double(lake: Lakehouse, name: str, victim: Victim) -> None:
    write_deltalake(lake.table_uri(name), victim.row, mode="append")


def alter(lake: Lakehouse, name: str, victim: Victim) -> None:
    table = all_tables()[name]
    column = altered_column(table)
    value = victim.values[column]
    text = "'" + f"{value or ''}".replace("'", "") + "x'"
    changed = text if table.column(column).type == "string" else f"{(value or 0) + 1}"
    DeltaTable(lake.table_uri(name)).update(updates={column: changed}, predicate=victim.condition)


Mutation = Callable[[Lakehouse, str, Victim], None]
KINDS: dict[Mutation, str] = {drop: "missing", double: "doubled", alter: "altered"}
Edits = Mapping[Mutation, Victim]


@contextmanager
def mutated(lake: Lakehouse, edits: Mapping[str, Edits]) -> Iterator[None]:
    """Tables with these edits, which are taken back."""
    before = {name: lake.history(name, 1)[0].version for name in edits}
    try:
        for name, own in edits.items():
            for mutation, victim in own.items():
                mutation(lake, name, victim)
        yield
    finally:
        for name, version in before.items():
            if (table := DeltaTable(lake.table_uri(name))).version() > version:
                table.restore(version)


def edit_of(lake: Lakehouse, name: str, mutation: Mutation) -> dict[str, Edits]:
    """One edit of a table, of its first row."""
    return {name: {mutation: victims(lake, name)[0]}}


def rounds(lake: Lakehouse, names: Sequence[str]) -> Iterator[dict[str, Edits]]:
    """Every kind of edit of every table: at once, each of a row of its own, or of one row, kind after kind."""
    rows = {name: victims(lake, name) for name in names}
    enough = {name for name in names if len(rows[name]) == len(KINDS)}
    yield {name: dict(zip(KINDS, rows[name], strict=True)) for name in names if name in enough}
    for mutation in KINDS:
        yield {name: {mutation: rows[name][0]} for name in names if name not in enough}


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


@pytest.mark.parametrize("some", ["silver", "quarantine", "gold"])
def test_a_row_of_each_table_is_named(lake: Lakehouse, some: str) -> None:
    names = ["silver.quarantine"] if some == "quarantine" else filled(lake, some)
    seen: set[tuple[str, Mutation]] = set()
    for edits in rounds(lake, names):
        found: dict[str, Found] = {}
        # What is made from gold is held against gold: one of the two is edited at a time.
        for level in levels(list(edits)):
            with mutated(lake, {name: edits[name] for name in level}):
                found |= {told.table: told for told in verify(lake, only=level).tables}
        for name, own in edits.items():
            assert_named(found[name], name, own)
            seen |= {(name, mutation) for mutation in own}
    assert seen == {(name, mutation) for name in names for mutation in KINDS}


def assert_named(found: Found, name: str, edits: Edits) -> None:
    """Each edit is a difference, of its kind and key, and there are no others."""
    table = all_tables()[name]
    told = {difference.kind: difference for difference in found.differences}
    assert (found.count, told.keys()) == (len(edits), {KINDS[mutation] for mutation in edits}), name
    for mutation, victim in edits.items():
        difference = told[KINDS[mutation]]
        assert all(str(victim.values[key]) in difference.key for key in table.key), name
        assert difference.columns == ((altered_column(table),) if mutation is alter else ()), name


@pytest.mark.parametrize("mutation", KINDS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("name", ["bronze.records", "bronze.files", "gold.audit"])
def test_one_row_of_what_the_others_rest_on_is_named(lake: Lakehouse, name: str, mutation: Mutation) -> None:
    refresh_audit(lake, accept_all)  # what the tests before have restored counts as published since
    edits = edit_of(lake, name, mutation)
    row = edits[name][mutation].values
    with mutated(lake, edits):
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
    edits = edit_of(lake, "silver.customers", alter)
    with mutated(lake, edits):
        (found,) = verify(lake, only=["silver.customers"]).tables
    said = str(found.differences[0])
    row = edits["silver.customers"][alter].values
    shown = [str(value) for name, value in row.items() if value and name not in ("account", "customer_id")]
    assert not [value for value in shown if len(value) > 3 and value in said]


def test_gold_waits_until_the_audit_balances_which_is_there_to_be_read(lake: Lakehouse) -> None:
    def run() -> dict[str, Outcome]:
        outcomes = flow.refresh(lake, flow.Run(lake.settings.home / "raw", accept_all, sweep))
        return {outcome.table: outcome for outcome in outcomes}

    with mutated(lake, edit_of(lake, "silver.charges", drop)):
        found = run()
        shown = lake.table("gold.audit").filter("not is_balanced").collect()
    assert (found["gold.audit"].status, found["gold.payments_daily"].status) == ("refused", "skipped")
    assert shown
    assert all(any(row["file"] in notice for notice in found["gold.audit"].notices) for row in shown)
    mended = run()
    assert (mended["gold.audit"].status, mended["gold.payments_daily"].status) == ("published", "unchanged")
