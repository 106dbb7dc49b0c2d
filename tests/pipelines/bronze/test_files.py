"""What a raw folder holds: files to read, and those passed over with the reason."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipelines.bronze.files import Listing, batches, identified, list_files, pending
from pipelines.errors import SourceError
from pipelines.sources.mapping import stripe

LINE = b'{"object": "charge", "id": "ch_1"}\n'


def listed(root: Path) -> Listing:
    return list_files(root, stripe())


def names(root: Path) -> list[str]:
    return [file.file for file in listed(root).files]


def write(path: Path, content: bytes = LINE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_of_all_shapes_are_found_in_order_of_their_path(tmp_path: Path) -> None:
    for name in (
        "b.json",
        "a/x.ndjson.gz",
        "a/y.JSONL.GZ",
        "c.json.zst",
        "c.json.bz2",
        "_hidden/x.json",
        ".x.json",
    ):
        write(tmp_path / name)
    assert names(tmp_path) == ["a/x.ndjson.gz", "a/y.JSONL.GZ", "b.json", "c.json.bz2", "c.json.zst"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the raw folder .*/none does not exist\. Give another with --raw"):
        listed(tmp_path / "none")


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a file, not a folder"):
        listed(write(tmp_path / "a.json"))


def test_what_cannot_be_read_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    outside, raw = write(tmp_path / "outside" / "a.json"), tmp_path / "raw"
    write(raw / "readme.txt")
    (raw / "leads-out.json").symlink_to(outside)
    (raw / "leads-nowhere.json").symlink_to(raw / "none.json")
    (raw / "inside").mkdir()
    (raw / "linked").symlink_to(raw / "inside")
    os.mkfifo(raw / "pipe.json")
    Path(os.fsdecode(bytes(raw) + b"/caf\xe9.json")).write_bytes(LINE)
    found = listed(raw)
    assert found.files == ()
    assert found.ignored == {
        "caf\\xe9.json": "its name is not UTF-8: rename it",
        "leads-nowhere.json": "a link that leads nowhere: No such file or directory",
        "leads-out.json": "a link that leads out of the raw folder",
        "linked": "a link to a folder",
        "pipe.json": "not a regular file",
        "readme.txt": "not one of .json, .jsonl, .ndjson",
    }


def test_a_link_within_the_folder_is_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "b.json").symlink_to(write(tmp_path / "a.json"))
    first, second = (identified(file) for file in listed(tmp_path).files)
    assert first.sha256 == second.sha256
    assert first.file_id != second.file_id


def test_a_file_is_read_as_it_was_when_it_was_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json")
    (before,) = listed(tmp_path).files
    with path.open("ab") as stream:
        stream.write(LINE)
    (after,) = listed(tmp_path).files
    assert identified(before).sha256 != identified(after).sha256
    path.write_bytes(LINE)
    assert identified(before).sha256 == identified(after).sha256


@pytest.mark.parametrize("seconds", [-5, 253_402_300_800, 2**33])
def test_a_file_written_at_an_impossible_time_is_listed(tmp_path: Path, seconds: int) -> None:
    os.utime(write(tmp_path / "a.json"), (seconds, seconds))
    assert 1970 <= listed(tmp_path).files[0].modified_at.year < 2250


def test_a_changed_and_a_renamed_file_are_pending_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    for name in ("same.json", "changed.json", "renamed.json"):
        write(tmp_path / name)
    taken = {f.seen: f.file_id for f in listed(tmp_path).files}
    write(tmp_path / "changed.json", LINE * 2)
    (tmp_path / "renamed.json").rename(tmp_path / "new.json")
    assert [f.file for f in pending(listed(tmp_path).files, taken)] == ["changed.json", "new.json"]


def test_batches_hold_about_as_many_bytes_and_at_least_one_file(tmp_path: Path) -> None:
    for name, size in (("a", 40), ("b", 40), ("c", 500), ("d", 10)):
        write(tmp_path / f"{name}.json", b" " * size)
    found = batches(listed(tmp_path).files, limit_bytes=100)
    assert [[file.file[0] for file in batch] for batch in found] == [["a", "b"], ["c"], ["d"]]


def test_ten_thousand_small_files_are_listed_and_identified_in_seconds(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.json").write_bytes(LINE)
    started = time.monotonic()
    found = [identified(file) for file in listed(tmp_path).files]
    assert len(found) == 10_000
    assert time.monotonic() - started < 10
