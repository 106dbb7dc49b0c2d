from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.delta.engine import engine_of
from pipelines.delta.spark_settings import CLUSTER_CONF, LOCAL_CONF, delta_package, spark_conf
from pipelines.errors import SettingsError
from pipelines.settings import load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "ENGINE", "SPARK_CONF", "LAKEHOUSE", "RAW", "STORAGE_OPTIONS", "BATCH_BYTES"):
        monkeypatch.delenv(f"VERMEIL_{name}", raising=False)


def test_everything_lies_below_the_home_by_default(tmp_path: Path) -> None:
    settings = load_settings({"home": tmp_path})
    assert settings.raw_dir == tmp_path / "raw"
    assert settings.lakehouse_uri == str(tmp_path / "lakehouse")
    assert settings.engine == "embedded"


def test_the_environment_counts_and_what_the_caller_gives_counts_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERMEIL_HOME", "/somewhere")
    monkeypatch.setenv("VERMEIL_ENGINE", "sc://cluster:15002")
    assert load_settings().home == Path("/somewhere")
    assert load_settings({"home": Path("/else")}).home == Path("/else")
    assert load_settings().engine == "sc://cluster:15002"


def test_an_object_store_url_is_kept_as_it_is() -> None:
    assert load_settings({"lakehouse": "s3://bucket/lake"}).lakehouse_uri == "s3://bucket/lake"


@pytest.mark.parametrize("given", ["spar", "sc:/x", "sc", "spark://x:7077", ""])
def test_an_unknown_engine_is_named_with_those_there_are(given: str) -> None:
    with pytest.raises(SettingsError, match=r"VERMEIL_ENGINE: .*embedded, spark, or sc://"):
        engine_of(load_settings({"engine": given}))


def test_spark_settings_come_as_json_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "conf.json"
    file.write_text('{"spark.jars": "/jars/delta.jar", "spark.jars.packages": ""}')
    assert load_settings({"spark_conf": '{"a": 1}'}).spark_conf == {"a": "1"}
    assert load_settings({"spark_conf": str(file)}).spark_conf["spark.jars"] == "/jars/delta.jar"


@pytest.mark.parametrize("given", ["{nope", "[1]", "/no/such/file.json"])
def test_spark_settings_that_cannot_be_read_name_the_variable(given: str) -> None:
    with pytest.raises(SettingsError, match="VERMEIL_SPARK_CONF"):
        load_settings({"spark_conf": given})


def test_a_setting_that_is_overridden_by_nothing_is_left_out() -> None:
    conf = spark_conf({"spark.jars": "/jars/delta.jar", "spark.jars.packages": ""})
    assert "spark.jars.packages" not in conf
    assert conf["spark.jars"] == "/jars/delta.jar"


def test_by_default_the_delta_jar_is_that_of_the_installed_libraries() -> None:
    assert spark_conf({})["spark.jars.packages"] == delta_package() == "io.delta:delta-spark_4.2_2.13:4.4.0"


def test_a_cluster_keeps_its_own_sizes() -> None:
    conf = spark_conf({"spark.master": "spark://elsewhere:7077"})
    assert not set(LOCAL_CONF) & set(conf) - set(CLUSTER_CONF)
    assert conf.items() >= CLUSTER_CONF.items()
