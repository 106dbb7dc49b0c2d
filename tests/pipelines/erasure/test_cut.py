"""An erasure that was cut anywhere and is asked for again ends where an undisturbed one ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.erasure.forget import forget, unfinished
from pipelines.flow.conservation import audit
from pipelines.lakehouse import Lakehouse
from pipelines.privacy import forgotten as suppression
from pipelines.privacy.ownership import renamed
from tests.pipelines.erasure.cutting import Cut, cut_before
from tests.pipelines.erasure.people import CANARIES, CUSTOMER, of_others, of_the_person, write
from tests.pipelines.erasure.test_forget import opened, refresh, rows, traces

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.engine

TABLES = ("bronze.records", "silver.charges", "silver.customers", "silver.quarantine")


def told(lake: Lakehouse, tables: Iterable[str] = TABLES) -> dict[str, Any]:
    """What tables say, with one name in place of the pseudonym, which is random."""
    [entry] = suppression.load(lake.uri).entries
    names = {str(entry.pseudonym): "somebody"}
    return {name: sorted(renamed(str(row), names) for row in rows(lake, name)) for name in tables}


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    home = tmp_path_factory.mktemp("cut")
    with opened(home, spark) as lake:
        write(home / "raw", "1.ndjson", of_others() + of_the_person())
        refresh(lake, *TABLES)
    return home


@pytest.fixture(scope="module")
def undisturbed(
    taken_in: Path, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession
) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(taken_in, home)
    with opened(home, spark) as lake:
        forget(lake, CUSTOMER)
        return told(lake)


def is_cut_and_completed(home: Path, spark: SparkSession, step: int) -> bool:
    """Whether there was such a step; fails where the second try does not end as it should."""
    with opened(home, spark) as lake:
        with pytest.MonkeyPatch.context() as patch:
            cut_before(patch, step)
            try:
                forget(lake, CUSTOMER)
            except Cut:
                assert unfinished(lake) == (step > 1)
            else:
                return False
        forget(lake, CUSTOMER)
        assert unfinished(lake) == 0
        assert traces(home, CUSTOMER, *CANARIES) == []
        assert audit(lake).total.missing == 0
        return True


@pytest.mark.parametrize("step", [3])
def test_cut_and_asked_for_again(
    taken_in: Path, undisturbed: dict[str, Any], tmp_path: Path, spark: SparkSession, step: int
) -> None:
    shutil.copytree(taken_in, tmp_path / "home")
    assert is_cut_and_completed(tmp_path / "home", spark, step)
    with opened(tmp_path / "home", spark) as lake:
        assert told(lake) == undisturbed
