"""Raw files brought into an object store, as people do it: through its own interface."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipelines.delta import remote


def upload(folder: Path, url: str, files: Iterable[Path] | None = None) -> int:
    """Put the files of a folder below a URL; returns how many."""
    found = list(files) if files is not None else sorted(path for path in folder.rglob("*") if path.is_file())
    for file in found:
        remote.write(f"{url}/{file.relative_to(folder).as_posix()}", file.read_bytes())
    return len(found)
