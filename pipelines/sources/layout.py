"""How the rows of a source's files are written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """How the rows of a file are written.

    Attributes:
        format: csv, ndjson or parquet.
        delimiter: between the values of a CSV file.
        encoding: of a CSV file; one in which ASCII stands for itself. With utf-8, UTF-16 and UTF-32 are read as well
            where a byte order mark tells them.
        header: names of a CSV file's fields where it has no line with them.
    """

    format: str
    delimiter: str = ","
    encoding: str = "utf-8"
    header: tuple[str, ...] | None = None
