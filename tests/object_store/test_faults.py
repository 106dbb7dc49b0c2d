"""What networks and services do to requests: borne for a while, then told in one line that holds no secret."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.delta import remote
from pipelines.errors import LakehouseError
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.object_store.proxy import NEXT, ROOT, Fault
from tests.object_store.server import ACCESS_KEY, SECRET_KEY, Store
from tests.object_store.uploads import upload
from tests.same_rows import differing
from vermeil.cli import commands

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        load_settings().engine != "embedded", reason="clients of the embedded engine are tried"
    ),
]

ONLY = ("bronze.records", "silver.quarantine", "silver.charges", "gold.audit")


@pytest.fixture
def raw(store: Store, tmp_path: Path) -> str:
    simulate(Simulation(days=1, payments_per_day=6, accounts=2), tmp_path / "raw", tmp_path / "truth")
    upload(tmp_path / "raw", store.url("raw"))
    return store.url("raw")


def run(store: Store, home: Path, name: str = "lakehouse") -> None:
    with Lakehouse.open(home, lakehouse=store.url(name), raw=store.url("raw")) as lake:
        assert not [one.table for one in commands.refresh(lake, ONLY, (), lambda _: None) if one.failed]


BORNE = {
    "slow": [Fault(seconds=0.02)],
    "asks to slow down": [Fault("GET", 503, times=3), Fault("PUT", 503, times=2), Fault("LIST", 503, times=2)],
    "fails": [Fault("GET .*parquet", 500, times=3), Fault("LIST .*_delta_log", 500, times=3)],
    "cuts connections": [Fault(kind, "reset", times=2) for kind in ("GET", "PUT", "LIST")],
    "cuts answers": [Fault("GET .*raw/", "half", times=2), Fault("LIST .*(raw|_writer)", "half", times=2)],
}  # fmt: skip


@pytest.mark.parametrize("faults", BORNE.values(), ids=BORNE)
def test_what_is_tried_again(store: Store, raw: str, tmp_path: Path, faults: list[Fault]) -> None:
    run(store, tmp_path / "one", "undisturbed")
    store.proxy.faults(*faults)
    run(store, tmp_path / "two")
    store.proxy.faults()
    assert differing(store.folder / "lakehouse", store.folder / "undisturbed") == []


def test_a_commit_whose_answer_was_lost_is_there_once(store: Store, raw: str, tmp_path: Path) -> None:
    run(store, tmp_path / "one", "undisturbed")
    store.proxy.faults(Fault(r"PUT .*charges/_delta_log/.*1\.json", "lost", times=1))
    try:
        run(store, tmp_path / "two")
    except Exception as error:  # it may say that somebody else was there: it was itself
        assert "ransaction" in str(error) or "ommit" in str(error) or "written to" in str(error)  # noqa: PT017
    store.proxy.faults()
    run(store, tmp_path / "two")
    assert differing(store.folder / "lakehouse", store.folder / "undisturbed") == []


def told(store: Store, home: Path, **environment: str) -> tuple[str, str, float]:
    """What a run by the command line says, whole and of its error, and how long that took."""
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", "from vermeil.cli import main; main()", "run", "--home", str(home), "--only", ONLY[0]],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={
            **os.environ,
            "VERMEIL_LAKEHOUSE": store.url("lakehouse"),
            "VERMEIL_RAW": store.url("raw"),
            **environment,
        },
    )  # fmt: skip
    assert ended.returncode == 1, ended
    return ended.stdout + ended.stderr, " ".join(ended.stderr.split()), time.monotonic() - began


def no_secret_is_in(text: str, home: Path) -> None:
    assert SECRET_KEY not in text
    assert ACCESS_KEY not in text
    assert "Traceback" not in text
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET_KEY.encode() in path.read_bytes()]


ENDS = {
    "asks to slow down for ever": ([Fault(what=503)], {}, "slow down until there was no try left"),
    "is not reached": ([Fault(what="reset")], {}, "was not reached"),
    "credentials expired": ([Fault(what=403)], {}, "credentials have expired"),
    "raw files are refused": ([Fault("(GET|LIST) .*raw", 403)], {}, "credentials have expired"),
    "wrong secret": ([], {"AWS_SECRET_ACCESS_KEY": SECRET_KEY[::-1]}, "refuses these credentials"),
    "commits fail": ([Fault("PUT .*_delta_log", 503)], {}, "slow down until there was no try left"),
}


@pytest.mark.parametrize(("faults", "environment", "said"), ENDS.values(), ids=ENDS)
def test_what_ends_in_one_line(
    store: Store, raw: str, tmp_path: Path, faults: list[Fault], environment: dict[str, str], said: str
) -> None:
    store.proxy.faults(*faults)
    home = tmp_path / "home"
    everything, error, seconds = told(store, home, **environment)
    assert said in error, everything
    assert seconds < 200
    no_secret_is_in(everything, home)
    no_secret_is_in(everything.replace(SECRET_KEY[::-1], SECRET_KEY), home)


def test_half_a_listing_is_none(store: Store) -> None:
    """A second page that cannot be had is an error, and not the end of the list."""
    folder = store.folder / "many"
    folder.mkdir()
    for number in range(1005):
        (folder / f"{number:04d}.json").write_bytes(b"{}")
    assert len(remote.files(store.url("many"))) == 1005
    store.proxy.faults(Fault(f"LIST .*many.*{NEXT}", 503))
    with pytest.raises(LakehouseError, match="slow down"):
        remote.files(store.url("many"))


def test_a_bucket_that_is_not_there(store: Store) -> None:
    with pytest.raises(LakehouseError, match="no such bucket"):
        remote.files("s3://no-such-bucket/lakehouse")
