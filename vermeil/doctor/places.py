"""Where things lie: the home, the lakehouse's storage, disk, keys, raw files and their mappings."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.bronze.files import RawFile, is_folder, list_files, open_bounded
from pipelines.bronze.reading.waiting import waiting
from pipelines.delta import remote, storage
from pipelines.errors import LakehouseError
from pipelines.sources.mapping import load_sources
from vermeil.doctor.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from pipelines.settings import Settings

LOOKED_INTO = 200
"""Raw files that are opened to see whether they can be."""

SCARCE = 1 << 30
"""Free bytes below which anything may fail soon."""


def home(settings: Settings) -> Iterator[Finding]:
    """Whether the home can be written."""
    place = _nearest(settings.home.resolve())
    if os.access(place, os.W_OK | os.X_OK):
        yield ok("home", f"{settings.home.resolve()} can be written")
    else:
        yield fail(
            "home",
            f"{place} cannot be written by user {_who()}",
            f"chown or chmod {place}, or set VERMEIL_HOME.",
        )


def storage_root(settings: Settings) -> Iterator[Finding]:
    """Whether the tables' storage can be reached, read and written, and creates a file only once."""
    root = settings.lakehouse_uri
    if storage.is_local(root):
        yield _local(storage.local(root))
        return
    yield _remote(root, settings)


def _remote(root: str, settings: Settings) -> Finding:
    remote.tell_environment(settings.storage_options)
    probe = storage.join(root, f"_doctor-{uuid4().hex}")
    try:
        remote.write(probe, b"vermeil", new=True)
        if storage.read_text(probe) != "vermeil":
            todo = "Look at AWS_ENDPOINT_URL: something between answers in its place."
            return fail("storage", f"{root} does not give back what was put there", todo)
        once = _refuses(probe)
        storage.delete_file(probe)
    except LakehouseError as error:
        return fail("storage", str(error), "See docs/how-to.md, Use an object store.")
    if once:
        return ok("storage", f"{root} can be read and written, and creates an object only once")
    return fail(
        "storage",
        f"{root} creates the same object twice: it does not obey If-None-Match",
        "Commits and the writer's lock rest on that: use a store that does, or a newer version of this one.",
    )


def _refuses(probe: str) -> bool:
    try:
        remote.write(probe, b"another", new=True)
    except remote.Taken:
        return True
    return False


def _local(root: Path) -> Finding:
    if root.exists() and not root.is_dir():
        return fail("storage", f"{root} is a file", "Move it away, or set VERMEIL_LAKEHOUSE.")
    place = _nearest(root)
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        todo = f"chown or chmod {place} for user {_who()}."
        return fail("storage", f"{place} cannot be read and written by user {_who()}", todo)
    probe = place / f".doctor-{uuid4().hex}"
    try:
        if not _creates_once(probe):
            todo = "Delta needs a file system that creates a file only once; use a local disk or an object store."
            return fail("storage", f"{place} creates the same file twice", todo)
        probe.replace(probe.with_suffix(".moved"))
    except OSError as error:
        return fail(
            "storage", f"{place} cannot be written: {error.strerror}", "Free space, or mend the mount."
        )
    finally:
        for left in (probe, probe.with_suffix(".moved")):
            left.unlink(missing_ok=True)
    state = "can be read and written" if root.exists() else "is not there yet: the first run makes it"
    return ok("storage", f"{root} {state}")


def _creates_once(probe: Path) -> bool:
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return True
    return False


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room for the raw files that wait."""
    local = storage.is_local(settings.lakehouse_uri)
    place = _nearest(storage.local(settings.lakehouse_uri) if local else settings.home.resolve())
    free = shutil.disk_usage(place).free
    try:
        expected = sum(file.expected_bytes for file in waiting(settings.raw_dir, settings)) if local else 0
    except Exception:  # what is wrong with the raw folder or the manifest is said elsewhere
        expected = 0
    need = max(SCARCE, expected)
    shown = f"{_gigabytes(free)} free at {place}; the raw files that wait hold about {_gigabytes(expected)}"
    if free >= need:
        yield ok("disk", shown)
    else:
        todo = (
            f"Free some, or move the lakehouse (VERMEIL_LAKEHOUSE); {_gigabytes(need)} are on the safe side."
        )
        yield (fail if free < SCARCE / 4 else warn)("disk", shown, todo)


def keys(settings: Settings) -> Iterator[Finding]:
    """Whether the files of keys are nobody else's to read."""
    places = {"token key": settings.token_key_path, "forget key": settings.forget_key_path}
    present = {name: path for name, path in places.items() if path.exists()}
    fine = True
    for name, path in present.items():
        mode = stat.S_IMODE(path.stat().st_mode)
        if not os.access(path, os.R_OK):
            fine = False
            yield fail("keys", f"{path} cannot be read by user {_who()}", f"chown {_who()} {path}")
        elif mode & 0o077:
            fine = False
            yield fail("keys", f"{path} ({name}) is open to others: mode {mode:04o}", f"chmod 600 {path}")
    if fine:
        listed = ", ".join(str(path) for path in present.values())
        yield ok(
            "keys",
            f"{listed}: the owner's alone; back them up" if listed else "none yet: made when first needed",
        )


def sources(settings: Settings) -> Iterator[Finding]:
    """Whether the mappings of the sources are valid."""
    paths = settings.source_files
    load_sources(paths)
    shown = ", ".join(path.name for path in paths)
    yield ok("sources", f"Stripe's, {shown}" if shown else "Stripe's alone")


def raw_files(settings: Settings) -> Iterator[Finding]:
    """Whether there are raw files, and whether they can be read."""
    raw = settings.raw_dir
    if not is_folder(raw):
        todo = "Put files there, give another folder with --raw or VERMEIL_RAW, or try: vermeil demo"
        yield warn("raw files", f"there is no folder {raw}", todo)
        return
    listing = list_files(raw, load_sources(settings.source_files))
    closed = [file.file for file in islice(listing.files, LOOKED_INTO) if not _can_be_read(raw, file)]
    if closed:
        yield fail(
            "raw files",
            f"{len(closed)} of the first {LOOKED_INTO} files cannot be read, such as {closed[0]}",
            f"Give user {_who()} the right to read them.",
        )
    elif not listing.files:
        yield warn("raw files", f"{raw} holds no file to take in", "See docs/how-to.md for what is read.")
    else:
        passed = f"; {len(listing.ignored):,} others are passed over" if listing.ignored else ""
        new = _waiting(settings)
        yield ok("raw files", f"{len(listing.files):,} files in {raw}{new}{passed}")


def _can_be_read(raw: Path | str, file: RawFile) -> bool:
    if isinstance(raw, Path):
        return os.access(raw / file.file, os.R_OK)
    try:
        with open_bounded(file) as stream:
            return bool(stream.read(1)) or not file.size_bytes
    except OSError:
        return False


def _waiting(settings: Settings) -> str:
    try:
        return f", {len(waiting(settings.raw_dir, settings)):,} of them new"
    except Exception:  # a manifest that cannot be read is found with the tables
        return ""


def _nearest(path: Path) -> Path:
    """The path, or the lowest folder above it that there is."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _who() -> str:
    from pipelines.delta.lock import user_name

    return user_name()


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
