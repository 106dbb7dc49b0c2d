from pathlib import Path

import pytest

from benchmarks import archives


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archives.make(tmp_path_factory.mktemp("archive"), days=3, payments_per_day=10).folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_days_of_an_archive_are_listed_in_order(archive: Path) -> None:
    assert archives.days_of(archive) == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_history_and_new_day_together_are_the_archive_and_share_no_file(
    archive: Path, tmp_path: Path
) -> None:
    *history, new_day = archives.days_of(archive)
    archives.link_days(archive, history, tmp_path / "history")
    count = archives.link_days(archive, [new_day], tmp_path / "day")
    before, after = files(tmp_path / "history"), files(tmp_path / "day")
    assert before | after == files(archive)
    assert not before & after
    assert count == len(after) > 0


def test_a_linked_file_keeps_its_time_of_writing(archive: Path, tmp_path: Path) -> None:
    archives.link_days(archive, archives.days_of(archive), tmp_path)
    for name in files(archive):
        assert (tmp_path / name).stat().st_mtime_ns == (archive / name).stat().st_mtime_ns


def test_about_as_many_events_are_made_as_asked_for(tmp_path: Path) -> None:
    made = archives.make(tmp_path, days=10, payments_per_day=archives.payments_per_day(4_000, 10))
    assert 3_000 < made.events < 5_500
