"""Lakehouse and raw folder in an object store: the tables of a disk, by few requests."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.catalog import all_tables
from pipelines.delta import remote
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.object_store.proxy import ROOT, Request, by_kind, by_table
from tests.object_store.server import SECRET_KEY, Store, binary, served
from tests.object_store.uploads import upload
from tests.same_rows import BOOKKEEPING, differing
from vermeil.cli import commands

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        load_settings().engine != "embedded", reason="the embedded engine's requests are counted"
    ),
]

NOTHING_NEW = 100
FIRST_LOAD = 28
"""Requests, at most, for each table that a first load publishes."""


@dataclass(frozen=True)
class Loaded:
    """A store with a lakehouse that two runs have filled.

    Attributes:
        store: the store.
        home: of the lakehouse.
        files: raw files.
        published: tables that the first run published.
        first: requests of the first run.
        again: of a run that found nothing new.
    """

    store: Store
    home: Path
    files: int
    published: int
    first: list[Request]
    again: list[Request]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    if binary() is None:
        pytest.skip("no versitygw: make object-store builds it, or put it on the path")
    base = tmp_path_factory.mktemp("whole")
    simulate(Simulation(days=2, payments_per_day=8, accounts=2), base / "raw", base / "truth")
    with served(base / "store") as store, pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        files = upload(base / "raw", store.url("raw"))
        published, first = _run(store, base / "home")
        _, again = _run(store, base / "home")
        yield Loaded(store, base / "home", files, published, first, again)


def _run(store: Store, home: Path) -> tuple[int, list[Request]]:
    store.proxy.forget()
    with opened(store, home) as lake:
        outcomes = list(commands.refresh(lake, (), (), lambda _: None))
    assert not [one.table for one in outcomes if one.failed]
    return len({one.table for one in outcomes if one.status == "published"}), store.proxy.seen


def opened(store: Store, home: Path) -> Lakehouse:
    return Lakehouse.open(home, lakehouse=store.url("lakehouse"), raw=store.url("raw"))


def test_the_rows_are_those_of_a_disk(loaded: Loaded, tmp_path: Path) -> None:
    """The same files, taken in from a disk where they have the times that they have in the store."""
    raw = tmp_path / "raw"
    for one in remote.files(loaded.store.url("raw")):
        path = raw / one.key.removeprefix("raw/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(remote.read(loaded.store.url(one.key)))
        at = one.modified_at.timestamp()
        os.utime(path, (at, at))
    with Lakehouse.open(tmp_path) as lake:
        assert not [o.table for o in commands.refresh(lake, (), (), lambda _: None) if o.failed]
    assert differing(loaded.store.folder / "lakehouse", tmp_path / "lakehouse", {*BOOKKEEPING, "etag"}) == []


def test_a_first_load_makes_few_requests(loaded: Loaded) -> None:
    ceiling = FIRST_LOAD * loaded.published + 2 * loaded.files
    told = by_table(loaded.first).most_common(20)
    assert len(loaded.first) < ceiling, (by_kind(loaded.first), told)
    assert by_table([one for one in loaded.first if one.kind == "GET"])["raw data GET"] == loaded.files
    data = [one for one in loaded.first if one.kind == "GET" and one.key.endswith(".parquet")]
    assert max(by_table(data).values()) <= 12, "a data file is fetched once a version, not once a column"


def test_a_run_with_nothing_new_makes_hardly_any(loaded: Loaded) -> None:
    assert len(all_tables()) > NOTHING_NEW, "fewer requests than tables"
    assert len(loaded.again) < NOTHING_NEW, by_table(loaded.again).most_common(20)


def test_every_commit_is_a_conditional_put(loaded: Loaded) -> None:
    commits = [one for one in loaded.first if one.kind == "PUT" and one.is_log and one.key.endswith(".json")]
    assert len(commits) > loaded.published
    assert {one.condition for one in commits} == {"if-none-match"}


def test_nothing_is_staged_in_the_store_and_nothing_is_left_on_the_disk(loaded: Loaded) -> None:
    assert not [one for one in loaded.first if "_staging" in one.key]
    assert not [path for path in (loaded.home / "staging").rglob("*") if path.is_file()]


def test_readers_get_the_release(loaded: Loaded) -> None:
    with opened(loaded.store, loaded.home) as lake:
        found = lake.sql("select count(*) as n from silver.charges").toArrow().to_pylist()
        assert found[0]["n"] == lake.count("silver.charges") > 0


def test_a_file_that_is_written_over_is_taken_in_again(loaded: Loaded, tmp_path: Path) -> None:
    first = remote.files(loaded.store.url("raw"))[0]
    url, content = loaded.store.url(first.key), remote.read(loaded.store.url(first.key))
    with opened(loaded.store, loaded.home) as lake:
        from pipelines.bronze.files import open_bounded
        from pipelines.bronze.reading.waiting import waiting

        assert waiting(lake.settings.raw_dir, lake.settings) == []
        remote.write(url, content[::-1])
        (found,) = waiting(lake.settings.raw_dir, lake.settings)
        assert found.file == first.key.removeprefix("raw/")
        remote.write(url, content)
        with pytest.raises(OSError, match="written over since it was listed"), open_bounded(found) as stream:
            stream.read()


def test_a_large_object_is_read_in_blocks_and_from_any_place(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.delta import remote_file

    monkeypatch.setattr(remote_file, "BLOCK", 1000)
    content, url = bytes(range(256)) * 20, loaded.store.url("other", "object")
    etag = remote.write(url, content)
    loaded.store.proxy.forget()
    with io.BufferedReader(remote_file.RemoteFile(url, len(content), etag), 700) as stream:
        assert stream.read() == content
        assert stream.seek(4321) == 4321
        assert stream.read(3) == content[4321:4324]
        assert stream.seek(-1, io.SEEK_END) == len(content) - 1
        assert stream.read() == content[-1:]
    assert by_kind(loaded.store.proxy.seen)["GET"] <= 9


def test_the_doctor_says_what_the_store_can_do(loaded: Loaded) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from vermeil.cli import main; main()", "doctor", "--home", str(loaded.home)],
        cwd=ROOT, capture_output=True, text=True,
        env={
            **os.environ,
            "VERMEIL_LAKEHOUSE": loaded.store.url("lakehouse"),
            "VERMEIL_RAW": loaded.store.url("raw"),
        },
    )  # fmt: skip
    said = " ".join(told.stdout.split())  # lines are broken for a terminal
    assert "creates an object only once" in said, told
    assert "nobody writes" in said
    assert f"{loaded.files} files in {loaded.store.url('raw')}" in said
    assert SECRET_KEY not in told.stdout + told.stderr


def test_no_file_of_the_home_holds_a_credential(loaded: Loaded) -> None:
    held = [
        path for path in loaded.home.rglob("*") if path.is_file() and SECRET_KEY.encode() in path.read_bytes()
    ]
    assert held == []
