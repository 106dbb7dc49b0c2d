"""What the assets of one run share: the open lakehouse, and what the run was asked to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import ConfigurableResource, InitResourceContext
from pydantic import Field, PrivateAttr

from pipelines import Lakehouse


class LakehouseResource(ConfigurableResource[Any]):
    """A lakehouse, opened once for a run and held for writing until the run ends."""

    home: str | None = Field(
        default=None,
        description="Folder that holds lakehouse/ and raw/. By default what VERMEIL_HOME says, or ./data.",
    )

    _lake: Lakehouse | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[LakehouseResource]:
        """Open the lakehouse for a run; a second writer is refused with a clear error."""
        del context
        with Lakehouse.open(self.home) as lake, lake.writing():
            self._lake = lake
            yield self

    @property
    def lake(self) -> Lakehouse:
        """The lakehouse of this run."""
        if self._lake is None:
            raise RuntimeError("the lakehouse is open only while a run executes")
        return self._lake


class RefreshOptions(ConfigurableResource[None]):
    """What a run is asked to do, for all of its assets at once."""

    raw: str | None = Field(
        default=None,
        description="Folder of raw files to take in. By default what VERMEIL_RAW says, or raw/ in the home.",
    )
    full_refresh: bool = Field(
        default=False,
        description="Rebuild the selected silver and gold tables from all that they are made from.",
    )

    def raw_dir(self, lake: Lakehouse) -> Path:
        """The folder of raw files of this run."""
        return Path(self.raw) if self.raw else lake.settings.raw_dir
