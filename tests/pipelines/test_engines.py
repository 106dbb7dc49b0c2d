"""One engine goes on where the other stopped: the tables are those of a lakehouse that knew only the embedded one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import releases
from pipelines.comparison import compare, side_at
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.engine_runs import NEEDS_DELTA, add, done, parts
from tests.pipelines.erasure.people import CUSTOMER, charge, of_a_session, of_the_person, write
from tests.spark_servers import spark_server, with_delta

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("engines"),
    NEEDS_DELTA,
    pytest.mark.skipif(
        load_settings().engine != "embedded", reason="starts both engines itself: once is enough, embedded"
    ),
]

EMBEDDED = "embedded"
ONLY = (
    "bronze.records",
    "silver.accounts",
    "silver.charges",
    "silver.charge_history",
    "silver.customers",
    "silver.refunds",
    "silver.verification_sessions",
    "silver.quarantine",
    "gold.audit",
    "gold.payments_daily",
    "gold.features_merchants",
)
"""Tables of every kind of commit: appended, merged, amended, replaced by the day and as a whole."""

RUN = ("run", *(word for name in ONLY for word in ("--only", name)))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, with a person who will be forgotten and a session that will be redacted."""
    folder = tmp_path_factory.mktemp("archive")
    simulate(Simulation(seed=5, days=6, payments_per_day=8, accounts=2), folder / "raw", folder / "truth")
    return folder / "raw"


def lived(home: Path, archive: Path, engines: tuple[str, str], *, disturbed: bool) -> None:
    """The life of a lakehouse: a run after each part of an archive, a redaction, a person forgotten.

    Args:
        home: of the lakehouse.
        archive: what comes in.
        engines: that take turns.
        disturbed: with a restore in between, and housekeeping by both.
    """
    one, other = engines
    first, second, third = parts(archive, 3)
    raw = home / "raw"
    add(first, archive, raw)
    write(raw, "people-1.ndjson", [*of_the_person(), *of_a_session(redacted=False)])
    done(one, home, *RUN)
    add(second, archive, raw)
    done(other, home, *RUN)
    if disturbed:
        moment = releases.latest(str(home / "lakehouse")).at.isoformat()  # type: ignore[union-attr]
        add(third, archive, raw)
        done(one, home, *RUN)
        done(other, home, "restore", "--to", moment)
        done(other, home, "maintain")
        done(one, home, *RUN)
    add(third, archive, raw)
    write(raw, "people-2.ndjson", [*of_a_session(redacted=True)[:1], charge(CUSTOMER, "ch_canary9", 700)])
    done(other, home, *RUN)
    done(one, home, "forget", "--customer", CUSTOMER, "--yes")
    write(raw, "people-3.ndjson", [charge(CUSTOMER, "ch_canary10", 900), charge(None, "ch_other", 1)])
    done(other, home, *RUN)
    if disturbed:
        done(one, home, "maintain")
        done(other, home, "forget", "--customer", "cus_Canary7Qx2b", "--yes")
        done(one, home, *RUN)
    else:
        done(one, home, "forget", "--customer", "cus_Canary7Qx2b", "--yes")


@pytest.fixture(scope="module")
def undisturbed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lakehouse that only the embedded engine ever wrote to."""
    home = tmp_path_factory.mktemp("undisturbed")
    lived(home, archive, (EMBEDDED, EMBEDDED), disturbed=False)
    return home


def sound(home: Path, expected: Path) -> None:
    """That a lakehouse holds the rows of another, and what its own records say."""
    found = compare(side_at(str(home)), side_at(str(expected)))
    assert found.count == 0, found.as_json()
    said = json.loads(done(EMBEDDED, home, "audit", "--deep", "--json"))
    assert said["balanced"], said
    assert said["deep"]["sound"], said


def test_spark_and_the_embedded_engine_take_turns(archive: Path, undisturbed: Path, tmp_path: Path) -> None:
    lived(tmp_path, archive, (EMBEDDED, "spark"), disturbed=True)
    sound(tmp_path, undisturbed)


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Spark Connect server with Delta."""
    with spark_server(tmp_path_factory.mktemp("server"), with_delta()) as url:
        yield url


def test_a_life_on_spark_connect(archive: Path, undisturbed: Path, tmp_path: Path, connect: str) -> None:
    lived(tmp_path, archive, (connect, connect), disturbed=True)
    sound(tmp_path, undisturbed)
