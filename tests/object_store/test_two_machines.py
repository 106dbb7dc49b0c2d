"""Two machines on one lakehouse: each a process with a home of its own that cannot see whether the other one lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.object_store.proxy import ROOT
from tests.object_store.server import Store
from tests.object_store.test_killed import writers_of
from tests.object_store.uploads import upload
from tests.same_rows import differing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(load_settings().engine != "embedded", reason="stops between two steps of delta-rs"),
]

RUN = """
import os, signal, sys
from pipelines.delta import lease
from pipelines.delta.delta_rs import DeltaRs
from pipelines.delta.fencing import Fence
from pipelines.lakehouse import Lakehouse
from vermeil.cli import commands

home, machine, pause = sys.argv[1:]
lease._machine = lambda: machine

def paused(kind, name, of):
    done = getattr(kind, name)
    def stopping(self, *args, **named):
        if of in str(args[0] if isinstance(args[0], str) else args[0].table_uri):
            print("paused", flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        return done(self, *args, **named)
    setattr(kind, name, stopping)

if pause != "never":
    where, of = pause.split(" ")
    if where == "before-commit":  # it has looked, and opened the table: only Delta's own put is left
        paused(DeltaRs, "_commit_rows", of)
    else:  # it has built and judged the batch
        paused(Fence, "passed", of)
only = ("bronze.records", "silver.quarantine", "silver.charges", "gold.audit")
try:
    with Lakehouse.open(home) as lake:
        for outcome in commands.refresh(lake, only, (), lambda _: None, wait=120):
            assert not outcome.failed, outcome
    print("done", flush=True)
except Exception as error:
    print(f"{type(error).__name__}: {error}", flush=True)
"""


def machine(
    store: Store, home: Path, name: str, lakehouse: str, pause: str = "never"
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(home), name, pause],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
        start_new_session=True,  # what is stopped in a group that loses its shell is hung up by the system
        env={
            **os.environ,
            "VERMEIL_LAKEHOUSE": store.url(lakehouse),
            "VERMEIL_RAW": store.url("raw"),
            "VERMEIL_LEASE": "3",
        },
    )  # fmt: skip


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> None:
    simulate(Simulation(days=1, payments_per_day=6, accounts=2), tmp_path / "raw", tmp_path / "truth")
    upload(tmp_path / "raw", store.url("raw"))


@pytest.mark.parametrize(
    "pause",
    ["before-commit silver/charges", "before-look silver/charges", "before-commit bronze/records"],
)
def test_a_writer_that_was_paused_publishes_nothing_when_it_wakes_up(
    store: Store, archive: None, tmp_path: Path, pause: str
) -> None:
    first = machine(store, tmp_path / "first", "first", "lakehouse", pause)
    try:
        assert line(first) == "paused"
        second = machine(store, tmp_path / "second", "second", "lakehouse")
        assert line(second) == "done"
        versions = sorted(path.name for path in store.folder.glob("lakehouse/*/*/_delta_log/*"))
        os.kill(first.pid, signal.SIGCONT)
        told = line(first)
        assert "done" not in told
        assert "lost its lease" in told or "written to by another writer" in told or "commit" in told, told
        assert versions == sorted(path.name for path in store.folder.glob("lakehouse/*/*/_delta_log/*"))
    finally:
        first.kill()
        first.wait()
    assert line(machine(store, tmp_path / "first", "first", "lakehouse")) == "done"
    assert line(machine(store, tmp_path / "third", "third", "undisturbed")) == "done"
    assert differing(store.folder / "lakehouse", store.folder / "undisturbed") == []
    assert all(one == sorted(one) for one in writers_of(store, "lakehouse").values())


def test_two_machines_at_once_take_turns(store: Store, archive: None, tmp_path: Path) -> None:
    both = [machine(store, tmp_path / name, name, "lakehouse") for name in ("first", "second")]
    assert [line(one) for one in both] == ["done", "done"]
    assert line(machine(store, tmp_path / "third", "third", "undisturbed")) == "done"
    assert differing(store.folder / "lakehouse", store.folder / "undisturbed") == []
    tokens = {token for one in writers_of(store, "lakehouse").values() for token in one}
    assert tokens
