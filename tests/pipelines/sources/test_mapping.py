"""A source mapping that cannot be used says which line is wrong, what is allowed, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import SourceError
from pipelines.sources.mapping import load_source, parse_source, stripe
from pipelines.sources.source import Source

GOOD = """\
source: acme
doc: Exports of Acme.
suffixes: [.json]
account: acct_1ABC
event_order:
  - [created]
  - [updated]
"""
ALLOWED = f"allowed: {', '.join(Source.model_fields)}"
NO_FILES = "m:1: files is missing: say which files it reads, such as files: [acme/*.json]"


def test_the_mapping_of_stripe_can_be_used() -> None:
    assert stripe().rest.source == "stripe"
    assert stripe().rest.suffixes == [".json", ".jsonl", ".ndjson"]


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(GOOD)
    assert load_source(path).account == "acct_1ABC"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "suffixes: [.json]",
            "sufixes: [.json]",
            f"m:3: sufixes: unknown name; {ALLOWED}; did you mean 'suffixes'?",
        ),
        ("suffixes: [.json]", "", NO_FILES),
        ("[.json]", "[json]", "m:3: suffixes: a suffix starts with a dot, such as .ndjson; found 'json'"),
        ("[.json]", "[]", NO_FILES),
        (
            "suffixes: [.json]",
            "files: [../*.json]",
            "m:3: files: a pattern goes down from the raw folder and nowhere else",
        ),
        ("[.json]", ".json", "m:3: suffixes: a list is expected, such as [a, b]"),
        ("[.json]", "[7]", "m:3: suffixes.0: a text is expected"),
        (
            "acme",
            "Acme Inc",
            "m:1: source: lower-case letters, digits and underscores are allowed, a letter first",
        ),
        ("acct_1ABC", "a b", "m:4: account: only letters, digits and underscores are allowed"),
        ("  - [updated]", "  - updated", "m:7: event_order.1: a list is expected, such as [a, b]"),
        ("doc: Exports", "source: b\ndoc: Exports", "m:2: source: is given twice"),
        ("doc: Exports of Acme.", "doc: [", "m:4: not YAML: "),
        (
            "source: acme",
            "\tsource: acme",
            "m:1: not YAML: found character '\\t' that cannot start any token",
        ),
        (GOOD, "", f"m:1: a mapping of names is expected; {ALLOWED}"),
        (GOOD, "- a", f"m:1: a mapping of names is expected; {ALLOWED}"),
        (GOOD, "a\0b", "m:1: not YAML: special characters are not allowed"),
    ],
)
def test_each_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_source(GOOD.replace(old, new), "m")
    assert message in str(raised.value).splitlines() or str(raised.value).startswith(message)


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.yaml: the source mapping cannot be read"):
        load_source(tmp_path / "none.yaml")
