"""Writing the archive: compressed files, split by day or hour and by size, always the same bytes."""

import bz2
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol

import orjson

from pipelines.simulate.settings import DAY, Compression, Simulation, Summary

_PAGE = 100
_BLOCK = 1 << 16


class Compressor(Protocol):
    """A stream compressor, as zlib and bz2 make them."""

    def compress(self, data: bytes, /) -> bytes:
        """Take in data; gives what is ready to be written."""
        ...

    def flush(self) -> bytes:
        """End the stream; gives the rest."""
        ...


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def _gzip() -> Compressor:
    """A gzip member without name or time (zlib writes neither)."""
    return zlib.compressobj(level=2, wbits=31)


def _zstd() -> Compressor:
    try:
        import zstandard
    except ImportError as error:
        raise ModuleNotFoundError(
            "compression='zst' needs the package zstandard; use 'gz' or install it"
        ) from error
    compressor: Compressor = zstandard.ZstdCompressor(level=3).compressobj()
    return compressor


_COMPRESSORS: dict[Compression, Callable[[], Compressor]] = {
    "gz": _gzip,
    "bz2": bz2.BZ2Compressor,
    "zst": _zstd,
    "none": _Plain,
}


class _File:
    """One file being written. `size` counts bytes before compression."""

    def __init__(self, path: Path, compression: Compression) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        suffix = "" if compression == "none" else f".{compression}"
        self._file: IO[bytes] = path.with_name(path.name + suffix).open("wb")
        self._compressor = _COMPRESSORS[compression]()
        self._pending: list[bytes] = []
        self._pending_size = 0
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._pending.append(data)
        self._pending_size += len(data)
        if self._pending_size >= _BLOCK:
            self._compress()

    def close(self, summary: Summary) -> None:
        self._compress()
        self._file.write(self._compressor.flush())
        summary.files += 1
        summary.bytes += self._file.tell()
        summary.raw_bytes += self.size
        self._file.close()

    def _compress(self) -> None:
        """Compress what has gathered: a call per line would cost more than the compression."""
        self._file.write(self._compressor.compress(b"".join(self._pending)))
        self._pending, self._pending_size = [], 0


class Archive:
    """An archive on disk, written in order of time; holds the open files of one day."""

    def __init__(self, settings: Simulation, folder: Path, summary: Summary) -> None:
        self._settings = settings
        self._folder = folder
        self._summary = summary
        self._events: _File | None = None
        self._part = 0
        self._objects: dict[tuple[str, str | None], _File] = {}
        self._pages: dict[tuple[str, str | None], list[bytes]] = {}

    def write_events(self, at: int, lines: Iterable[bytes]) -> None:
        """Append lines to the files of the day (or hour) that `at` is in."""
        for chunk in _chunks(lines, min(1 << 20, self._settings.max_file_bytes)):
            if self._events is None:
                self._events = self._open_events(at)
            self._events.write(chunk)
            if self._events.size >= self._settings.max_file_bytes:
                self._close_events()

    def write_object(self, at: int, type: str, account: str | None, body: bytes, as_pages: bool) -> None:
        """Append an object to its day's file, as a line of its own or as part of a page."""
        self._summary.objects += 1
        key = (type, account)
        if key not in self._objects:
            self._objects[key] = self._open_objects(at, type, account, as_pages)
        if as_pages:
            self._add_to_page(key, body)
        else:
            self._objects[key].write(body + b"\n")

    def end_hour(self) -> None:
        """Close the hour's file, where files are by hour."""
        if self._settings.granularity == "hour":
            self._end_events()

    def end_day(self) -> None:
        """Close every file of the day."""
        self._end_events()
        for key, page in self._pages.items():
            if page:
                self._objects[key].write(_page(page))
        for file in self._objects.values():
            file.close(self._summary)
        self._pages, self._objects = {}, {}

    def _open_events(self, at: int) -> _File:
        folder = self._folder / "events" / f"dt={_date(at)}"
        if self._settings.granularity == "hour":
            folder /= f"hh={at % DAY // 3600:02d}"
        return _File(folder / f"events-{self._part:04d}.ndjson", self._settings.compression)

    def _close_events(self) -> None:
        if self._events is not None:
            self._events.close(self._summary)
            self._events, self._part = None, self._part + 1

    def _end_events(self) -> None:
        self._close_events()
        self._part = 0

    def _open_objects(self, at: int, type: str, account: str | None, as_pages: bool) -> _File:
        folder = self._folder / "objects" / type
        if account is not None:
            folder /= f"account={account}"
        name = "page-0000.json" if as_pages else "part-0000.ndjson"
        return _File(folder / f"dt={_date(at)}" / name, self._settings.compression)

    def _add_to_page(self, key: tuple[str, str | None], body: bytes) -> None:
        page = self._pages.setdefault(key, [])
        page.append(body)
        if len(page) == _PAGE:
            self._objects[key].write(_page(page, has_more=True))
            self._pages[key] = []


def _page(objects: list[bytes], has_more: bool = False) -> bytes:
    """A page of Stripe's list API, printed as its command line prints it."""
    page: dict[str, Any] = {
        "object": "list",
        "data": [orjson.loads(body) for body in objects],
        "has_more": has_more,
        "url": "/v1/balance_transactions",
    }
    return orjson.dumps(page, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _chunks(lines: Iterable[bytes], size: int) -> Iterable[bytes]:
    """Lines joined into pieces of about `size` bytes, each ending with a line's end."""
    chunk: list[bytes] = []
    held = 0
    for line in lines:
        chunk.append(line)
        held += len(line) + 1
        if held >= size:
            yield b"\n".join(chunk) + b"\n"
            chunk, held = [], 0
    if chunk:
        yield b"\n".join(chunk) + b"\n"


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
