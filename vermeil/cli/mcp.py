"""``vermeil mcp``: the lakehouse for programs that speak the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.errors import SettingsError
from vermeil.cli.shared import Home, opened, plain_errors


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP on 127.0.0.1, to those who have the token.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of HTTP.", min=1, max=65_535)] = 8_765,
    home: Home = None,
) -> None:
    """Serve figures, explanations and timelines to programs over the Model Context Protocol, to read only.

    Over standard input and output by default. Every call is written to `<home>/mcp/audit.jsonl`.
    """
    with plain_errors():
        try:
            from vermeil.mcp import serving
        except ModuleNotFoundError as missing:
            if not (missing.name or "").startswith("mcp"):
                raise
            raise SettingsError("this needs a library: install vermeil[mcp]") from None
    from vermeil.cli.output import tell
    from vermeil.mcp.desk import Desk
    from vermeil.mcp.limits import Limits

    with opened(home) as lake:
        if not http:
            serving.run_stdio(Desk(lake))
            return
        path = lake.settings.home / "keys" / "mcp.token"
        secret = serving.token(path)
        tell(f"serving on http://{serving.HOST}:{port}/mcp; the token is in {path}")
        serving.run_http(Desk(lake, Limits(session_seconds=3_600)), port, secret)
