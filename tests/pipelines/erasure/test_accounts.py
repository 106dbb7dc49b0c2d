"""A person forgotten in one account: gone from its records, and as before in those of another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.erasure.forget import forget, plan, unfinished
from pipelines.lakehouse import Lakehouse
from tests.frames import CREATED, event
from tests.pipelines.erasure.people import CUSTOMER, Json, charge, write
from tests.pipelines.erasure.test_forget import opened, refresh, rows, traces

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

HERE, THERE = "acct_here", "acct_there"
TABLES = ("bronze.records", "silver.charges", "silver.quarantine")


def records(account: str, name: str, payment: str = "1") -> list[Json | str]:
    """A customer, a payment and one that is refused, as one account knows them."""
    customer = {"id": CUSTOMER, "object": "customer", "created": CREATED, "name": name, "livemode": True}
    paid = charge(CUSTOMER, f"ch_{account}_{payment}", 4200, billing_details={"name": name})
    broken = charge(CUSTOMER, f"ch_{account}_{payment}b", 100, description=name) | {"amount": "a lot"}
    told = (
        (customer, "customer.created"),
        (paid, "charge.succeeded"),
        (broken, "charge.failed"),
    )
    return [
        event(body, kind, CREATED + 1, f"evt_{account}_{payment}_{kind}") | {"account": account}
        for body, kind in told
    ]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A home to which two accounts have brought one customer."""
    home = tmp_path_factory.mktemp("accounts") / "home"
    write(home / "raw", "1.ndjson", [*records(HERE, "Zelda Here"), *records(THERE, "Zelda There")])
    with opened(home, spark) as lake:
        refresh(lake, *TABLES)
    return home


@pytest.fixture(scope="module")
def forgotten(taken_in: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    """A copy of it in which one account has forgotten the customer."""
    home = tmp_path_factory.mktemp("forgotten") / "home"
    shutil.copytree(taken_in, home)
    with opened(home, spark) as lake:
        planned = plan(lake, CUSTOMER, HERE)
        done = forget(lake, CUSTOMER, HERE)
    assert (planned.records, planned.rows["silver.quarantine"]) == (3, 1)
    assert (done.status, done.rows) == ("forgotten", planned.rows)
    return home


@pytest.fixture
def lake(forgotten: Path, tmp_path: Path, spark: SparkSession) -> Lakehouse:
    """A lakehouse in which one account has forgotten the customer, to be written to."""
    shutil.copytree(forgotten, tmp_path / "home")
    return opened(tmp_path / "home", spark)


def of(lake: Lakehouse, account: str) -> dict[str, list[dict[str, Any]]]:
    """What the tables hold of one account."""
    found = {name: rows(lake, name) for name in TABLES}
    ids = {row["record_id"] for row in found["bronze.records"] if row["account"] == account}
    return {name: [row for row in these if row["record_id"] in ids] for name, these in found.items()}


def test_the_other_account_is_as_before(taken_in: Path, lake: Lakehouse, spark: SparkSession) -> None:
    assert traces(lake.settings.home, "Zelda Here") == []
    assert CUSTOMER not in str(of(lake, HERE))
    assert of(lake, THERE) == of(opened(taken_in, spark), THERE)
    assert unfinished(lake) == 0


def test_there_is_nothing_to_forget_again_or_in_an_account_without_the_person(lake: Lakehouse) -> None:
    before = lake.versions()
    assert forget(lake, CUSTOMER, HERE).status == "nothing"
    assert forget(lake, CUSTOMER, "acct_elsewhere").status == "nothing"
    assert lake.versions() == before


def test_later_records_come_in_without_the_person_in_that_account_alone(lake: Lakehouse) -> None:
    more = [*records(HERE, "Zelda Here", "2"), *records(THERE, "Zelda There", "2")]
    write(lake.settings.raw_dir, "2.ndjson", more)
    refresh(lake, *TABLES)
    assert traces(lake.settings.home, "Zelda Here") == []
    assert CUSTOMER not in str(of(lake, HERE))
    assert [row["customer_id"] for row in of(lake, THERE)["silver.charges"]] == [CUSTOMER, CUSTOMER]


def test_the_other_account_forgets_under_the_same_name(lake: Lakehouse) -> None:
    assert forget(lake, CUSTOMER, THERE).status == "forgotten"
    assert traces(lake.settings.home, CUSTOMER, "Zelda Here", "Zelda There") == []
    assert len({row["customer_id"] for row in rows(lake, "silver.charges")}) == 1
