"""A cluster that loses workers while tables and raw files lie in an object store: rows are the embedded engine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.faults import FEATURES, MERGING, READING, ran
from tests.cluster.standalone import standalone
from tests.cluster.test_lost_workers_soak import HALF
from tests.engine_runs import NEEDS_DELTA, NEEDS_S3A, done
from tests.object_store.conftest import store as store
from tests.object_store.server import ACCESS_KEY, SECRET_KEY, Store
from tests.object_store.uploads import upload
from tests.same_rows import differing, tables_at
from tests.soak.conftest import figures as figures
from tests.soak.figures import Figures

pytestmark = [
    pytest.mark.soak,
    pytest.mark.engine,
    NEEDS_DELTA,
    pytest.mark.xdist_group("cluster"),
    NEEDS_S3A,
]


def test_every_table_is_equal_though_workers_are_lost(
    store: Store, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    upload(archive, store.url("raw"))
    monkeypatch.setenv("VERMEIL_BATCH_BYTES", str(HALF))
    monkeypatch.setenv("VERMEIL_RAW", store.url("raw"))
    expected = tmp_path / "expected"
    done("embedded", expected, "run")
    monkeypatch.setenv("VERMEIL_LAKEHOUSE", store.url("lakehouse"))
    (tmp_path / "cluster").mkdir()
    what = "a table made in an object store by a cluster three workers of which are killed"
    with standalone(tmp_path / "cluster") as cluster, figures.measured(1, what) as figure:
        figure.tried = len(tables_at(expected / "lakehouse"))
        ended, events = ran(cluster, tmp_path / "home", (), READING, MERGING, FEATURES)
        assert ended.code == 0, ended.err
        assert len(events.removed) >= 3, "fewer executors were lost than were killed"
        wrong = differing(store.folder / "lakehouse", expected / "lakehouse")
        figure.survived = figure.tried - len(wrong)
        assert wrong == []
        logs = [path.read_text("utf-8", "replace") for path in (tmp_path / "home").rglob("*.log")]
        assert logs
        assert not [
            text for text in (ended.out, ended.err, *logs) if SECRET_KEY in text or ACCESS_KEY in text
        ]
