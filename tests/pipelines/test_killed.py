"""Killed anywhere and run again, the tables are those of an undisturbed run. The long form is in tests/soak."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from pipelines.bronze.files import list_files
from pipelines.bronze.records import TABLE as RECORDS
from pipelines.delta.engine_errors import plain
from pipelines.flow import ingest
from pipelines.flow.records import take_in
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.kills.harness import OWN_ENGINE, Json, Server, faults, serving

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    OWN_ENGINE,
]

ON_SPARK = load_settings().engine == "spark"
KILLS = 4 if ON_SPARK else 12  # each of them starts a JVM there
WORKER_DIED = r"^a Python process of an executor died"
RUN: Json = {
    "do": "run",
    "only": ["bronze.records", "silver.quarantine", "silver.charges", "silver.refunds", "gold.audit"],
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, server: Server) -> tuple[Path, list[str]]:
    """A home that an undisturbed run has filled, and the moments that this run went through."""
    home = tmp_path_factory.mktemp("undisturbed")
    simulate(Simulation(days=2, payments_per_day=6, accounts=2), home / "raw", home / "truth")
    return home, server.whole(home, RUN, watch=True).moments


def balanced_again(home: Path, raw: Path, server: Server) -> bool:
    """Run once more, to the end; whether the audit balances then."""
    return bool(server.whole(home, RUN, {"do": "audit"}, raw=raw).balanced)


def test_killed_between_any_two_changes_of_the_disk(
    tmp_path: Path, undisturbed: tuple[Path, list[str]], server: Server
) -> None:
    expected, moments = undisturbed
    different = list(dict.fromkeys(moments))
    assert len(different) > 2 * KILLS
    met = 0
    for moment in different[:: len(different) // KILLS]:
        ended = server.do(tmp_path, RUN, raw=expected / "raw", watch=True, wanted=[moment])
        assert ended.killed or ended.code == 0, ended.error
        met += ended.killed
    assert met > KILLS / 2
    assert balanced_again(tmp_path, expected / "raw", server)
    assert faults(tmp_path, expected) == []


def test_killed_within_a_merge_and_within_the_making_of_features(
    tmp_path: Path, undisturbed: tuple[Path, list[str]], server: Server
) -> None:
    run: Json = {"do": "run", "only": [*RUN["only"], "gold.features_payments"]}
    archive, expected, home = undisturbed[0] / "raw", tmp_path / "expected", tmp_path / "home"
    server.whole(expected, run, raw=archive)
    files = sorted(path for path in archive.rglob("*") if path.is_file())
    put(files[::2], archive, home / "raw")
    server.whole(home, run)
    put(files, archive, home / "raw")
    for call, seconds in (
        (f"{'DeltaSpark' if ON_SPARK else 'DeltaRs'}.merge silver.charges", 1.0 if ON_SPARK else 0.1),
        ("Staging.write gold.features_payments", 3.0 if ON_SPARK else 0.1),
    ):
        ended = server.do(home, run, watch=True, wanted=[f"within {call}"], longest={call: seconds})
        assert ended.killed, (call, ended.error, ended.moments)
    assert server.whole(home, run, {"do": "audit"}).balanced
    assert faults(home, expected) == []


def put(files: Iterable[Path], archive: Path, raw: Path) -> None:
    """Lay some files of an archive into a folder of raw files."""
    for file in files:
        target = raw / file.relative_to(archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT"])
def test_stopped_in_the_middle_of_a_table(
    tmp_path: Path, undisturbed: tuple[Path, list[str]], server: Server, sent: str
) -> None:
    expected, moments = undisturbed
    writes = "DeltaSpark.append" if ON_SPARK else "DeltaRs._commit_rows"
    moment = next(m for m in moments if m.endswith("silver.charges") and writes in m)
    ended = server.do(tmp_path, RUN, raw=expected / "raw", watch=True, wanted=[moment], signal=sent)
    assert ended.at == moment
    assert ended.code == (-signal.SIGTERM if sent == "SIGTERM" else 1)
    assert sent == "SIGTERM" or "KeyboardInterrupt" in ended.error
    assert balanced_again(tmp_path, expected / "raw", server)
    assert faults(tmp_path, expected) == []


def test_a_reading_process_that_is_killed_costs_the_batch_and_nothing_else(
    lake: Lakehouse, undisturbed: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = undisturbed[0] / "raw"
    monkeypatch.setattr(ingest, "SMALL_BATCH", 0)
    files = ingest.plan(lake, list_files(raw, lake.sources))
    with killing_readers(), pytest.raises(Exception, match=r"\w") as failed:
        ingest.stage(lake, lake.sources.rest, files, 1)
    told = str(plain(failed.value, lake.settings) or failed.value)
    assert re.search(
        WORKER_DIED if ON_SPARK else "^reading raw files failed, nothing of the batch was published", told
    )
    assert not lake.exists(RECORDS.name)
    batch = ingest.stage(lake, lake.sources.rest, files, ingest.next_ingest_id(lake))
    take_in(lake, batch, accept_all)
    assert lake.table(RECORDS.name).count() == sum(counts.record_count for counts in batch.counts) > 0


@contextmanager
def killing_readers() -> Iterator[None]:
    """Meanwhile, the processes that read files are killed."""
    done = threading.Event()
    kill = kill_workers if ON_SPARK else partial(kill_a_child, set(children()))
    killer = threading.Thread(target=kill, args=(done,), daemon=True)
    killer.start()
    yield
    done.set()
    killer.join(timeout=60)


def kill_a_child(before: set[int], done: threading.Event) -> None:
    """Kill the first process that this one starts."""
    while not done.wait(0.001):
        if started := set(children()) - before:
            os.kill(started.pop(), signal.SIGKILL)
            return


def kill_workers(done: threading.Event) -> None:
    """Kill all that Spark runs Python in, as they come: one that has nothing to do is replaced, and nothing is told."""
    while not done.wait(0.001):
        for jvm in children():
            for daemon in children(jvm):
                for worker in children(daemon):
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)


def children(pid: int | str = "self") -> list[int]:
    """Processes that one has started and not yet seen the end of."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended
            found += map(int, task.read_text().split())
    return found
