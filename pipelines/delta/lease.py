"""One writer at a time on an object store: a lease with a fencing token, taken by a conditional put.

Each writer that gets the lakehouse has a token that is one greater than that of the one before, and the lock is the
object of the greatest token. It is created on the condition that there is none (``If-None-Match: *``), which is what
Delta's own commits rest on: of several writers one gets it, and nobody ever writes to the object of another. Its holder
renews it three times within the time that it lasts, and leaves it as ended. The next one is created where the holder is
known to be dead, or was seen not to renew for as long as the lease lasts by the clock of who waits alone: clocks of
machines differ.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.delta import remote, storage
from pipelines.delta.lock import GRACE, Holder, me
from pipelines.errors import LakehouseError

FOLDER = "_writer"

RENEWALS = 3
"""How often a lease is renewed while it lasts."""

_PAUSE = 0.25
"""Seconds between two looks at a lease that another one holds."""


@dataclass(frozen=True)
class Lease:
    """What the lock says.

    Attributes:
        token: of the writer that has it, or had it last; each is one greater than the one before.
        seconds: how long it lasts after it was renewed.
        renewed_at: when that was, by the clock of its holder.
        holder: who has it; None where nobody has.
        process: what tells on the holder's machine whether it is alive.
    """

    token: int
    seconds: float
    renewed_at: datetime
    holder: Holder | None
    process: str

    def dump(self) -> bytes:
        """As it is stored."""
        return json.dumps(
            {
                "token": self.token,
                "seconds": self.seconds,
                "renewed_at": self.renewed_at.isoformat(),
                "holder": self.holder.dump() if self.holder else None,
                "process": self.process,
            },
            indent=1,
        ).encode()

    @classmethod
    def load(cls, content: bytes) -> Lease:
        """The inverse of :meth:`dump`."""
        found: dict[str, Any] = json.loads(content)
        return cls(
            int(found["token"]),
            float(found["seconds"]),
            datetime.fromisoformat(found["renewed_at"]),
            Holder.load(found["holder"]) if found["holder"] else None,
            str(found["process"]),
        )

    @property
    def is_over(self) -> bool:
        """Whether nobody has it, or its holder is known to be dead: one that ran on this machine as it runs now."""
        return self.holder is None or (_same_machine(self.process) and not _runs(self.process))

    @property
    def looks_over(self) -> bool:
        """Whether by the clocks of two machines, which may differ, it was not renewed in time."""
        return datetime.now(UTC) > self.renewed_at + timedelta(seconds=self.seconds)


class Held:
    """A lease that this process has, and renews.

    Attributes:
        token: of this writer.
    """

    def __init__(self, folder: str, lease: Lease, begun: float) -> None:
        self.token = lease.token
        self._folder = folder
        self._lease = lease
        self._ends = begun + lease.seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="vermeil-lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that this process still has the lease, by asking the store.

        Raises:
            LakehouseError: another writer has taken it, or it could not be renewed for as long as it lasts.
        """
        lost = None
        if remote.files(self._folder, after=_name(self.token)):
            lost = "another writer has taken the lakehouse"
        elif _now() > self._ends:
            lost = "it could not be renewed in time"
        if lost is not None:
            raise LakehouseError(
                f"this process has lost its lease of {_root(self._folder)}: {lost}. It was paused, or cut off from the "
                "object store. Nothing more was published. Run again."
            )

    def give_back(self) -> None:
        """End it. What cannot be given back ends by itself."""
        self._done.set()
        self._thread.join()
        with suppress(LakehouseError):
            self._write(replace(self._lease, renewed_at=datetime.now(UTC), holder=None, process=""))

    def _keep(self) -> None:
        while not self._done.wait(self._lease.seconds / RENEWALS):
            begun = _now()
            with suppress(LakehouseError):  # tried again at the next turn, while there is time
                self._write(replace(self._lease, renewed_at=datetime.now(UTC)))
                self._ends = begun + self._lease.seconds

    def _write(self, lease: Lease) -> None:
        """Only its holder writes to the object of a token."""
        remote.write(f"{self._folder}/{_name(self.token)}", lease.dump())


@contextmanager
def leased(
    root: str,
    seconds: float,
    wait: float = 0.0,
    command: str | None = None,
    waiting: Callable[[str], None] = lambda _: None,
) -> Iterator[Held]:
    """Hold a lakehouse in an object store for writing.

    Args:
        root: of its tables.
        seconds: how long the lease lasts after each renewal: so long a writer that died on another machine keeps all
            others out.
        wait: seconds to wait for another writer to end.
        command: what this process does, for whoever finds it held.
        waiting: told once, in words, for whom this process waits.

    Raises:
        LakehouseError: another process holds it; the message says which.
    """
    held = _acquire(_folder(root), seconds, wait, me(command), waiting)
    try:
        yield held
    finally:
        held.give_back()


def lease_of(root: str) -> Lease | None:
    """What the lock of a lakehouse says; None where nobody has ever written to it."""
    found = _newest(_folder(root))
    return found[1] if found else None


def _acquire(
    folder: str, seconds: float, wait: float, holder: Holder, waiting: Callable[[str], None]
) -> Held:
    started = since = _now()
    seen = ""
    told = False
    while True:
        begun = _now()
        mark, found = _newest(folder) or ("", None)
        if mark != seen:
            seen, since = mark, begun
        if found is None or found.is_over or begun - since > found.seconds:
            if taken := _take(folder, found, seconds, holder, begun):
                return taken
            continue
        waited = begun - started
        # One that looks dead is watched for as long as it would last, also by who would not wait for a writer.
        patience = max(wait, GRACE, (found.seconds * 1.1 + 1) if found.looks_over else 0)
        if waited >= patience:
            raise LakehouseError(_refusal(folder, found, wait))
        if not told and waited >= GRACE and (wait or found.looks_over):
            told = True
            waiting(f"waiting for {found.holder}")
        time.sleep(min(_PAUSE, found.seconds / 10))


def _take(folder: str, last: Lease | None, seconds: float, holder: Holder, begun: float) -> Held | None:
    """Create the object of the next token; None where somebody else was faster."""
    lease = Lease(last.token + 1 if last else 1, seconds, datetime.now(UTC), holder, _process())
    uri = f"{folder}/{_name(lease.token)}"
    try:
        remote.write(uri, lease.dump(), new=True)
    except remote.Taken:
        # A put whose answer was lost is sent again, and then finds its own work.
        if storage.read_bytes(uri) != lease.dump():
            return None
    others = remote.files(folder)
    if others[-1].key != remote.key_of(
        uri
    ):  # a slow one, after two others: the object in between was deleted
        return None
    remote.delete([remote.of_key(folder, one.key) for one in others[:-1]])
    return Held(folder, lease, begun)


def _newest(folder: str) -> tuple[str, Lease] | None:
    """The lock of the greatest token, with what changes whenever it is renewed; None where there is none.

    Raises:
        LakehouseError: the object is not a lock.
    """
    while listed := remote.files(folder):
        uri = remote.of_key(folder, listed[-1].key)
        content = storage.read_bytes(uri)
        if content is None:
            continue  # deleted by a later one
        try:
            return listed[-1].key + listed[-1].etag, Lease.load(content)
        except (ValueError, KeyError, TypeError) as error:
            raise LakehouseError(
                f"{uri} is not a lock that this Vermeil knows: {error!r}. Delete it if no writer is at work."
            ) from None
    return None


def _folder(root: str) -> str:
    return f"{root.rstrip('/')}/{FOLDER}"


def _root(folder: str) -> str:
    return folder.rpartition("/")[0]


def _name(token: int) -> str:
    return f"{token:020d}.json"


def _refusal(folder: str, found: Lease, wait: float) -> str:
    after = f" after {wait:g} s of waiting" if wait else ""
    return (
        f"another pipeline is writing to {_root(folder)}{after}: {found.holder}, whose lease was renewed at "
        f"{found.renewed_at:%H:%M:%S} UTC. Wait for it to end (--wait SECONDS, or VERMEIL_WAIT), or stop it: if it is "
        f"dead, its lease ends {found.seconds:g} s after that. Nothing was changed."
    )


def _now() -> float:
    """Seconds of a clock that goes on while the process, or the machine, sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _process() -> str:
    """What tells this process from all others: the machine's start, the space of its numbers, its number and start."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """When a process was started, in the kernel's count; empty where there is none."""
    try:
        state = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ""
    return "" if state[0] in "ZX" else state[19]


def _same_machine(process: str) -> bool:
    return _machine() != "unknown" and process.startswith(f"{_machine()} ")


def _runs(process: str) -> bool:
    pid, started = process.rsplit(" ", 2)[1:]
    return _started(int(pid)) == started
