"""What commands have in common: options, the lakehouse that they open, and how their errors are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from pipelines.errors import SettingsError, SourceError, VermeilError, is_out_of_space

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse
    from pipelines.settings import Settings

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of raw/, lakehouse/ and reports/. Default: VERMEIL_HOME, or ./data.",
        show_default=False,
    ),
]
Mapping = Annotated[
    list[Path] | None,
    typer.Option(
        "--mapping",
        help="A source mapping beside those of VERMEIL_SOURCES; may be given again.",
        show_default=False,
    ),
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        help="Seconds to wait while another process writes. Default: VERMEIL_WAIT, or 0.",
        min=0,
        show_default=False,
    ),
]


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Raw = Annotated[
    str | None,
    typer.Option(
        help="Folder of raw files, or its URL in an object store. Default: `<home>/raw`.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def settings_of(home: Path | None, raw: str | None = None, mappings: list[Path] | None = None) -> Settings:
    """The settings of the environment, with what the options of a command say on top.

    Raises:
        SettingsError: one cannot be used.
    """
    from pipelines.settings import load_settings

    settings = load_settings({"home": home, "raw": raw})
    if not mappings:
        return settings
    files = os.pathsep.join(map(str, [*settings.source_files, *mappings]))
    return load_settings({"home": home, "raw": raw, "sources": files})


@contextmanager
def opened(
    home: Path | None, raw: str | None = None, mappings: list[Path] | None = None
) -> Iterator[Lakehouse]:
    """The lakehouse that a command works on; errors are printed as :func:`plain_errors` does."""
    from pipelines.catalog import all_tables
    from pipelines.lakehouse import Lakehouse

    with plain_errors():
        settings = settings_of(home, raw, mappings)
        with plain_engine(settings), Lakehouse(settings, all_tables()) as lake:
            yield lake


@contextmanager
def plain_engine(settings: Settings) -> Iterator[None]:
    """Say an engine's error in one line, in place of its trace in two languages.

    Raises:
        EngineError: the engine failed; the message says where, and what to do.
    """
    try:
        yield
    except BaseException as error:  # a panic in Rust is no Exception
        from pipelines.delta.engine_errors import plain

        told = plain(error, settings)
        if told is None:
            raise
        raise told from error


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print an error in one line, without a trace, and exit with its code: 2 for wrong use, else 1."""
    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except (typer.Exit, typer.Abort, TyperException):
        raise  # the command line's own way to end
    except Exception as error:
        typer.secho(f"vermeil: {_said(error)}", err=True, fg=typer.colors.RED)
        if os.environ.get("VERMEIL_DEBUG"):
            raise
        raise typer.Exit(2 if isinstance(error, SettingsError | SourceError) else 1) from None


def _said(error: Exception) -> str:
    if isinstance(error, VermeilError):
        return str(error)
    if is_out_of_space(error):
        return "the disk is full. Nothing of the batch at hand was published: free some space and run again."
    from pipelines.delta.engine_errors import place, telling

    if isinstance(error, OSError) and error.filename and error.strerror:
        return (
            f"{place(error)}{error.filename}: {error.strerror.lower()}. See that it is there, and that this user may "
            "read and write it"
        )
    return (
        f"{place(error)}{type(error).__name__}: {telling(error)}. This is a fault of Vermeil's own; no table is left "
        "half written. vermeil --debug shows all of it: please report it"
    )
