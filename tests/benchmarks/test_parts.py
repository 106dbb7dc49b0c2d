"""What the parts of the benchmark prepare."""

from __future__ import annotations

from pathlib import Path

from benchmarks import parts


def test_a_copy_of_a_home_goes_on_with_its_keys_and_the_times_of_its_files(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    for name in (
        "keys/token.key",
        "lakehouse/silver/charges/raw/part.parquet",
        "raw/events/dt=2026-03-01/a.ndjson",
    ):
        file = home / name
        file.parent.mkdir(parents=True)
        file.write_text(name, encoding="utf-8")
    parts._copy_home(home, copy)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert names == {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    raw = "raw/events/dt=2026-03-01/a.ndjson"
    assert (copy / raw).stat().st_ino == (home / raw).stat().st_ino
    assert (copy / "keys/token.key").stat().st_ino != (home / "keys/token.key").stat().st_ino
