"""``vermeil compare`` as a command: what it prints, its exit codes, and what it says where there is nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from pipelines.catalog import all_tables
from pipelines.delta.schemas import arrow_schema
from pipelines.silver.quarantine import TABLE as QUARANTINE
from pipelines.table import Table
from tests.vermeil.cli.running import as_json, vermeil

SCORES = all_tables()["gold.payment_scores"]
REFUSED = {
    "record_id": "r:1",
    "table_name": "silver.charges",
    "reason": "no id",
    "payload": "jane@example.com",
}


def written(home: Path, *rows: dict[str, object], table: Table = QUARANTINE) -> Path:
    folder = home / "lakehouse" / table.layer / table.short_name
    write_deltalake(folder, pa.Table.from_pylist(list(rows), arrow_schema(table)), mode="append")
    return home


@pytest.fixture
def a(tmp_path: Path) -> Path:
    return written(tmp_path / "a", REFUSED, REFUSED | {"record_id": "r:2"})


def test_two_that_hold_the_same_end_well(a: Path, tmp_path: Path) -> None:
    b = written(tmp_path / "b", REFUSED | {"record_id": "r:2", "ingest_id": 7}, REFUSED)
    result = vermeil("compare", a, b / "lakehouse")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 differences in 1 tables.")
    assert "Left out: ingest_id, digest" in result.stdout
    said = as_json("compare", a, b)
    assert (said["differences"], said["tables"][0]["rows_a"]) == (0, 2)
    assert "number of the batch" in said["left_out"]["ingest_id"]


def test_all_columns_are_compared_when_asked(a: Path, tmp_path: Path) -> None:
    b = written(tmp_path / "b", REFUSED | {"ingest_id": 7}, REFUSED | {"record_id": "r:2"})
    result = vermeil("compare", a, b, "--all-columns")
    assert result.exit_code == 1
    assert "ingest_id is null in A, 7 in B" in result.stdout
    assert "Left out" not in result.stdout


def test_what_differs_is_named_and_no_payload_is_shown(a: Path, tmp_path: Path) -> None:
    changed = REFUSED | {"reason": "no amount", "payload": "joan@example.com"}
    b = written(
        written(tmp_path / "b", changed),
        {"file_id": "f", "account": "acct"},
        table=all_tables()["gold.payment_scores"],
    )
    result = vermeil("compare", a, b)
    assert result.exit_code == 1
    row = "silver.quarantine: record_id=r:1, table_name=silver.charges"
    assert f"{row}: reason is no id in A, no amount in B" in result.stdout
    assert f"{row}: payload is not shown (16 long) in A, not shown (16 long) in B" in result.stdout
    assert "record_id=r:2, table_name=silver.charges: only in A" in result.stdout
    assert "note A does not have this table: gold.payment_scores" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 differences in 2 of 2 tables."
    said = json.loads(vermeil("compare", a, b, "--json").stdout)
    assert (said["differences"], said["differing_tables"]) == (3, 2)
    assert said["tables"][0]["columns"] == {"payload": 1, "reason": 1}
    assert "example.com" not in json.dumps(said)
    assert as_json("compare", a, a, "--only", QUARANTINE.name)["differences"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "nowhere: no lakehouse is there"),
        (("a", "--only", "gold.x"), "neither lakehouse has gold.x"),
    ],
    ids=["no lakehouse", "no table"],
)
def test_what_cannot_be_compared_is_wrong_use(
    a: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(a.parent)
    result = vermeil("compare", a, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_table_that_cannot_be_read_is_named(a: Path, tmp_path: Path) -> None:
    b = written(tmp_path / "b", REFUSED)
    log = b / "lakehouse" / "silver" / "quarantine" / "_delta_log" / f"{0:020d}.json"
    log.write_text("{", encoding="utf-8")
    result = vermeil("compare", a, b)
    assert result.exit_code == 1
    assert f"silver.quarantine at {log.parents[1]} cannot be read" in result.stderr
