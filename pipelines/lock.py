"""One writer at a time on a lakehouse."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import LakehouseError


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold a lakehouse for writing. The operating system frees the lock of a process that died.

    Raises:
        LakehouseError: another process holds it; the message says which.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise LakehouseError(
                f"another pipeline is writing to {folder}: {_holder(file.read())}. Wait for it to end, or stop it."
            ) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
        file.flush()
        yield
        file.truncate(0)


def _holder(text: str) -> str:
    try:
        held = json.loads(text)
        return f"process {held['pid']} on {held['host']}"
    except (json.JSONDecodeError, KeyError, TypeError):
        return "an unknown process"
