"""The long form of late and out-of-order records: random deliveries end where one in order ends."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deliveries import GOLD, SILVER, Document, content, deliver, refreshed, world

from pipelines.flow.as_of import AsOf, as_of
from pipelines.lakehouse import Lakehouse
from tests.soak.figures import Figures, seed_of, size_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.soak

WORLDS = size_of("worlds", 5)
ROUNDS = size_of("deliveries", 6)
TIMES = size_of("times", 3)
SEED = seed_of(7)

COMPARED = (*SILVER, "silver.quarantine", *GOLD)


def in_order(home: Path, documents: Sequence[Document], spark: SparkSession) -> Lakehouse:
    deliver(documents, home / "raw", "all.ndjson")
    return refreshed(home, spark)


def scattered(
    home: Path, documents: Sequence[Document], spark: SparkSession, chance: random.Random
) -> Lakehouse:
    """The documents shuffled, some of them twice, in files that come in one run after another."""
    mixed = [*documents, *chance.sample(documents, len(documents) // 5)]
    chance.shuffle(mixed)
    runs = chance.randrange(2, 6)
    for run in range(runs):
        deliver(mixed[run::runs], home / "raw", f"{chance.randrange(10**6):06}-{run}.ndjson")
        lake = refreshed(home, spark)
    return lake


def rows(tables: Lakehouse | AsOf, name: str) -> list[str]:
    """The rows of a table; of the quarantine once each, since a refused record that came twice is in it twice."""
    found = content(tables.table(name))
    return sorted(set(found)) if name == "silver.quarantine" else found


def differing(one: Lakehouse, other: Lakehouse) -> list[str]:
    return [name for name in COMPARED if rows(one, name) != rows(other, name)]


def test_deliveries_in_any_order_end_in_the_same_tables(
    tmp_path: Path, spark: SparkSession, figures: Figures
) -> None:
    chance = random.Random(SEED)
    with figures.measured(6, "an archive delivered late and out of order", SEED) as figure:
        for number in range(WORLDS):
            documents = world(chance.randrange(10**6), payments=40)
            straight = in_order(tmp_path / f"straight-{number}", documents, spark)
            for _ in range(ROUNDS):
                home = tmp_path / "scattered"
                figure.tried += 1
                wrong = differing(straight, scattered(home, documents, spark, chance))
                figure.survived += not wrong
                print(f"world {number}:", *wrong or ["the same"], flush=True)
                shutil.rmtree(home)


def test_what_was_known_is_what_a_lakehouse_then_held(
    tmp_path: Path, spark: SparkSession, figures: Figures
) -> None:
    chance = random.Random(SEED)
    with figures.measured(7, "a table asked for as of a time", SEED) as figure:
        for number in range(WORLDS):
            documents = world(chance.randrange(10**6), payments=40)
            lake = scattered(tmp_path / f"lake-{number}", documents, spark, chance)
            for at in [chance.choice(documents).known for _ in range(TIMES)]:
                home = tmp_path / "then"
                then = in_order(home, [document for document in documents if document.known <= at], spark)
                for name in COMPARED:
                    figure.tried += 1
                    is_same = rows(as_of(lake, at), name) == rows(then, name)
                    figure.survived += is_same
                    print(f"world {number}, {name} as of {at}: {is_same}", flush=True)
                shutil.rmtree(home)
