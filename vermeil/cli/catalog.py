"""``vermeil catalog``: what tells other readers of Delta where the tables are."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vermeil.cli.shared import Home, opened


class Reader(StrEnum):
    """Who can be told."""

    TRINO = "trino"
    SPARK = "spark"
    DUCKDB = "duckdb"
    UNITY = "unity"


class Layer(StrEnum):
    """Which layers there are."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


To = Annotated[
    list[Reader] | None,
    typer.Option("--to", help="Who is told; may be given again. Default: all.", show_default=False),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder to write the files into. Default: one reader's script on standard output.",
        show_default=False,
    ),
]
Layers = Annotated[
    list[Layer] | None,
    typer.Option(
        "--layer", help="A layer; may be given again. Default: silver and gold.", show_default=False
    ),
]
Prefix = Annotated[str, typer.Option(help="Put before a layer's name to name its schema.")]
Name = Annotated[str, typer.Option("--catalog", help="Name of the catalog, in Trino and Unity Catalog.")]


def catalog(
    to: To = None,
    out: Out = None,
    layer: Layers = None,
    prefix: Prefix = "",
    name: Name = "vermeil",
    home: Home = None,
) -> None:
    """Write what registers the tables with other readers: Trino, Spark SQL, DuckDB, Unity Catalog's open-source server.

    For example: vermeil catalog --to duckdb | duckdb lake.duckdb
    """
    from pipelines.errors import SettingsError
    from pipelines.export.registration import READERS, entries
    from vermeil.cli import output

    readers = to or list(Reader)
    layers = [one.value for one in layer or (Layer.SILVER, Layer.GOLD)]
    with opened(home) as lake:
        if out is None and len(readers) != 1:
            raise SettingsError("name one reader with --to, or a folder for the files of all with --out")
        found = entries(lake, layers, prefix=prefix, name=name)
        texts: dict[str, str] = {}
        for reader in readers:
            texts |= READERS[reader.value](found)
        if out is None:
            typer.echo(_script(texts), nl=False)
        else:
            _write(out, texts)
    if found.missing:
        output.tell(f"left out, since nothing was published to them yet: {', '.join(found.missing)}")


def _script(texts: Mapping[str, str]) -> str:
    """What registers the tables; what has to be in other files stands before it, as comments."""
    *before, script = texts.items()
    lines = [f"-- {line}" for name, text in before for line in (f"{name}:", *text.splitlines())]
    return "\n".join([*lines, script[1]])


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(folder / name)
