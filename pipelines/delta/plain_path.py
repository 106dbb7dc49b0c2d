"""A path by which the embedded engine finds tables, whatever the folders above them are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.delta import storage
from pipelines.errors import LakehouseError

_PATTERN = re.compile(r"[*?{}]")

_PLAIN = re.compile(r"[A-Za-z0-9/._~+@:,=-]+")


@contextmanager
def plain(uri: str) -> Iterator[str]:
    """The folder itself, or a link to it where its path has more than plain characters, such as a space or an umlaut.

    Sail (0.7.2) encodes the path of a Delta table twice, and takes ``*``, ``?`` and ``{`` for patterns.
    """
    path = storage.local(uri) if storage.is_local(uri) else None
    if path is None or _PLAIN.fullmatch(str(path)):
        yield uri
        return
    path.mkdir(parents=True, exist_ok=True)  # no table is made below a link to nowhere
    with TemporaryDirectory(prefix="vermeil-") as folder:
        link = Path(folder) / "lakehouse"
        link.symlink_to(path)
        yield str(link)


def without_patterns(uri: str) -> str:
    """The folder itself, for Apache Spark, whose executors may be on machines that see no link of this one.

    Raises:
        LakehouseError: Spark would take its path for a pattern, of folders beside it perhaps.
    """
    if storage.is_local(uri) and (found := _PATTERN.search(uri)):
        raise LakehouseError(
            f"the tables cannot lie at {uri}: Apache Spark takes {found[0]!r} in a path for a pattern. "
            "Choose another folder with --home (VERMEIL_HOME), or VERMEIL_LAKEHOUSE."
        )
    return uri
