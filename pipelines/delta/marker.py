"""Which Vermeil has written a lakehouse: an older one does not open what a newer one wrote."""

from __future__ import annotations

import json
from importlib.metadata import version

from pipelines.delta import storage
from pipelines.errors import LakehouseError

FORMAT = 1
"""Version of the lakehouse's own conventions. A lakehouse of a greater one is not opened."""

FILE = "_vermeil.json"


def check(root: str) -> None:
    """Make sure that this Vermeil knows the lakehouse.

    Raises:
        LakehouseError: it was written by a newer Vermeil.
    """
    text = storage.read_text(storage.join(root, FILE))
    if text is None:
        return
    found = json.loads(text)
    if found["format"] > FORMAT:
        raise LakehouseError(
            f"the lakehouse at {root} was written by Vermeil {found['vermeil']} (format {found['format']}); this is "
            f"{version('vermeil')}, which knows format {FORMAT}. Install {found['vermeil']} or later."
        )


def leave(root: str) -> None:
    """Say in a new lakehouse which Vermeil has made it."""
    uri = storage.join(root, FILE)
    if storage.read_text(uri) is None:
        storage.make_folder(root)
        storage.write_whole(uri, json.dumps({"format": FORMAT, "vermeil": version("vermeil")}))
