"""Each raw file belongs to exactly one source."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.bronze.files import list_files
from pipelines.errors import SettingsError, SourceError
from pipelines.settings import load_settings
from pipelines.sources.mapping import load_sources, stripe
from pipelines.sources.source import Source, Sources, pattern_fault


def source(name: str, *files: str, suffixes: tuple[str, ...] = ()) -> Source:
    given = {"source": name, "doc": name, "account": name, "event_order": []}
    return Source(**given, files=list(files), suffixes=list(suffixes))


@pytest.mark.parametrize(
    ("pattern", "file", "claimed"),
    [
        ("acme/*.csv", "acme/a.csv", True),
        ("acme/*.csv", "acme/a.csv.gz", True),
        ("acme/*.csv", "acme/a.csv.zip", False),
        ("acme/*.csv", "acme/deep/a.csv", False),
        ("acme/**/*.csv", "acme/a.csv", True),
        ("acme/**/*.csv", "acme/x/y/a.csv", True),
        ("**/*.csv", "a.csv", True),
        ("a?.csv", "a1.csv", True),
        ("a?.csv", "a/.csv", False),
        ("a+(1).csv", "a+(1).csv", True),
        ("a+(1).csv", "aa1.csv", False),
    ],
)
def test_a_pattern_claims_files_below_the_raw_folder(pattern: str, file: str, claimed: bool) -> None:
    assert source("acme", pattern).claims(file) is claimed


@pytest.mark.parametrize(
    "pattern",
    ["", "/etc/*.csv", "../*.csv", "a/../../b.csv", "./a.csv", "~/a.csv", "C:/a.csv", "a\\b.csv", "a//b.csv"],
)
def test_a_pattern_that_leaves_the_raw_folder_is_refused(pattern: str) -> None:
    assert pattern_fault(pattern) is not None


def test_the_files_of_no_mapping_are_those_of_stripe(tmp_path: Path) -> None:
    sources = Sources((source("acme", "acme/*.json"), source("ledger", suffixes=(".jsonl",))), stripe().rest)
    for name in ("acme/a.json", "b.json", "c.jsonl.gz", "acme/d.ndjson", "acme/e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"{}")
    listing = list_files(tmp_path, sources)
    assert {file.file: file.source for file in listing.files} == {
        "acme/a.json": "acme",
        "b.json": "stripe",
        "c.jsonl.gz": "ledger",
        "acme/d.ndjson": "stripe",
    }
    assert list(listing.ignored) == ["acme/e.txt"]


def test_two_sources_that_claim_one_file_are_named_with_it() -> None:
    sources = Sources((source("one", "a/*.csv"), source("two", "**/*.csv")), stripe().rest)
    with pytest.raises(SourceError, match=r"a/x\.csv: claimed by the sources one and two"):
        sources.claiming("a/x.csv")


MAPPING = "source: {name}\ndoc: D.\nfiles: ['{name}/*.json']\naccount: a\nevent_order: []\n"


def test_mappings_are_found_in_the_home_and_where_the_setting_says(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "sources" / "acme.yaml").write_text(MAPPING.format(name="acme"))
    (tmp_path / "other" / "bank.yml").write_text(MAPPING.format(name="bank"))

    def names(**settings: str) -> list[str]:
        found = load_settings({"home": str(tmp_path), **settings})
        return [one.source for one in load_sources(found.source_files)]

    assert names() == ["acme", "stripe"]
    assert names(sources=str(tmp_path / "other")) == ["bank", "stripe"]
    both = f"{tmp_path}/other/bank.yml:{tmp_path}/sources"
    assert names(sources=both) == ["bank", "acme", "stripe"]
    with pytest.raises(SettingsError, match=r"VERMEIL_SOURCES: .*none does not exist"):
        names(sources=str(tmp_path / "none"))


def test_a_name_is_given_to_one_source_alone(tmp_path: Path) -> None:
    for name, content in (("a", "acme"), ("b", "acme"), ("c", "stripe")):
        (tmp_path / f"{name}.yaml").write_text(MAPPING.format(name=content))
    with pytest.raises(SourceError, match=r"b\.yaml: source: 'acme' is also the name of .*a\.yaml"):
        load_sources([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    with pytest.raises(
        SourceError, match=r"c\.yaml: source: 'stripe' is the mapping that comes with Vermeil"
    ):
        load_sources([tmp_path / "c.yaml"])


def test_a_record_of_a_source_without_a_mapping_is_named() -> None:
    with pytest.raises(SourceError, match=r"records of source 'acme', and no mapping of that name is loaded"):
        stripe().of("acme")
