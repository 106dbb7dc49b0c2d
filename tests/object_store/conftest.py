"""An object store for each test; without the server's program they are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.object_store.server import Store, binary, served


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty object store, which the environment names as that of AWS."""
    if binary() is None:
        pytest.skip("no versitygw: make object-store builds it, or put it on the path")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with served(tmp_path / "store") as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found
