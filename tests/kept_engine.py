"""For tests of what opens sessions of its own, as commands and jobs do."""

from __future__ import annotations

import pytest

from pipelines.settings import load_settings


@pytest.fixture(scope="session", autouse=True)
def engine_that_stays(request: pytest.FixtureRequest) -> None:
    """Start Apache Spark once for all of them, where it is the engine: a start takes seconds."""
    if load_settings().engine == "spark":
        request.getfixturevalue("spark")
