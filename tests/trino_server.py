"""A Trino of the tests' own: a process that reads Delta tables through a catalog which `vermeil catalog` wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
UNPACKED = ROOT / "build" / "trino" / "trino-server-476"
START_SECONDS = 180
OLDEST_JAVA = 24

JVM = """\
-server
-Xmx2G
-XX:+UseSerialGC
-XX:+ExitOnOutOfMemoryError
-Djdk.attach.allowAttachSelf=true
-Djdk.nio.maxCachedBufferSize=2000000
-Dfile.encoding=UTF-8
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow
"""

CONFIG = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
query.max-memory-per-node=1GB
"""

NODE = """\
node.environment=test
node.id=test
node.data-dir={folder}/data
node.internal-address=127.0.0.1
plugin.dir={folder}/plugin
"""


class TrinoError(Exception):
    """What Trino says of a statement that it does not run."""


@dataclass(frozen=True)
class Trino:
    """A Trino that runs.

    Attributes:
        url: where it answers.
    """

    url: str

    def ask(self, statement: str) -> list[list[object]]:
        """The rows that a statement gives.

        Raises:
            TrinoError: it was not run.
        """
        rows: list[list[object]] = []
        page = _fetched(Request(f"{self.url}/v1/statement", statement.encode(), {"X-Trino-User": "test"}))
        while True:
            if error := page.get("error"):
                raise TrinoError(f"{error['message']}: {statement}")
            rows += page.get("data", [])
            if "nextUri" not in page:
                return rows
            page = _fetched(Request(page["nextUri"], headers={"X-Trino-User": "test"}))


@contextmanager
def trino(folder: Path, properties: Sequence[Path], port: int) -> Iterator[Trino]:
    """Start Trino in a folder, with the catalogs that some files are about; it is stopped at the end.

    The test is skipped where there is no Trino, or no Java that it runs on.
    """
    home, java = _home(), _java()
    _laid_out(folder, home, properties, port)
    with (folder / "trino.log").open("wb") as log:
        server = subprocess.Popen(
            [home / "bin" / "launcher", "--etc-dir", folder / "etc", "run"],
            env=os.environ | {"JAVA_HOME": str(java), "PATH": f"{java / 'bin'}{os.pathsep}{os.environ['PATH']}"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        found = Trino(f"http://127.0.0.1:{port}")
        _wait(found, server, folder / "trino.log")
        yield found
    finally:
        server.terminate()
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def statements(script: str) -> list[str]:
    """The statements of a script, as Trino's own command line has them: without comments and semicolons."""
    lines = "".join(line for line in script.splitlines(keepends=True) if not line.startswith("--"))
    return [one.strip() for one in lines.split(";\n") if one.strip()]


def _home() -> Path:
    home = Path(os.environ.get("VERMEIL_TRINO") or UNPACKED)
    if not (home / "bin" / "launcher").exists():
        pytest.skip(
            f"no Trino at {home}: make trino fetches it, or set VERMEIL_TRINO to where it is unpacked"
        )
    return home


def _java() -> Path:
    places = [os.environ.get("JAVA_HOME"), *sorted(Path("/usr/lib/jvm").glob("*"))]
    for place in filter(None, places):
        release = Path(place, "release")
        found = re.search(r'JAVA_VERSION="(\d+)', release.read_text() if release.exists() else "")
        if found and int(found[1]) >= OLDEST_JAVA:
            return Path(place)
    pytest.skip(f"Trino needs Java {OLDEST_JAVA} or later: install it below /usr/lib/jvm, or set JAVA_HOME")


def _laid_out(folder: Path, home: Path, properties: Sequence[Path], port: int) -> None:
    """Configuration of one node whose only plugin is Delta's: all of them take a minute to load."""
    etc, plugins = folder / "etc", folder / "plugin"
    (etc / "catalog").mkdir(parents=True)
    plugins.mkdir()
    (plugins / "delta-lake").symlink_to(home / "plugin" / "delta-lake")
    (etc / "jvm.config").write_text(JVM)
    (etc / "config.properties").write_text(CONFIG.format(port=port))
    (etc / "node.properties").write_text(NODE.format(folder=folder))
    for file in properties:
        shutil.copy(file, etc / "catalog")


def _wait(trino: Trino, server: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            if not _fetched(Request(f"{trino.url}/v1/info"))["starting"]:
                trino.ask("select 1")
                return
        except (URLError, ConnectionError, TrinoError):
            pass  # it does not listen yet, or has no node yet
        if server.poll() is not None or time.monotonic() > limit:
            said = log.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"Trino did not start: {said[-3000:]}")
        time.sleep(1)


def _fetched(request: Request) -> dict[str, object]:
    while True:
        try:
            with urlopen(request, timeout=60) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            if error.code not in (502, 503, 504):  # its protocol: ask again
                raise
            time.sleep(0.1)
