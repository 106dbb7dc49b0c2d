"""Folders of logs are listed anew where they changed, and only there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from pipelines.delta import storage
from pipelines.delta.listings import SETTLED, Listings
from pipelines.delta.log import DeltaLog


def long_ago(folder: Path) -> None:
    """As if the folder had not been touched for a while."""
    then = time.time_ns() - 2 * SETTLED
    os.utime(folder, ns=(then, then))


def test_a_name_that_comes_at_once_after_another_is_seen(tmp_path: Path) -> None:
    listings = Listings(storage.children)
    for number in range(50):  # many of them within one tick of the file system's clock
        (tmp_path / f"{number:02d}").touch()
        assert len(listings.of(str(tmp_path))) == number + 1


def test_what_changes_after_a_while_is_seen(tmp_path: Path) -> None:
    listings = Listings(storage.children)
    (tmp_path / "a").touch()
    long_ago(tmp_path)
    assert listings.of(str(tmp_path)) == ["a"]
    (tmp_path / "b").touch()
    assert listings.of(str(tmp_path)) == ["a", "b"]
    long_ago(tmp_path)
    assert listings.of(str(tmp_path)) == ["a", "b"]
    (tmp_path / "a").unlink()
    assert listings.of(str(tmp_path)) == ["b"]


def test_a_folder_that_did_not_change_is_not_listed_again(tmp_path: Path) -> None:
    listings = Listings(storage.children)
    (tmp_path / "a").touch()
    long_ago(tmp_path)
    before = tmp_path.stat()
    assert listings.of(str(tmp_path)) == ["a"]
    (tmp_path / "b").touch()
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))  # nothing tells that it changed
    assert listings.of(str(tmp_path)) == ["a"]
    assert Listings(storage.children).of(str(tmp_path)) == ["a", "b"]


def test_a_folder_in_the_place_of_another_is_seen_however_old_it_is(tmp_path: Path) -> None:
    listings, folder, other = Listings(storage.children), tmp_path / "folder", tmp_path / "other"
    for place, name in ((folder, "a"), (other, "b")):
        place.mkdir()
        (place / name).touch()
        os.utime(place, ns=(1, 1))
    assert listings.of(str(folder)) == ["a"]
    folder.rename(tmp_path / "gone")
    other.rename(folder)
    assert listings.of(str(folder)) == ["b"]


def test_no_folder_has_no_names_until_there_is_one(tmp_path: Path) -> None:
    listings = Listings(storage.children)
    assert listings.of(str(tmp_path / "none")) == []
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "a").touch()
    assert listings.of(str(tmp_path / "none")) == ["a"]


def test_a_commit_of_another_writer_is_seen_at_once(tmp_path: Path) -> None:
    log, uri = DeltaLog({}), str(tmp_path)
    assert (log.exists(uri), log.version(uri)) == (False, None)
    for version in range(3):
        write_deltalake(uri, pa.table({"a": [version]}), mode="append")
        assert (log.exists(uri), log.version(uri), log.latest(uri).version) == (True, version, version)
        long_ago(tmp_path / "_delta_log")
        assert log.latest(uri).version == version
