"""What commands have in common: options, the lakehouse that they open, and how their errors are printed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def settings_of(home: Path | None, raw: Path | None = None, mappings: list[Path] | None = None) -> Settings:
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
    home: Path | None, raw: Path | None = None, mappings: list[Path] | None = None
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
    except Exception as error:
        from pipelines.engine_errors import plain

        told = plain(error, settings)
        if told is None:
            raise
        raise told from error


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print an error that is meant to be read, without a trace, and exit with its code."""
    try:
        yield
    except VermeilError as error:
        wrong_use = isinstance(error, SettingsError | SourceError)
        typer.secho(f"vermeil: {error}", err=True, fg=typer.colors.RED)
        if os.environ.get("VERMEIL_DEBUG"):
            raise
        raise typer.Exit(2 if wrong_use else 1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except Exception as error:
        if not is_out_of_space(error):
            raise
        said = "the disk is full. Nothing of the batch at hand was published: free some space and run again."
        typer.secho(f"vermeil: {said}", err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from None
