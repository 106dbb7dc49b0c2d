"""A plain reader of simulated archives."""

import bz2
import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from pipelines.simulate import Simulation, Summary, simulate

Json = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A simulated archive on disk."""

    folder: Path
    truth: Path
    summary: Summary

    def lines(self) -> Iterator[tuple[Path, bytes]]:
        """Every line of every event file, blank ones too, in order of the files' names."""
        for path in sorted((self.folder / "events").rglob("events-*")):
            for line in read(path).split(b"\n")[:-1]:
                yield path, line

    @cached_property
    def events(self) -> list[Json]:
        """Every readable event, out of its envelope."""
        return [unwrapped(event) for _, line in self.lines() if (event := parsed(line)) is not None]

    def objects(self, kind: str) -> list[tuple[str | None, Json]]:
        """(account, object) of every object of a kind, in order of the days."""
        paths = (self.folder / "objects" / kind).rglob("*.*")
        found = [path for path in paths if path.is_file()]
        return [
            (account_of(path), body)
            for path in sorted(found, key=lambda path: path.parent.name)
            for body in bodies(path)
        ]

    def frauds(self) -> list[dict[str, str]]:
        with (self.truth / "frauds.csv").open(newline="") as file:
            return list(csv.DictReader(file))


def make(folder: Path, **settings: Any) -> Made:
    raw, truth = folder / "raw", folder / "truth"
    return Made(raw, truth, simulate(Simulation(**settings), raw, truth))


def read(path: Path) -> bytes:
    opened = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix)
    if opened is None:
        return path.read_bytes()
    with opened(path, "rb") as file:
        return bytes(file.read())


def parsed(line: bytes) -> Json | None:
    try:
        value: Json = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value


def unwrapped(event: Json) -> Json:
    detail: Json = event.get("detail", event)
    return detail


def account_of(path: Path) -> str | None:
    parts = [part for part in path.parts if part.startswith("account=")]
    return parts[0].removeprefix("account=") if parts else None


def bodies(path: Path) -> Iterator[Json]:
    """The objects of an NDJSON file, or of one or more list pages printed one after the other."""
    text, decoder, at = read(path).decode(), json.JSONDecoder(), 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield from value["data"] if value["object"] == "list" else [value]
        while at < len(text) and text[at].isspace():
            at += 1
