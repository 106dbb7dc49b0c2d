"""One writer at a time on a lakehouse: a lock of the operating system, and a note of who holds it."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pipelines.errors import LakehouseError

FILE = ".lock"

GRACE = 0.5
"""Seconds that everyone waits: a look at the lock holds it for a moment, and a holder needs one to sign."""

_PAUSE = 0.1
"""Seconds between two tries."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lakehouse for writing.

    Attributes:
        pid: the process.
        host: the machine that it runs on.
        user: whose process it is.
        since: since when, UTC.
        command: what it does, such as ``vermeil run``.
    """

    pid: int
    host: str
    user: str
    since: datetime
    command: str

    def dump(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"since": self.since.isoformat()}

    @classmethod
    def load(cls, found: Mapping[str, Any]) -> Holder:
        """The inverse of :meth:`dump`."""
        return cls(**{**found, "since": datetime.fromisoformat(found["since"])})

    def __str__(self) -> str:
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC"
        return f"{self.command} (process {self.pid} of {self.user} on {self.host}), since {since}"


@contextmanager
def writer_lock(
    folder: Path,
    wait: float = 0.0,
    command: str | None = None,
    waiting: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Hold a lakehouse for writing. The operating system frees the lock of a process that died.

    Args:
        folder: where the lock file lies.
        wait: seconds to wait for another writer to end.
        command: what this process does, for whoever finds the lock held; by default the program and its command.
        waiting: told once, in words, for whom this process waits.

    Raises:
        LakehouseError: another process still holds it; the message says which.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        _acquire(file, folder, wait, waiting)
        _sign(file, me(command))
        yield
        file.truncate(0)


def holder(folder: Path) -> Holder | None:
    """Who holds a lakehouse for writing now; None if nobody does.

    Raises:
        OSError: the lock file cannot be read.
        LakehouseError: it is held, by a process that did not say who it is.
    """
    path = folder / FILE
    if not path.exists():
        return None
    started = time.monotonic()
    with path.open("r", encoding="utf-8") as file:
        while not _locked(file, fcntl.LOCK_SH):
            if found := _read(file):
                return found
            if time.monotonic() - started >= GRACE:
                raise LakehouseError("an unknown process")
            time.sleep(_PAUSE)
    return None


def _acquire(file: IO[str], folder: Path, wait: float, waiting: Callable[[str], None]) -> None:
    started = time.monotonic()
    told = False
    while not _locked(file, fcntl.LOCK_EX):
        waited = time.monotonic() - started
        if waited >= max(wait, GRACE):
            raise LakehouseError(_refusal(folder, _read(file), wait))
        if wait and not told and waited >= GRACE:
            told = True
            waiting(f"waiting for {_read(file) or 'an unknown process'}")
        time.sleep(_PAUSE)


def _refusal(folder: Path, held: Holder | None, wait: float) -> str:
    after = f" after {wait:g} s of waiting" if wait else ""
    return (
        f"another pipeline is writing to {folder}{after}: {held or 'an unknown process'}. "
        "Wait for it to end (--wait SECONDS, or VERMEIL_WAIT), or stop it. Nothing was changed."
    )


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(file: IO[str], held: Holder) -> None:
    file.truncate(0)
    file.write(json.dumps(held.dump()))
    file.flush()


def _read(file: IO[str]) -> Holder | None:
    file.seek(0)
    try:
        return Holder.load(json.loads(file.read()))
    except (ValueError, TypeError, KeyError):
        return None


def me(command: str | None = None) -> Holder:
    """This process, as it signs; what it does is by default the program and its command."""
    return Holder(
        os.getpid(), socket.gethostname(), user_name(), datetime.now(UTC), command or running_command()
    )


def user_name() -> str:
    """Whose process this is."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return str(os.getuid())


def running_command() -> str:
    """The program and its command. Arguments are left out: they may name a person."""
    program, *rest = sys.argv or ["python"]
    name = Path(program).name
    shown = name if re.fullmatch(r"[\w.-]*\w", name) and name != "-c" else "python"
    return f"{shown} {rest[0]}" if rest and re.fullmatch(r"[a-z]+", rest[0]) else shown
