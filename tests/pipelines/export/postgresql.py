"""A PostgreSQL server for tests, of the machine's own packages, on a socket of its own; it ends with them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

USER = "postgres"


def programs() -> Path | None:
    """The folder of the newest server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder of the server's socket."""
    where = programs()
    if where is None:
        pytest.skip("needs PostgreSQL's server: apt-get install postgresql")
    # Not below pytest's own folder, which only its user may enter, and whose name is too long for a socket.
    base = Path(mkdtemp(prefix="vermeil-pg-"))
    as_user = _other_user(base)
    data, log = base / "data", base / "log"
    _run(as_user, where / "initdb", "--pgdata", data, "--username", USER, "--auth", "trust", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={base} -c fsync=off"
    _run(as_user, where / "pg_ctl", "--pgdata", data, "--log", log, "--options", options, "--wait", "start")
    try:
        yield str(base)
    finally:
        _run(as_user, where / "pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
        shutil.rmtree(base)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of the server."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(host=server, user=USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")  # type: ignore[call-overload]
    yield f"postgresql:///{name}?host={server}&user={USER}"
    with psycopg.connect(host=server, user=USER, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")  # type: ignore[call-overload]


def _other_user(base: Path) -> list[str]:
    """The server refuses to be started by root: then it is started by the user of Debian's package, or nobody."""
    if os.geteuid() != 0:
        return []
    user = "postgres" if subprocess.run(["id", "postgres"], capture_output=True).returncode == 0 else "nobody"
    shutil.chown(base, user)
    return ["setpriv", f"--reuid={user}", "--clear-groups"]


def _run(as_user: list[str], *command: str | Path) -> None:
    said = subprocess.run([*as_user, *map(str, command)], capture_output=True, text=True, cwd="/")
    assert said.returncode == 0, said.stderr + said.stdout
