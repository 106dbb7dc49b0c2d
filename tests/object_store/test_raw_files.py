"""Raw files in an object store, and tables on a disk: listed, known again, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.bronze.files import identified, list_files, open_bounded
from pipelines.flow import ingest
from pipelines.flow.records import take_in
from pipelines.flow.verdict import accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.simulate import Simulation, simulate
from tests.object_store.proxy import by_kind
from tests.object_store.server import Store
from tests.object_store.uploads import upload

pytestmark = pytest.mark.skipif(
    load_settings().engine != "embedded", reason="requests of this process are counted"
)


def test_a_file_is_fetched_once_and_known_again(store: Store, tmp_path: Path) -> None:
    simulate(Simulation(days=1, payments_per_day=4, accounts=1), tmp_path / "raw", tmp_path / "truth")
    files = upload(tmp_path / "raw", store.url("raw"))
    with Lakehouse.open(tmp_path, raw=store.url("raw")) as lake:
        store.proxy.forget()
        listing = list_files(lake.settings.raw_dir, lake.sources)
        assert len(listing.files) == files
        fresh = ingest.plan(lake, listing)
        batch = ingest.stage(lake, lake.sources.of(fresh[0].source), fresh, 1)
        assert not batch.missing
        take_in(lake, batch, accept_all)
        assert by_kind(store.proxy.seen) == {"LIST": 1, "GET": files}
        assert ingest.plan(lake, list_files(lake.settings.raw_dir, lake.sources)) == []
        assert {row["etag"] for row in lake.arrow(ingest.FILES, ["etag"]).to_pylist()} == {
            one.etag for one in fresh
        }


def test_what_is_no_raw_file_is_passed_over(store: Store, tmp_path: Path) -> None:
    for name in ("a.ndjson", ".hidden/b.ndjson", "_part/c.ndjson", "notes.txt", "sub/.d.ndjson"):
        (path := tmp_path / "raw" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n", encoding="utf-8")
    upload(tmp_path / "raw", store.url("raw"))
    with Lakehouse.open(tmp_path, raw=store.url("raw")) as lake:
        listing = list_files(lake.settings.raw_dir, lake.sources)
        assert [file.file for file in listing.files] == ["a.ndjson"]
        assert list(listing.ignored) == ["notes.txt"]


def test_a_copy_holds_what_the_object_holds(store: Store, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.ndjson").write_text("{}\n", encoding="utf-8")
    upload(tmp_path / "raw", store.url("raw"))
    with Lakehouse.open(tmp_path, raw=store.url("raw")) as lake:
        (file,) = list_files(lake.settings.raw_dir, lake.sources).files
    kept, read = identified(file, tmp_path / "copies"), identified(file)
    assert kept.sha256 == read.sha256
    assert kept.file_id == read.file_id
    with open_bounded(kept) as one, open_bounded(read) as other:
        assert one.read() == other.read() == b"{}\n"
