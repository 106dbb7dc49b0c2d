"""What other readers are told of the tables, and what of them may be in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot

from pipelines.catalog import all_tables
from pipelines.errors import LakehouseError, SettingsError
from pipelines.export.registration import READERS, Catalog, Entry, entries, unity_catalog
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.table import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DAYS = all_tables()["gold.payments_daily"]
ODD = Table(
    "gold.order",
    'One row per order; it\'s 100 % "odd"\nBODY\n$(reboot) `reboot`',
    ("select",),
    (
        Column("select", "string", "A name that is a word of SQL."),
        Column("amount_minor", "bigint", "An amount."),
        Column("share", "double", "A number."),
        Column("is_so", "boolean", "A truth."),
        Column("at", "timestamp", "A moment."),
        Column("date", "date", "A day."),
        Column("bytes", "binary", "Bytes."),
    ),
)
TABLES = {table.name: table for table in (ODD, DAYS, all_tables()["silver.charges"])}


def at(root: str, **more: Any) -> Catalog:
    """A catalog of two tables that lie somewhere."""
    return Catalog(
        "vermeil",
        root,
        (
            Entry(ODD, "my_gold", f"{root}/gold/order"),
            Entry(TABLES["silver.charges"], "my_silver", f"{root}/silver/charges"),
        ),
        **more,
    )


LOCAL, S3 = at("/srv/o'hara lake/lakehouse"), at("s3://payments/vermeil/lakehouse", region="eu-central-1")


def script(reader: str, catalog: Catalog) -> str:
    return list(READERS[reader](catalog).values())[-1]


@pytest.mark.parametrize("catalog", [LOCAL, S3], ids=["local", "s3"])
@pytest.mark.parametrize("reader", ["trino", "spark", "duckdb"])
def test_every_statement_is_one_of_the_readers_language(reader: str, catalog: Catalog) -> None:
    found = [one for one in sqlglot.parse(script(reader, catalog), dialect=reader) if one]
    schemas = [one for one in found if one.args.get("kind") == "SCHEMA"]
    assert len(schemas) == 2
    assert all(one.args["exists"] for one in schemas)


def test_trino_is_told_places_within_what_it_sees() -> None:
    files = READERS["trino"](LOCAL)
    assert list(files) == ["vermeil.properties", "trino.sql"]
    properties = files["vermeil.properties"].splitlines()
    assert "local.location=/srv/o'hara lake" in properties
    assert "hive.metastore.catalog.dir=local:///trino_metastore" in properties
    calls = [line for line in files["trino.sql"].splitlines() if line.startswith("CALL")]
    assert calls == [
        "CALL \"vermeil\".system.register_table('my_gold', 'order', 'local:///lakehouse/gold/order');",
        "CALL \"vermeil\".system.register_table('my_silver', 'charges', 'local:///lakehouse/silver/charges');",
    ]


@pytest.mark.parametrize(
    ("root", "metastore"),
    [
        ("s3://payments", "s3://payments/trino_metastore"),
        ("s3://payments/lakehouse", "s3://payments/trino_metastore"),
        ("s3://payments/a/lakehouse", "s3://payments/a/trino_metastore"),
    ],
)
def test_trinos_own_files_lie_beside_the_lakehouse(root: str, metastore: str) -> None:
    properties = READERS["trino"](at(root))["vermeil.properties"].splitlines()
    assert f"hive.metastore.catalog.dir={metastore}" in properties
    assert "fs.native-s3.enabled=true" in properties


def test_each_reader_has_the_object_store_under_the_name_that_it_knows() -> None:
    there = at("s3://payments/lakehouse", endpoint="http://127.0.0.1:7070", region="us-east-1")
    assert "LOCATION 's3a://payments/lakehouse/gold/order'" in script("spark", there)
    assert "delta_scan('s3://payments/lakehouse/gold/order')" in script("duckdb", there)
    assert "ENDPOINT '127.0.0.1:7070', URL_STYLE 'path', USE_SSL false" in script("duckdb", there)
    assert "'s3://payments/lakehouse/gold/order'" in script("trino", there)
    properties = READERS["trino"](there)["vermeil.properties"].splitlines()
    assert {"s3.endpoint=http://127.0.0.1:7070", "s3.path-style-access=true"} <= set(properties)
    assert dict(unity_catalog.requests(there))["tables"]["storage_location"].startswith("s3://payments/")


def test_a_place_that_has_quotes_stays_one_text() -> None:
    assert "LOCATION 'file:///srv/o\\'hara lake/lakehouse/gold/order'" in script("spark", LOCAL)
    assert "delta_scan('file:///srv/o''hara lake/lakehouse/gold/order')" in script("duckdb", LOCAL)


def test_no_key_of_the_object_store_is_written_down(
    tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    for name in keys:
        monkeypatch.setenv(name, "CANARY")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://store.example")
    options = dict.fromkeys(map(str.lower, keys), "CANARY")
    settings = load_settings({"home": tmp_path, "storage_options": options})
    with Lakehouse(settings, TABLES, spark) as lake:
        lake.create("gold.order")
        found = entries(lake, ["gold"])
        assert (found.region, found.endpoint) == ("eu-west-1", "https://store.example")
        for place in (found, replace(found, root="s3://payments")):
            texts = [text for files in READERS.values() for text in files(place).values()]
            assert not [text for text in texts if "CANARY" in text]


def test_only_what_was_published_to_is_told_and_the_rest_is_named(
    tmp_path: Path, spark: SparkSession
) -> None:
    with Lakehouse(load_settings({"home": tmp_path}), TABLES, spark) as lake:
        with pytest.raises(LakehouseError, match=r"nothing was published to silver or gold at .* yet"):
            entries(lake, ["silver", "gold"])
        lake.create("gold.order")
        found = entries(lake, ["silver", "gold"], prefix="acme_")
    assert [(one.schema, one.uri) for one in found.entries] == [("acme_gold", lake.table_uri("gold.order"))]
    assert found.missing == ("gold.payments_daily", "silver.charges")


@pytest.mark.parametrize(
    ("lakehouse", "options", "said"),
    [
        (None, {"prefix": "a b"}, "--prefix: 'a b' is not made of letters"),
        (None, {"name": '"; drop'}, "--catalog: .* is not made of letters"),
        ("hdfs://name/lake", {}, r"tables at hdfs://name/lake cannot be written down"),
    ],
)
def test_what_no_reader_could_be_told_is_refused(
    lakehouse: str | None, options: dict[str, str], said: str, tmp_path: Path, spark: SparkSession
) -> None:
    with Lakehouse(load_settings({"home": tmp_path}), TABLES, spark) as lake:
        lake.uri = lakehouse or lake.uri
        with pytest.raises(SettingsError, match=said):
            entries(lake, ["gold"], **options)


def test_unity_catalog_is_told_columns_with_their_types_and_meanings() -> None:
    *_, (_, body), _ = unity_catalog.requests(LOCAL)
    assert body["storage_location"] == "file:///srv/o%27hara%20lake/lakehouse/gold/order"
    kinds = {one["name"]: (one["type_name"], one["type_text"]) for one in body["columns"]}
    assert kinds == {
        "select": ("STRING", "string"),
        "amount_minor": ("LONG", "bigint"),
        "share": ("DOUBLE", "double"),
        "is_so": ("BOOLEAN", "boolean"),
        "at": ("TIMESTAMP", "timestamp"),
        "date": ("DATE", "date"),
        "bytes": ("BINARY", "binary"),
    }
    assert [one["position"] for one in body["columns"]] == list(range(7))
    field = json.loads(body["columns"][1]["type_json"])
    assert field == {
        "name": "amount_minor", "type": "long", "nullable": True, "metadata": {"comment": "An amount."}
    }  # fmt: skip


@dataclass
class Unity:
    """A stand-in for Unity Catalog's server: it keeps what is created, and refuses to create it twice."""

    url: str = ""
    created: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str | None] = field(default_factory=set)
    refuse: str = ""


@contextmanager
def unity() -> Iterator[Unity]:
    kept = Unity()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.tokens.add(self.headers.get("Authorization"))
            kind = self.path.rpartition("/")[2]
            name = ".".join(
                [kind, *(body[part] for part in ("catalog_name", "schema_name", "name") if part in body)]
            )
            if kept.refuse and kind == kept.refuse:
                self._answer(403, {"error_code": "PERMISSION_DENIED", "message": "not yours"})
            elif name in kept.created:
                self._answer(400, {"error_code": f"{kind.upper()[:-1]}_ALREADY_EXISTS", "message": name})
            else:
                kept.created[name] = body
                self._answer(200, body)

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


def registered(file: Path, server: Unity, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "UNITY_CATALOG_URL": server.url, **more}
    return subprocess.run(["sh", file], env=environment, capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the script calls curl, which is not installed")
def test_unity_catalogs_script_creates_what_it_says_once_however_often_it_is_run(tmp_path: Path) -> None:
    file = tmp_path / "unity_catalog.sh"
    file.write_text(script("unity", LOCAL))
    with unity() as server:
        for _ in range(2):
            done = registered(file, server, UNITY_CATALOG_TOKEN="a token")
            assert (done.returncode, done.stderr) == (0, "")
        assert list(server.created) == [
            "catalogs.vermeil",
            "schemas.vermeil.my_gold",
            "schemas.vermeil.my_silver",
            "tables.vermeil.my_gold.order",
            "tables.vermeil.my_silver.charges",
        ]
        assert server.created["tables.vermeil.my_gold.order"]["comment"] == ODD.doc
        assert server.tokens == {"Bearer a token"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="the script calls curl, which is not installed")
def test_unity_catalogs_script_stops_with_what_the_server_says(tmp_path: Path) -> None:
    file = tmp_path / "unity_catalog.sh"
    file.write_text(script("unity", LOCAL))
    with unity() as server:
        server.refuse = "tables"
        done = registered(file, server)
    assert done.returncode == 1
    assert "tables: the server answered 403" in done.stderr
    assert "not yours" in done.stderr
    assert server.tokens == {None}
    assert not [name for name in server.created if name.startswith("tables")]
