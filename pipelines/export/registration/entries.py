"""Which tables a reader is told of, what they are called there, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.delta import remote, storage
from pipelines.errors import LakehouseError, SettingsError
from pipelines.table import Table

if TYPE_CHECKING:
    from pipelines.lakehouse import Lakehouse

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_IS_S3 = re.compile(r"^s3[an]?://")


@dataclass(frozen=True)
class Entry:
    """A table as a reader is told of it.

    Attributes:
        table: as it is declared.
        schema: what its schema is called there.
        uri: where it lies: an absolute path, or a URL.
    """

    table: Table
    schema: str
    uri: str


@dataclass(frozen=True)
class Catalog:
    """What a reader is told.

    Attributes:
        name: what the catalog is called, where a reader has several.
        root: where the lakehouse lies: an absolute path, or a URL.
        entries: its tables.
        missing: names of tables that nothing was published to yet, of which no reader is told.
        endpoint: address of the object store, where it is not Amazon's own.
        region: region of the object store.
    """

    name: str
    root: str
    entries: tuple[Entry, ...]
    missing: tuple[str, ...] = ()
    endpoint: str | None = field(default=None, kw_only=True)
    region: str | None = field(default=None, kw_only=True)

    @property
    def schemas(self) -> tuple[str, ...]:
        """Names of the schemas, each once."""
        return tuple(dict.fromkeys(entry.schema for entry in self.entries))

    @property
    def is_s3(self) -> bool:
        """Whether it lies in an object store that speaks S3."""
        return _IS_S3.match(self.root) is not None


def entries(lake: Lakehouse, layers: Sequence[str], *, prefix: str = "", name: str = "vermeil") -> Catalog:
    """What a reader is told of some layers of a lakehouse.

    Args:
        lake: where the tables are.
        layers: which layers.
        prefix: put before the layer to name its schema.
        name: what the catalog is called.

    Raises:
        SettingsError: a name is not made of letters, digits and underscores, or no reader reaches the tables.
        LakehouseError: nothing was published yet.
    """
    for said, text in (("--prefix", prefix), ("--catalog", name)):
        if text and not _NAME.fullmatch(text):
            raise SettingsError(f"{said}: {text!r} is not made of letters, digits and underscores")
    root = _reached(lake.uri)
    chosen = [table for table in lake.tables.values() if table.layer in layers]
    there = tuple(
        Entry(table, f"{prefix}{table.layer}", storage.join(root, table.layer, table.short_name))
        for table in chosen
        if lake.exists(table.name)
    )
    if not there:
        raise LakehouseError(f"nothing was published to {' or '.join(layers)} at {lake.uri} yet: vermeil run")
    told = {entry.table.name for entry in there}
    return Catalog(
        name,
        root,
        there,
        tuple(table.name for table in chosen if table.name not in told),
        endpoint=remote.endpoint(),  # what a person gave to delta-rs stands in the environment by now
        region=remote.region(),
    )


def moved_in(uri: str, scheme: str) -> str:
    """The same place of an object store under another name of its protocol: ``s3a`` for ``s3``, say."""
    return f"{scheme}://{uri.partition('://')[2]}"


def _reached(uri: str) -> str:
    """A lakehouse's place as readers name it.

    Raises:
        SettingsError: it lies where not all of them can be told to look.
    """
    scheme = urlsplit(uri).scheme if "://" in uri else "file"
    if scheme == "file":
        return uri.removeprefix("file://")
    if not _IS_S3.match(uri):
        raise SettingsError(
            f"tables at {uri} cannot be written down for other readers: a path or an s3:// address is expected"
        )
    return moved_in(uri, "s3")
