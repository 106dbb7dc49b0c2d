"""An archive in two parts, and what the embedded engine makes of it, for all that a cluster is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pipelines.simulate import Simulation, simulate
from tests.cluster.standalone import Cluster, standalone
from tests.engine_runs import NEEDS_DELTA

SMALL = Simulation(seed=11, days=10, payments_per_day=5, accounts=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Clusters run one at a time, and only where Spark and Delta can be had."""
    for item in items:
        if Path(__file__).parent in item.path.parents and "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker(NEEDS_DELTA)
            item.add_marker(pytest.mark.xdist_group("cluster"))


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "raw"
    simulate(SMALL, folder, folder.with_name("truth"))
    return folder


@pytest.fixture(scope="session")
def halves(archive: Path) -> Sequence[Sequence[Path]]:
    """The files of the archive in two parts, each with something of every kind and time."""
    files = sorted(path for path in archive.rglob("*") if path.is_file())
    return files[::2], files[1::2]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A master and two workers of one core and two gigabytes each."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with standalone(folder) as found:
        yield found
