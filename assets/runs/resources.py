"""What the assets of one run share: the open lakehouse, and what the run was asked to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from dagster import ConfigurableResource, DagsterEventType, DagsterInstance, InitResourceContext
from pydantic import Field, PrivateAttr

from assets.record.storage import kept_open
from expectations import validate
from pipelines.delta.releases import Draft
from pipelines.erasure.redactions import sweep
from pipelines.flow.steps import Run
from pipelines.lakehouse import Lakehouse
from pipelines.settings import raw_folder


class LakehouseResource(ConfigurableResource[Any]):
    """A lakehouse, opened once for a run and held for writing until the run ends."""

    home: str | None = Field(
        default=None,
        description="Folder that holds lakehouse/ and raw/. By default what VERMEIL_HOME says, or ./data.",
    )

    _lake: Lakehouse | None = PrivateAttr(default=None)
    _draft: Draft | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator[LakehouseResource]:
        """Open the lakehouse for a run; a second writer waits as the settings say, or is refused with a clear error.

        A run of which a step failed releases nothing: readers keep what they have.
        """
        run = context.run
        command = f"dagster {run.job_name if run else 'run'} {run.run_id[:8] if run else ''}".rstrip()
        quick = kept_open(context.instance) if context.instance is not None else nullcontext()
        with quick, Lakehouse.open(self.home) as lake, lake.writing(command, waiting=_log(context)) as draft:
            self._lake = lake
            self._draft = draft
            yield self
            if run is not None and context.instance is not None:
                draft.held_back |= failed(context.instance, run.run_id)
                draft.complete = materialized(context.instance, run.run_id) >= set(lake.tables)

    @property
    def draft(self) -> Draft:
        """What this run will release in the end."""
        if self._draft is None:
            raise RuntimeError("the lakehouse is open only while a run executes")
        return self._draft

    @property
    def lake(self) -> Lakehouse:
        """The lakehouse of this run."""
        if self._lake is None:
            raise RuntimeError("the lakehouse is open only while a run executes")
        return self._lake


def failed(instance: DagsterInstance, run_id: str) -> bool:
    """Whether a step of a run failed."""
    return bool(instance.get_records_for_run(run_id, of_type=DagsterEventType.STEP_FAILURE, limit=1).records)


def materialized(instance: DagsterInstance, run_id: str) -> set[str]:
    """Names of the tables that a run brought up to date."""
    events = instance.get_records_for_run(run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION).records
    keys = (
        event.event_log_entry.dagster_event.asset_key
        for event in events
        if event.event_log_entry.dagster_event
    )
    return {".".join(key.path) for key in keys if key}


def _log(context: InitResourceContext) -> Callable[[str], None]:
    return context.log.info if context.log else lambda _: None


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

    def raw_dir(self, lake: Lakehouse) -> Path | str:
        """The folder of raw files of this run."""
        return raw_folder(self.raw) if self.raw else lake.settings.raw_dir

    def run(self, lake: Lakehouse) -> Run:
        """What the flow is given."""
        return Run(self.raw_dir(lake), validate, sweep)
