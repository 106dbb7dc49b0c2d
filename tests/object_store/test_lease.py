"""One writer at a time on an object store, with real processes: the dead and the paused hold nothing for long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipelines.delta import lease, remote
from pipelines.delta.lease import FOLDER, Lease, lease_of, leased
from pipelines.errors import LakehouseError
from tests.object_store.proxy import ROOT, Fault
from tests.object_store.server import Store

SECONDS = 2.0

HOLD = """
import sys
from pipelines.delta.lease import leased
with leased(sys.argv[1], float(sys.argv[2]), command="vermeil run") as held:
    print(held.token, flush=True)
    for line in sys.stdin:
        try:
            held.check()
            print("mine", flush=True)
        except Exception as error:
            print(error, flush=True)
"""


@contextmanager
def another_writer(root: str, seconds: float = SECONDS) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, root, str(seconds)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        yield process
    finally:
        process.kill()
        process.communicate()


def asked(process: subprocess.Popen[str]) -> str:
    """What a writer says when it looks whether it may commit."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process ran on another machine: it cannot see who lives."""
    monkeypatch.setattr(lease, "_machine", lambda: "another machine")


@pytest.fixture
def root(store: Store) -> str:
    return store.url("lakehouse")


def test_the_second_writer_is_told_who_is_first(root: str, elsewhere: None) -> None:
    with another_writer(root, 60) as first:
        with pytest.raises(LakehouseError) as refused, leased(root, 60):
            pass
        assert f"vermeil run (process {first.pid}" in str(refused.value)
        assert "--wait" in str(refused.value)
        assert asked(first) == "mine"


def test_each_writer_has_a_greater_token(root: str) -> None:
    tokens = []
    for _ in range(3):
        with leased(root, SECONDS) as held:
            tokens.append(held.token)
            held.check()
    assert tokens == [1, 2, 3]
    now = lease_of(root)
    assert now is not None
    assert now.holder is None


def test_of_many_writers_at_once_one_gets_it(root: str) -> None:
    inside, most, tokens = 0, 0, []
    counting = threading.Lock()

    def write() -> None:
        nonlocal inside, most
        with leased(root, 30, wait=60) as held:
            with counting:
                inside += 1
                most = max(most, inside)
                tokens.append(held.token)
            time.sleep(0.05)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sorted(tokens) == [1, 2, 3, 4, 5, 6]


def test_a_lease_is_renewed_for_as_long_as_it_is_held(root: str, elsewhere: None) -> None:
    with another_writer(root, 1.5) as first:
        time.sleep(4)
        assert asked(first) == "mine"
        with pytest.raises(LakehouseError, match="another pipeline"), leased(root, 1.5):
            pass


def test_a_writer_that_died_on_this_machine_is_followed_at_once(root: str) -> None:
    with another_writer(root, 3600) as first:
        first.kill()
        first.wait()
        begun = time.monotonic()
        with leased(root, SECONDS) as held:
            assert held.token == 2
        assert time.monotonic() - begun < 60  # and not an hour


def test_a_writer_that_died_elsewhere_is_followed_when_its_lease_is_over(root: str, elsewhere: None) -> None:
    with another_writer(root) as first:
        first.kill()
        first.wait()
        with leased(root, SECONDS, wait=60) as held:
            assert held.token == 2


def test_one_that_would_not_wait_still_follows_a_writer_that_died_long_ago(
    root: str, elsewhere: None
) -> None:
    with another_writer(root) as first:
        first.kill()
        first.wait()
    time.sleep(SECONDS + 0.5)
    with leased(root, SECONDS) as held:
        assert held.token == 2


def test_a_clock_that_goes_wrong_takes_no_lease_from_who_renews_it(root: str, elsewhere: None) -> None:
    with another_writer(root) as first:
        held = lease_of(root)
        assert held is not None

        class Ahead(lease.datetime):  # type: ignore[name-defined,misc]
            @classmethod
            def now(cls, zone: object = None) -> object:
                return held.renewed_at + lease.timedelta(days=1)  # type: ignore[attr-defined]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lease, "datetime", Ahead)
            with pytest.raises(LakehouseError, match="another pipeline"), leased(root, SECONDS):
                pass
        assert asked(first) == "mine"


def test_a_paused_writer_that_wakes_up_may_not_commit(root: str, elsewhere: None) -> None:
    with another_writer(root) as first:
        os.kill(first.pid, signal.SIGSTOP)
        with leased(root, SECONDS, wait=60) as second:
            os.kill(first.pid, signal.SIGCONT)
            told = asked(first)
            assert "has lost its lease" in told
            assert "Nothing more was published" in told
            second.check()


def test_a_paused_writer_that_nobody_followed_goes_on(root: str) -> None:
    with another_writer(root) as first:
        os.kill(first.pid, signal.SIGSTOP)
        time.sleep(SECONDS + 1)
        os.kill(first.pid, signal.SIGCONT)
        ends = time.monotonic() + 20
        while asked(first) != "mine":  # until it has renewed its lease
            assert time.monotonic() < ends


def test_a_put_whose_answer_was_lost_takes_the_lease_once(store: Store, root: str) -> None:
    store.proxy.faults(Fault(f"PUT .*{FOLDER}", "lost", times=1))
    with leased(root, SECONDS) as held:
        assert held.token == 1
        store.proxy.faults(Fault(f"PUT .*{FOLDER}", "lost", times=1))
        time.sleep(SECONDS)
        held.check()


def test_a_writer_that_is_cut_off_loses_its_lease(
    store: Store, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "RETRIES", 0)
    remote._connected.cache_clear()
    with leased(root, 1.0) as held:
        store.proxy.faults(Fault("PUT", 503))
        time.sleep(2)
        with pytest.raises(LakehouseError, match="could not be renewed in time"):
            held.check()
        store.proxy.faults()
    remote._connected.cache_clear()


def test_an_object_that_is_no_lock_is_told_of(root: str) -> None:
    remote.write(f"{root}/{FOLDER}/{1:020d}.json", b"{}")
    with pytest.raises(LakehouseError, match="is not a lock that this Vermeil knows"), leased(root, SECONDS):
        pass


def test_what_is_stored_is_what_was_meant(root: str) -> None:
    with leased(root, SECONDS, command="vermeil run"):
        content = remote.read(f"{root}/{FOLDER}/{1:020d}.json")
    assert Lease.load(content).dump() == content
    assert set(json.loads(content)) == {"token", "seconds", "renewed_at", "holder", "process"}
