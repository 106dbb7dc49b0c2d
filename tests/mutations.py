"""Records as nobody meant them: good ones with their structure, their values or their bytes changed at random."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from frames import Json, envelope, event
from hostile import CODE

VALUES: tuple[Any, ...] = (
    *(
        None,
        "",
        0,
        1,
        -1,
        10**18,
        2**63,
        -(2**70),
        0.5,
        1e300,
        True,
        False,
        "true",
        "0",
        "x" * 1_000,
        " ",
        "2026-01-01",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"id": "ch_other"},
        {"id": {"id": 1}},
        {"": ""},
        [{"type": "authorized"}],
        "usd",
        "jpy",
    ),
    *CODE,
)
"""What a mutation puts in the place of a value."""

RAW = (
    b"\x00",
    b"\xff",
    b"\\u0000",
    b"\\ud800",
    b'"',
    b"{",
    b"]",
    b",",
    b"\\",
    b"9" * 400,
    b"1e999",
    b"-0",
    b"\n",
    b"\xef\xbb\xbf",
)
"""What a mutation puts between the bytes of a record."""


def mutants(random: Random, subjects: Sequence[Json]) -> Iterator[bytes]:
    """Lines without end: each a record of some shape, changed in up to four places, and one in five damaged."""
    number = 0
    while True:
        number += 1
        subject = copy.deepcopy(random.choice(subjects))
        for _ in range(random.randint(0, 4)):
            _mutate(random, subject)
        whole: Json = event(subject, f"{subject.get('object')}.updated", event_id=f"evt_{number}")
        shape = random.random()
        if shape < 0.1:
            _mutate(random, whole)
        document = subject if shape < 0.2 else envelope(whole) if shape < 0.35 and "type" in whole else whole
        yield _damaged(
            random, json.dumps(document, ensure_ascii=random.random() < 0.5).encode("utf-8", "replace")
        )


def _mutate(random: Random, document: Json) -> None:
    """Change one value, anywhere in a document, or where it stands."""
    place, name = random.choice(list(_places(document)))
    value = place[name]
    match random.randrange(6):
        case 0:
            del place[name]
        case 1 if isinstance(place, dict):
            place[f"{name}_new"] = place.pop(name)
        case 2:
            place[name] = {"id": value} if random.random() < 0.5 else [value]
        case 3:
            place[name] = json.dumps(value)
        case _:
            place[name] = copy.deepcopy(random.choice(VALUES))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its name or number there."""
    if not value:
        return
    for name, below in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, name
        if isinstance(below, dict | list):
            yield from _places(below)


def _damaged(random: Random, line: bytes) -> bytes:
    """The bytes of a record, one in five of them damaged."""
    if random.random() > 0.2:
        return line
    at = random.randrange(len(line) + 1)
    match random.randrange(4):
        case 0:
            return line[:at]
        case 1:
            return line[:at] + line[at + random.randint(1, 40) :]
        case 2:
            return line[:at] + random.choice(RAW) + line[at:]
        case _:
            return line[:at] + line[: random.randint(0, len(line))]
