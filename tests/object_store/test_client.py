"""Objects by one client: listed, written on a condition, deleted; and what it is told by the environment."""

from __future__ import annotations

import os

import pytest

from pipelines.delta import remote, storage
from pipelines.errors import LakehouseError
from pipelines.settings import load_settings
from tests.object_store.server import Store


def test_an_object_is_created_once(store: Store) -> None:
    url = store.url("one")
    etag = remote.write(url, b"first", new=True)
    with pytest.raises(remote.Taken):
        remote.write(url, b"second", new=True)
    assert remote.read(url) == b"first"
    assert [(one.key, one.size, one.etag) for one in remote.files(store.url())] == [("one", 5, etag)]


def test_an_object_is_read_only_while_it_is_what_it_was(store: Store) -> None:
    url = store.url("one")
    etag = remote.write(url, b"first")
    assert remote.read(url, 1, 3, etag) == b"ir"
    remote.write(url, b"other")
    with pytest.raises(remote.Taken):
        remote.read(url, etag=etag)


def test_a_folder_goes_with_all_that_is_below_it(store: Store) -> None:
    for name in ("a/b/c.parquet", "a/d.parquet", "ab/e.parquet"):
        remote.write(store.url(name), b"x")
    storage.delete_folder(store.url("a"))
    storage.delete_folder(store.url("never"))
    assert [one.key for one in remote.files(store.url())] == ["ab/e.parquet"]


def test_a_folders_own_marker_is_no_file_and_stops_nothing(store: Store) -> None:
    (store.folder / "a" / "empty").mkdir(parents=True)  # what a client that thinks in folders leaves
    remote.write(store.url("a/b.parquet"), b"x")
    assert storage.parquet_files(store.url("a")) == [store.url("a/b.parquet")]
    storage.delete_folder(store.url("a"))
    assert storage.parquet_files(store.url("a")) == []


def test_what_is_not_there(store: Store) -> None:
    assert storage.read_text(store.url("never")) is None
    assert storage.children(store.url("never")) == []
    assert storage.files(store.url("never")) == []
    storage.delete_file(store.url("never"))


def test_names_are_those_of_urls(store: Store) -> None:
    url = store.url("a b", "ü+%41.json")
    storage.write_text(url, "text")
    assert storage.read_text(url) == "text"
    (found,) = storage.files(store.url("a b"))
    assert found.uri == url
    assert storage.read_text(found.uri) == "text"


def test_a_listing_goes_on_after_a_thousand_and_begins_where_it_is_told(store: Store) -> None:
    folder = store.folder / "many"
    folder.mkdir()
    for number in range(1203):
        (folder / f"{number:04d}.json").write_bytes(b"{}")
    assert len(remote.files(store.url("many"))) == 1203
    assert [one.key for one in remote.files(store.url("many"), after="1200.json")] == [
        "many/1201.json",
        "many/1202.json",
    ]


def test_the_option_of_delta_rs_reaches_all_clients(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("VERMEIL_STORAGE_OPTIONS", '{"aws_region": "us-east-1", "max_retries": "1"}')
    settings = load_settings({"lakehouse": store.url("lakehouse")})
    remote.tell_environment(settings.storage_options)
    assert remote.options(settings)["max_retries"] == "1"
    assert remote.options(settings)["allow_http"] == "true"
    assert os.environ["AWS_REGION"] == "us-east-1"
    remote.write(store.url("one"), b"x")


def test_a_local_lakehouse_is_told_nothing_of_stores() -> None:
    assert remote.options(load_settings()) == {}


def test_a_scheme_that_is_no_store() -> None:
    with pytest.raises(LakehouseError, match="no object store is known by that"):
        remote.files("carrier-pigeon://roof/1")
