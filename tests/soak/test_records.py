"""Long forms that need records alone: drift, card numbers, hostile files however they are compressed."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from pipelines.privacy.cards import BRANDS, EARLIER, Brands, is_card_number, masked, was_card_number
from tests.frames import Json, read_folder
from tests.hostile import CONTENTS, charge, line
from tests.no_cards import NO_CARDS, record
from tests.pipelines.bronze.test_drift import CASES, CHARGE, SHAPES, found
from tests.soak.figures import Figures, seed_of, size_of

pytestmark = pytest.mark.soak

SEED = seed_of(7)
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def test_every_difference_is_found_among_others(figures: Figures) -> None:
    chance = Random(SEED)
    with figures.measured(5, "a record with one to three differences, all of them named", SEED) as figure:
        for _ in range(size_of("drifts", 50_000)):
            chosen = _of_different_fields(chance)
            subject: Json = deepcopy(CHARGE)
            for case in chosen:
                CASES[case][0](subject)
            shape = chance.choice(list(SHAPES))
            told = {(one["path"], one["kind"]) for one in found(SHAPES[shape](subject), shape)}
            expected = {(one["path"], one["kind"]) for case in chosen for one in CASES[case][1]}
            figure.tried += 1
            figure.survived += told == expected


def _of_different_fields(chance: Random) -> list[str]:
    """Cases of which no two are about one object: one difference may hide another in the same place."""
    chosen: dict[str, str] = {}
    for case in chance.sample(list(CASES), 3):
        chosen.setdefault(CASES[case][1][0]["path"].split(".")[0], case)
    return list(chosen.values())[: chance.randint(1, 3)]


def test_no_card_number_is_left(figures: Figures) -> None:
    chance = Random(SEED)
    with figures.measured(9, "a record with a card number anywhere in it, masked", SEED) as figure:
        for _ in range(size_of("cards", 200_000)):
            is_of_today = chance.random() < 0.9
            number = _card_number(chance, BRANDS if is_of_today else EARLIER)
            document = deepcopy(CHARGE)
            _hide(chance, document, number, "field" if is_of_today else "card")
            raw = json.dumps(document).encode()
            shown, count = masked(raw)
            again, more = masked(shown)
            figure.tried += 1
            figure.survived += bool(
                number.encode() not in shown
                and count == 1
                and json.loads(shown)
                and (again, more) == (shown, 0)
            )


def _card_number(chance: Random, brands: Brands) -> str:
    """One of a brand, as long as its numbers are, that begins as they do."""
    _, start, lengths = chance.choice(brands)
    length = chance.choice(lengths)
    form = _RANGE.sub(lambda found: _one_of(chance, found[1]), chance.choice(start.split("|")))
    body = form + "".join(chance.choices("0123456789", k=length - 1 - len(form)))
    numbers = (f"{body}{check}".encode() for check in range(10))
    return next(number.decode() for number in numbers if is_card_number(number) or was_card_number(number))


_RANGE = re.compile(r"\[([^]]+)\]")


def _one_of(chance: Random, digits: str) -> str:
    """A digit of those that a regular expression lists, such as 1-5 or 689."""
    first, dash, last = digits.partition("-")
    return str(chance.randint(int(first), int(last))) if dash else chance.choice(digits)


def _hide(chance: Random, document: dict[str, Any], number: str, name: str) -> None:
    holders = [document, document["billing_details"], document["metadata"], document["outcome"]]
    forms = (number, int(number), f"card {number}, please", {"number": number}, [number])
    chance.choice(holders)[f"{name}_{chance.randrange(9)}"] = chance.choice(forms)


def test_a_number_that_is_no_card_number_is_left_alone(figures: Figures) -> None:
    chance = Random(SEED)
    with figures.measured(9, "a number that is no card number, left alone", SEED) as figure:
        for _ in range(size_of("numbers", 200_000)):
            kind = chance.choice(list(NO_CARDS))
            raw = record(chance, NO_CARDS[kind](chance))
            figure.tried += 1
            figure.survived += masked(raw) == (raw, 0)


def test_a_hostile_file_costs_the_others_nothing(tmp_path: Path, figures: Figures) -> None:
    (tmp_path / "good.ndjson").write_bytes(b"".join(line(charge(n), n) for n in range(5_000, 5_100)))
    # The bomb is not read to its end, and is seen by the quick form.
    contents = {name: content() for name, content in CONTENTS.items() if not name.startswith("bomb")}
    with figures.measured(10, "a hostile file beside a good one, in each compression") as figure:
        for name, content in contents.items():
            for suffix, compress in COMPRESSIONS.items():
                (hostile := tmp_path / f"{name}{suffix}").write_bytes(compress(content))
                figure.tried += 1
                figure.survived += _good_ones(tmp_path) == 100
                hostile.unlink()


def _good_ones(folder: Path) -> int:
    records = read_folder(folder)
    return sum(file == "good.ndjson" for file in records["file"].to_pylist())
