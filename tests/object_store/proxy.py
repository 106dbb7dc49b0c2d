"""A proxy before an object store: it counts requests, and does to them what networks and services do.

It is a process of its own: a client in Rust may hold this one's interpreter while it waits for an answer.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).parents[2]
BLOCK = 1 << 16

NEXT = "#next"
"""What the key of a listing's second and later pages ends with."""


@dataclass(frozen=True)
class Request:
    """One request: what it asks for, and of which object or folder."""

    method: str
    kind: str
    key: str
    condition: str = ""

    @property
    def table(self) -> str:
        """The table that it is about, such as silver.charges; another part of the bucket by its folder."""
        found = re.search(r"(bronze|silver|gold)/(\w+)", self.key)
        return (
            f"{found[1]}.{found[2]}" if found else re.sub(r"/.*", "", self.key.split("/", 1)[-1]) or "bucket"
        )

    @property
    def is_log(self) -> bool:
        return "_delta_log" in self.key


@dataclass(frozen=True)
class Fault:
    """What happens to some requests.

    Attributes:
        to: a pattern of kind and key, such as ``PUT .*_delta_log``.
        what: a status is answered in the store's place; ``reset`` cuts the connection before the request, ``lost``
            after it was done, ``half`` in the middle of the answer.
        seconds: so long a request waits before.
        times: to so many of them, and no more; None for all.
    """

    to: str = ""
    what: int | Literal["reset", "lost", "half"] | None = None
    seconds: float = 0
    times: int | None = None


@dataclass
class _Proxy:
    """What the process of a proxy has seen, and is to do."""

    upstream: int
    seen: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    met: Counter[Fault] = field(default_factory=Counter)

    def fault(self, request: Request) -> Fault:
        """What is to happen to a request."""
        for one in self.faults:
            if re.search(one.to, f"{request.kind} {request.key}") and (
                one.times is None or self.met[one] < one.times
            ):
                self.met[one] += 1
                return one
        return Fault()

    def obey(self, line: bytes) -> Any:
        """Do what the tests ask for."""
        asked = json.loads(line)
        if asked["do"] == "faults":
            self.faults = [Fault(**one) for one in asked["faults"]]
            self.met.clear()
        elif asked["do"] == "forget":
            self.seen.clear()
        return [asdict(one) for one in self.seen]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a client; it has one to the store for itself."""
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            there = await asyncio.open_connection("127.0.0.1", self.upstream, limit=1 << 20)
            while head := await _head(reader):
                if not await self._pass_on(head, reader, writer, *there):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in (writer, *([there[1]] if there else [])):
                one.transport.abort()

    async def _pass_on(
        self,
        head: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        out: asyncio.StreamWriter,
    ) -> bool:
        request = described(head)
        self.seen.append(request)
        fault = self.fault(request)
        what = fault.what
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if what == "reset":
            return False
        if isinstance(what, int):
            await _body(head, reader, None)
            writer.write(_refusal(what))
            await writer.drain()
            return True
        out.write(head)
        if _value(head, b"expect"):
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await _body(head, reader, out)
        answer = await _head(back)
        while answer.startswith(b"HTTP/1.1 100"):
            answer = await _head(back)
        if not answer or what == "lost":
            return False
        writer.write(answer)
        if what == "half":
            size = int(_value(answer, b"content-length") or 0)
            writer.write(await back.readexactly(size // 2))
            await writer.drain()
            return False
        if request.method != "HEAD" and b" 204 " not in answer[:20] and b" 304 " not in answer[:20]:
            await _body(answer, back, writer)
        await writer.drain()
        return b"connection: close" not in answer.lower()


@dataclass(frozen=True)
class Proxy:
    """A proxy in a process of its own."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def seen(self) -> list[Request]:
        """All requests since it was started, or told to forget."""
        return [Request(**one) for one in self._ask({"do": "tell"})]

    def forget(self) -> None:
        self._ask({"do": "forget"})

    def faults(self, *faults: Fault) -> None:
        """What happens from now on; nothing where none is given."""
        self._ask({"do": "faults", "faults": [asdict(one) for one in faults]})

    def _ask(self, what: dict[str, Any]) -> list[dict[str, Any]]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        found: list[dict[str, Any]] = json.loads(self.process.stdout.readline())
        return found


def by_kind(seen: list[Request]) -> Counter[str]:
    return Counter(one.kind for one in seen)


def by_table(seen: list[Request]) -> Counter[str]:
    """Requests by table, log or data, and kind."""
    return Counter(f"{one.table} {'log' if one.is_log else 'data'} {one.kind}" for one in seen)


@contextmanager
def proxy(upstream: int) -> Iterator[Proxy]:
    """A proxy on a free port of loopback, before what listens at another one."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(upstream)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Proxy(process, int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


async def _main(upstream: int) -> None:
    found = _Proxy(upstream)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while line := await asked.readline():
        print(json.dumps(found.obey(line)), flush=True)


def described(head: bytes) -> Request:
    """What the head of a request asks for."""
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
    url = urlsplit(target)
    query = parse_qs(url.query, keep_blank_values=True)
    key = unquote(url.path).lstrip("/")
    if "prefix" in query:
        key = f"{key.rstrip('/')}/{query['prefix'][0]}"
    if "continuation-token" in query:
        key += NEXT
    condition = next((name for name in ("if-none-match", "if-match") if _value(head, name.encode())), "")
    return Request(method, _kind(method, query), key, condition)


def _kind(method: str, query: dict[str, list[str]]) -> str:
    if method == "GET" and ("list-type" in query or "prefix" in query or "delimiter" in query):
        return "LIST"
    if method == "POST" and "delete" in query:
        return "DELETE"
    return "MULTIPART" if "uploads" in query or "uploadId" in query else method


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


async def _body(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> None:
    """Move a message's body to where it goes, or nowhere."""
    if b"chunked" in (_value(head, b"transfer-encoding") or b""):
        size = -1
        while size:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            data = line + await reader.readexactly(size + 2)
            if writer:
                writer.write(data)
                await writer.drain()
        return
    left = int(_value(head, b"content-length") or 0)
    while left:
        data = await reader.read(min(left, BLOCK))
        if not data:
            raise ConnectionError
        left -= len(data)
        if writer:
            writer.write(data)
            await writer.drain()


def _value(head: bytes, name: bytes) -> bytes | None:
    found = re.search(rb"\r\n" + name + rb":[ \t]*([^\r]*)", head, re.IGNORECASE)
    return found[1].strip().lower() if found else None


_CODES = {403: "ExpiredToken", 500: "InternalError", 503: "SlowDown"}


def _refusal(status: int) -> bytes:
    code = _CODES.get(status, "InternalError")
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>made up by the proxy</Message></Error>"
    return (
        f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    ).encode()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
