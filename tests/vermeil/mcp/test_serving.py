"""The server as others meet it: a process over standard input, HTTP on this machine with a token, npm's client."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

pytest.importorskip("mcp")

import httpx
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.vermeil.cli.running import vermeil
from tests.vermeil.mcp.served import served
from vermeil.mcp.serving import token

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NPM = "@modelcontextprotocol/sdk@1.32.2"
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
ACCEPTS = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Path:
    folder = tmp_path_factory.mktemp("served")
    for _ in served(folder, spark):
        pass
    return folder


def command(home: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", "from vermeil.cli import main; main()", "mcp", "--home", str(home), *more]


@pytest.mark.slow
def test_a_process_over_standard_input_says_nothing_but_the_protocol(home: Path) -> None:
    program, *arguments = command(home)
    server = StdioServerParameters(
        command=program, args=arguments, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )

    async def session() -> Any:
        async with Client(stdio_client(server)) as client:
            return await client.call_tool("list_metrics", {"about": "gross volume"})

    found = anyio.run(session)
    assert "captured_minor" in found.content[0].text


@contextmanager
def over_http(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command(home, "--http", "--port", str(port)), env=environment)
    url = f"http://127.0.0.1:{port}/mcp"
    try:
        for _ in range(300):
            try:
                httpx.get(url)
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.slow
def test_http_asks_for_a_token_and_answers_this_machine_alone(home: Path) -> None:
    with over_http(home) as url:
        secret = token(home / "keys" / "mcp.token")
        bearer = {"Authorization": f"Bearer {secret}", **ACCEPTS}
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": secret},
            {"Authorization": "Bearer x"},
        ):
            assert httpx.post(url, json=HELLO, headers={**ACCEPTS, **headers}).status_code == 401
        good = httpx.post(url, json=HELLO, headers=bearer)
        assert good.status_code == 200
        assert good.json()["result"]["serverInfo"]["name"] == "vermeil"
        elsewhere = {**bearer, "Host": "evil.example"}
        assert httpx.post(url, json=HELLO, headers=elsewhere).status_code == 421
        page = {**bearer, "Origin": "http://evil.example"}
        assert httpx.post(url, json=HELLO, headers=page).status_code == 403
        large = httpx.post(
            url, content=b" " * (2 << 20), headers={**bearer, "Content-Type": "application/json"}
        )
        assert large.status_code == 413


def test_the_token_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "mcp.token"
    secret = token(path)
    assert len(secret) >= 32
    assert token(path) == secret
    assert path.stat().st_mode & 0o077 == 0


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with npm's official client."""
    if shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("npm")
    install = ["npm", "install", "--silent", "--no-audit", "--fetch-retries=0", NPM]
    try:
        subprocess.run(install, cwd=folder, capture_output=True, timeout=60, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("npm does not give its client here: is there a network?")
    shutil.copy(HERE / "client.mjs", folder)
    return folder


@pytest.mark.slow
def test_another_client_in_another_language(home: Path, npm: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["node", "client.mjs", *command(home)],
        cwd=npm,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["tools"]) == 12
    assert len(found["resources"]) == 4
    assert found["prompts"] == ["monthly_close", "dispute_review", "fraud_rule"]
    assert [row["account"] for row in found["answer"]["rows"]][:2] == ["books", "films"]
    assert found["refused"] is True
    assert "two currencies are never added" in found["reason"]


def test_without_the_library_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "vermeil.mcp.serving")
    monkeypatch.delattr("vermeil.mcp.serving")
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    result = vermeil("mcp", "--home", tmp_path)
    assert result.exit_code == 2
    assert "install vermeil[mcp]" in result.stderr
