"""A person is gone from every byte of the lakehouse; the money and everybody else are as they were."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from pipelines.catalog import all_tables
from pipelines.erasure.forget import forget, plan, unfinished
from pipelines.erasure.redactions import sweep
from pipelines.errors import SettingsError
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.steps import Outcome
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.privacy import forgotten as suppression
from pipelines.privacy.ownership import renamed
from pipelines.settings import load_settings
from tests.pipelines.erasure.people import CANARIES, CUSTOMER, OTHER, of_others, of_the_person, write

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    """A lakehouse that takes in each file as a batch of its own."""
    return Lakehouse(load_settings({"home": home, "batch_bytes": 1}), all_tables(), spark)


def refresh(lake: Lakehouse, *only: str) -> list[Outcome]:
    return list(flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=only)))


def rows(lake: Lakehouse, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lake.table(name).toArrow().to_pylist()
    return sorted(found, key=str)


def everything(lake: Lakehouse, layer: str) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(lake, name) for name, table in all_tables().items() if table.layer == layer}


def texts(home: Path) -> Iterator[tuple[Path, str]]:
    """All that can be read below a lakehouse: bytes as they are, and the values of every Parquet file there is."""
    for path in sorted((home / "lakehouse").rglob("*")):
        if path.is_file():
            yield path, path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                yield path, str(pq.read_table(path, partitioning=None).to_pylist())


def traces(home: Path, *words: str) -> list[tuple[str, str]]:
    return [(word, path.name) for path, text in texts(home) for word in words if holds(text, word)]


def holds(text: str, word: str) -> bool:
    # The other customer's id begins like the person's.
    return word in (text.replace(OTHER, "") if word == CUSTOMER else text)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home where the person came in with two batches, and one table was compacted."""
    home = tmp_path_factory.mktemp("people")
    mine = of_the_person()
    with opened(home, spark) as lake:
        write(home / "raw", "1.ndjson", mine[:4])
        write(home / "raw", "2.ndjson", [*of_others(), *mine[4:]])
        refresh(lake)
        lake.housekeeping("silver.customers").compact()
    return home


@pytest.fixture(scope="module")
def forgotten(taken_in: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A copy of it in which the person was forgotten."""
    home = tmp_path_factory.mktemp("forgotten") / "home"
    shutil.copytree(taken_in, home)
    with opened(home, spark) as lake:
        assert forget(lake, CUSTOMER).status == "forgotten"
    return home


@pytest.fixture
def copied(forgotten: Path, tmp_path: Path, spark: SparkSession) -> Iterator[Lakehouse]:
    """A lakehouse in which the person was forgotten, to be written to."""
    shutil.copytree(forgotten, tmp_path / "home")
    with opened(tmp_path / "home", spark) as lake:
        yield lake


def test_the_traces_are_seen_before(taken_in: Path) -> None:
    seen = {word for word, _ in traces(taken_in, CUSTOMER, *CANARIES)}
    assert seen == {CUSTOMER, *CANARIES}


def test_no_byte_names_the_person_afterwards(forgotten: Path) -> None:
    assert traces(forgotten, CUSTOMER, *CANARIES) == []


def test_the_raw_files_that_still_hold_the_person_are_named(taken_in: Path, spark: SparkSession) -> None:
    with opened(taken_in, spark) as lake:
        planned = plan(lake, CUSTOMER)
        assert suppression.load(lake.uri).entries == ()
    assert planned.status == "planned"
    assert planned.files == ("1.ndjson", "2.ndjson")
    assert (planned.records, planned.mentions) == (len(of_the_person()), 1)
    assert planned.rows["silver.charges"] == 3
    assert planned.rows["silver.quarantine"] == 2


def told_by(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A row of gold with the customer's id of before: all of it that names the person."""
    return row | (
        {"customer_id": names.get(row["customer_id"], row["customer_id"])} if "customer_id" in row else {}
    )


def test_gold_and_the_audit_are_as_before(taken_in: Path, forgotten: Path, spark: SparkSession) -> None:
    with opened(taken_in, spark) as before, opened(forgotten, spark) as after:
        tables = [everything(lake, "gold") for lake in (before, after)]
        # Features know the person by card and network: they are made anew without them.
        of_person = ("gold.features_", "gold.training_")
        same = [{n: rows for n, rows in one.items() if not n.startswith(of_person)} for one in tables]
        names = {entry.pseudonym or "": CUSTOMER for entry in suppression.load(after.uri).entries}
        assert same[0] == {
            n: sorted((told_by(row, names) for row in rows), key=str) for n, rows in same[1].items()
        }
        assert audit(before) == audit(after)
        assert audit(after).balanced


def test_everybody_else_is_as_before(taken_in: Path, forgotten: Path, spark: SparkSession) -> None:
    def others(home: Path) -> dict[str, list[str]]:
        with opened(home, spark) as lake:
            tables = everything(lake, "bronze") | everything(lake, "silver")
            names = {entry.pseudonym or "": CUSTOMER for entry in suppression.load(lake.uri).entries}
        # One of them mentions the person: their id is all that changes there.
        texts = {name: [renamed(str(row), names) for row in found] for name, found in tables.items()}
        return {name: sorted(text for text in found if "other" in text) for name, found in texts.items()}

    before = others(taken_in)
    assert len(before["bronze.records"]) == len(of_others()) - 1
    assert len(before["silver.charges"]) == 3
    assert others(forgotten) == before


def test_amounts_and_links_of_the_person_stay(forgotten: Path, spark: SparkSession) -> None:
    with opened(forgotten, spark) as lake:
        charges = {row["charge_id"]: row for row in rows(lake, "silver.charges")}
        customers = [row["customer_id"] for row in rows(lake, "silver.customers")]
    mine = charges["ch_canary1"]
    assert (mine["amount_minor"], mine["currency"], mine["card_brand"], mine["billing_country"]) == (
        4200,
        "GBP",
        "visa",
        "GB",
    )
    assert (mine["amount_refunded_minor"], mine["payment_method_id"]) == (200, "pm_canary1")
    assert mine["customer_id"].startswith(suppression.PSEUDONYM)
    assert set(customers) == {mine["customer_id"], OTHER}
    assert mine["billing_email"] is None
    assert mine["card_last4"] is None
    assert charges["ch_other1"]["customer_id"] == OTHER
    assert "keep this text" in charges["ch_other1"]["metadata"]


def test_rebuilt_from_bronze_the_tables_are_the_same(copied: Lakehouse) -> None:
    names = ("silver.charges", "silver.customers", "silver.reviews", "silver.quarantine")
    before = {name: rows(copied, name) for name in names}
    again = flow.refresh(
        copied,
        flow.Run(copied.settings.raw_dir, accept_all, sweep, only=names, full=names[:3]),
    )
    assert [outcome.status for outcome in again if outcome.table in names[:3]] == ["published"] * 3
    assert {name: rows(copied, name) for name in names} == before


def test_again_there_is_nothing_to_forget(copied: Lakehouse) -> None:
    assert plan(copied, CUSTOMER).status == "nothing"
    again = forget(copied, CUSTOMER)
    assert again.status == "nothing"
    assert again.files == ("1.ndjson", "2.ndjson")
    assert unfinished(copied) == 0
    changed = [outcome.table for outcome in refresh(copied) if outcome.status != "unchanged"]
    assert changed == ["gold.audit"]  # it looks again wherever a table has a new version


def test_files_that_come_later_are_read_without_the_person(copied: Lakehouse) -> None:
    write(copied.settings.raw_dir, "3.ndjson", of_the_person())
    refresh(copied, "bronze.records", "silver.customers", "silver.quarantine")
    assert traces(copied.settings.home, CUSTOMER, *CANARIES) == []
    assert audit(copied).total.missing == 0
    assert len([row for row in rows(copied, "silver.customers") if row["customer_id"] != OTHER]) == 1


def test_a_lakehouse_made_anew_from_the_same_files_does_not_know_the_person(
    forgotten: Path, tmp_path: Path, spark: SparkSession
) -> None:
    shutil.copytree(forgotten / "raw", tmp_path / "raw")
    shutil.copytree(forgotten / "keys", tmp_path / "keys")
    (tmp_path / "lakehouse").mkdir()
    shutil.copy(forgotten / "lakehouse" / suppression.FILE, tmp_path / "lakehouse")
    with opened(tmp_path, spark) as lake, opened(forgotten, spark) as before:
        refresh(lake, "bronze.records", "silver.charges", "silver.quarantine")
        assert traces(tmp_path, CUSTOMER, *CANARIES) == []
        assert rows(lake, "silver.charges") == rows(before, "silver.charges") != []


def test_without_the_key_nothing_is_read(copied: Lakehouse) -> None:
    copied.settings.forget_key_path.unlink()
    write(copied.settings.raw_dir, "3.ndjson", of_the_person())
    with pytest.raises(SettingsError, match="VERMEIL_FORGET_KEY_FILE"):
        refresh(copied)
