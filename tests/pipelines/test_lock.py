"""One writer at a time, with real processes: who comes second waits or is told who is first; the dead hold nothing."""

from __future__ import annotations

import getpass
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.delta.lock import FILE, Holder, holder, writer_lock
from pipelines.errors import LakehouseError

ROOT = Path(__file__).parents[2]

HOLD = """
import sys
from pathlib import Path
from pipelines.delta.lock import writer_lock
with writer_lock(Path(sys.argv[1]), command="vermeil run"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_second_writer_is_told_who_is_first(tmp_path: Path) -> None:
    with another_writer(tmp_path) as first, pytest.raises(LakehouseError) as refused, writer_lock(tmp_path):
        pass
    told = str(refused.value)
    assert (
        f"vermeil run (process {first.pid} of {getpass.getuser()} on {os.uname().nodename}), since 2" in told
    )
    assert "--wait" in told
    assert str(tmp_path) in told


def test_the_second_writer_waits_if_it_is_asked_to(tmp_path: Path) -> None:
    heard: list[str] = []
    with another_writer(tmp_path) as first:

        def end_the_first(told: str) -> None:
            heard.append(told)
            assert first.stdin
            first.stdin.write("\n")
            first.stdin.flush()

        with writer_lock(tmp_path, wait=120, waiting=end_the_first):
            assert first.wait(60) == 0
    assert len(heard) == 1
    assert f"process {first.pid}" in heard[0]


def test_waiting_ends(tmp_path: Path) -> None:
    with (
        another_writer(tmp_path),
        pytest.raises(LakehouseError, match=r"after 0\.7 s of waiting"),
        writer_lock(tmp_path, wait=0.7),
    ):
        pass


def test_a_killed_writer_holds_nothing(tmp_path: Path) -> None:
    with another_writer(tmp_path) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert str(first.pid) in (tmp_path / FILE).read_text(
        encoding="utf-8"
    )  # the note stays, the lock does not
    assert holder(tmp_path) is None
    with writer_lock(tmp_path):
        held = holder(tmp_path)
    assert isinstance(held, Holder)
    assert held.pid == os.getpid()


def test_a_lock_that_nobody_holds_has_no_holder(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with writer_lock(tmp_path):
        pass
    assert holder(tmp_path) is None


def test_a_look_at_the_lock_refuses_nobody(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    looking = "import sys\nfrom pathlib import Path\n"
    looking += "from pipelines.delta.lock import holder\nprint('looks', flush=True)\n"
    looking += "while True: holder(Path(sys.argv[1]))"
    process = subprocess.Popen(
        [sys.executable, "-c", looking, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "looks\n"
        started = time.monotonic()
        while time.monotonic() < started + 1:
            with writer_lock(tmp_path, wait=60):
                pass
    finally:
        process.kill()
        process.wait()
