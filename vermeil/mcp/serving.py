"""The server: over standard input and output, or over HTTP on this machine with a token."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
from anyio import to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.resources import FunctionResource
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations
from starlette.responses import PlainTextResponse

from pipelines.errors import VermeilError
from vermeil.mcp.desk import Desk
from vermeil.mcp.texts import INSTRUCTIONS, PROMPTS, resources
from vermeil.mcp.tools import Tool, tools

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)

HOST = "127.0.0.1"
LARGEST_REQUEST = 1 << 20


class Audited(MCPServer[Any]):
    """A server that writes every call of a tool down, those that its schema refuses among them."""

    desk: Desk

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool."""
        with self.desk.written_down(name, arguments) as found:
            result = await super().call_tool(name, arguments, context)
            if isinstance(result, CallToolResult) and result.structured_content:
                found.append(result.structured_content)
            return result


def server(desk: Desk) -> MCPServer[Any]:
    """A server whose tools answer at a desk."""
    from importlib.metadata import version

    made = Audited("vermeil", instructions=INSTRUCTIONS, version=version("vermeil"), log_level="CRITICAL")
    made.desk = desk
    for tool in tools(desk):
        made.add_tool(_limited(desk, tool), annotations=READS)
    for uri, (title, kind, text) in resources(desk).items():
        name = uri.removeprefix("vermeil://")
        made.add_resource(
            FunctionResource(
                uri=uri, name=name, title=title, description=title, mime_type=kind, fn=_read(desk, name, text)
            )
        )
    for prompt in PROMPTS:
        made.add_prompt(Prompt.from_function(prompt))
    return made


def _limited(desk: Desk, tool: Tool) -> Any:
    """A tool that answers in time or not at all, and whose errors say nothing that was not meant to be said.

    What is not answered in time, or not waited for any more, is stopped on the engine.
    """

    @wraps(tool)
    async def limited(**arguments: Any) -> dict[str, Any]:
        stoppable = desk.stoppable()
        call = partial(desk.answered, partial(tool, **arguments), stoppable=stoppable)
        try:
            with anyio.fail_after(desk.limits.seconds):
                return await to_thread.run_sync(call, abandon_on_cancel=True)
        except TimeoutError:
            raise ToolError(f"not answered within {desk.limits.seconds:g} seconds: ask for less") from None
        except VermeilError as error:
            raise ToolError(str(error)) from None
        except Exception as error:
            raise ToolError("this failed; whoever runs the server finds it in the audit log") from error
        finally:
            stoppable.give_up()

    return limited


def _read(desk: Desk, name: str, text: Callable[[], str]) -> Callable[[], str]:
    def read() -> str:
        with desk.written_down(f"resource {name}", {}):
            return str(desk.answered(lambda: {"text": text()}, longest=None)["text"])

    return read


def token(path: Path) -> str:
    """The token of the server over HTTP; it is made when first needed, for this user's eyes alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def over_http(made: MCPServer[Any], secret: str) -> ASGIApp:
    """The server as a web application that answers to this machine, and to those who have the token."""
    security = TransportSecuritySettings(
        allowed_hosts=[f"{HOST}:*", "localhost:*"],
        allowed_origins=[f"http://{HOST}:*", "http://localhost:*"],
    )
    app = made.streamable_http_app(
        transport_security=security, max_request_body_size=LARGEST_REQUEST, json_response=True
    )

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, f"Bearer {secret}".encode()):
                await PlainTextResponse("a token is asked for", 401)(scope, receive, send)
                return
        await app(scope, receive, send)

    return guarded


def run_stdio(desk: Desk) -> None:
    """Serve over standard input and output until these are closed."""
    server(desk).run("stdio")


def run_http(desk: Desk, port: int, secret: str) -> None:
    """Serve over HTTP on this machine until stopped."""
    import uvicorn

    uvicorn.run(over_http(server(desk), secret), host=HOST, port=port, log_level="warning")
