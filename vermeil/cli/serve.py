"""``vermeil serve``: the report and a box to ask in, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from vermeil.cli.shared import Home, opened


def serve(
    port: Annotated[int, typer.Option(help="On 127.0.0.1.", min=1, max=65_535)] = 8_760, home: Home = None
) -> None:
    """Show the report and a box to ask in, in a browser of this machine. Nothing is changed."""
    import uvicorn

    from vermeil.cli.output import tell
    from vermeil.serve.app import HOST, site

    with opened(home) as lake:
        tell(f"the site is at http://{HOST}:{port}")
        uvicorn.run(site(lake), host=HOST, port=port, log_level="warning")
