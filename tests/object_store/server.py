"""An object store of the tests' own: versitygw on a free port of loopback, on a folder, with made-up credentials."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from tests.object_store.proxy import Proxy, proxy

BUILT = Path(__file__).parents[2] / "build" / "versitygw"
"""Where ``make object-store`` leaves it."""

BUCKET = "vermeil-tests"
ACCESS_KEY, SECRET_KEY = token_hex(10), token_hex(20)
"""Of this process alone. No log may hold them."""
STARTS_WITHIN = 20.0


@dataclass(frozen=True)
class Store:
    """A server and what stands before it.

    Attributes:
        folder: where it keeps objects, each as a file.
        proxy: counts requests; clients speak to it.
        port: of the server itself.
    """

    folder: Path
    proxy: Proxy
    port: int

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client needs to know, as AWS's own tools call it."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.proxy.url,
        }

    def url(self, *parts: str) -> str:
        return "/".join(("s3:/", BUCKET, *parts))


def binary() -> str | None:
    """The server's program; None where there is none."""
    return shutil.which("versitygw") or (str(BUILT) if BUILT.exists() else None)


@contextmanager
def served(folder: Path) -> Iterator[Store]:
    """An object store with one empty bucket."""
    program = binary()
    assert program is not None
    (folder / "objects" / BUCKET).mkdir(parents=True)
    (folder / "meta").mkdir()
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "--port", f"127.0.0.1:{port}", "--access", ACCESS_KEY, "--secret", SECRET_KEY, "--quiet",
             "posix", "--sidecar", str(folder / "meta"), str(folder / "objects")],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _await(server, port)
        with proxy(port) as before:
            yield Store(folder / "objects" / BUCKET, before, port)
    finally:
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        if server.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"versitygw did not start: {server.poll()}")
