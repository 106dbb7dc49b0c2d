"""Records that were refused by mistake are taken in after the mistake was mended, and everything follows from them.

A broken reader and a broken declaration fill the quarantine; what a replay makes of it is compared with a lakehouse
that was right from the start.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines import catalog
from pipelines.bronze.reading import facts
from pipelines.catalog import all_tables
from pipelines.delta import releases
from pipelines.erasure.redactions import sweep
from pipelines.flow import refresh as flow
from pipelines.flow.conservation import audit
from pipelines.flow.verdict import CheckResult, Validate, Verdict, accept_all
from pipelines.lakehouse import Lakehouse
from pipelines.settings import load_settings
from pipelines.silver.quarantine import Choice
from pipelines.table import Rule, Table
from pipelines.upkeep.replay import Replay, replay
from pipelines.upkeep.verify import verify
from tests.same_rows import differing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from tests.small_lakehouse import Made

pytestmark = pytest.mark.engine

CHARGES = "silver.charges"
WRONG = Rule("no_large_amount", "amount_minor < 6000", "the amount is not below 6000")
LAST_READABLE = 1_772_496_000
"""2026-03-03 00:00 UTC: the broken reader takes later times for mistakes."""
READS_HERE = load_settings().engine == "embedded"
"""Executors read raw files in processes of their own, whose reader cannot be broken from here."""


def broken_tables() -> dict[str, Table]:
    """The tables, of which one has a rule that good records break."""
    tables = dict(all_tables())
    tables[CHARGES] = changed(tables[CHARGES], rules=(*tables[CHARGES].rules, WRONG))
    return tables


@pytest.fixture(scope="module")
def homes(few_days: Made, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> tuple[Path, Path]:
    """A home that was right from the start, and one whose records were refused by mistake."""
    right, wrong = few_days.home, tmp_path_factory.mktemp("wrong")
    shutil.copytree(right / "raw", wrong / "raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "LATEST", LAST_READABLE)
        patch.setattr(catalog, "all_tables", broken_tables)
        run(Lakehouse(load_settings({"home": wrong}), broken_tables(), spark))
    return right, wrong


def opened(home: Path, spark: SparkSession) -> Lakehouse:
    return Lakehouse(load_settings({"home": home}), all_tables(), spark)


def run(lake: Lakehouse) -> None:
    raw = lake.settings.home / "raw"
    assert not [o for o in flow.refresh(lake, flow.Run(raw, accept_all, sweep)) if o.failed]


@pytest.fixture
def wrong(homes: tuple[Path, Path], tmp_path: Path, spark: SparkSession) -> Lakehouse:
    """The lakehouse of wrongly refused records, to be changed by one test."""
    home = tmp_path / "home"
    shutil.copytree(homes[1], home)
    return opened(home, spark)


def again(
    lake: Lakehouse, choice: Choice | None = None, validate: Validate = accept_all, **how: Any
) -> Replay:
    return replay(lake, validate, choice or Choice(), **how)


@dataclass(frozen=True)
class Replayed:
    """A lakehouse after a replay of all that was refused: what was planned, what was done, and the reasons before."""

    lake: Lakehouse
    planned: Replay
    done: Replay
    reasons: dict[str, str]


@pytest.fixture(scope="module")
def replayed(
    homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, spark: SparkSession
) -> Replayed:
    home = tmp_path_factory.mktemp("replayed") / "home"
    shutil.copytree(homes[1], home)
    lake = opened(home, spark)
    refused, before = reasons(lake), lake.versions()
    planned = again(lake, dry_run=True)
    assert lake.versions() == before
    return Replayed(lake, planned, again(lake), refused)


def reasons(lake: Lakehouse) -> dict[str, str]:
    """Why each record of the quarantine is in it."""
    return {row["record_id"]: row["reason"] for row in lake.table("silver.quarantine").collect()}


def test_after_a_replay_all_is_as_if_nothing_had_been_wrong(
    homes: tuple[Path, Path], replayed: Replayed
) -> None:
    lake, done = replayed.lake, replayed.done
    assert not done.failed
    assert done.tables == replayed.planned.tables
    by_table = {one.table: one for one in done.tables}
    assert by_table["bronze.records"].taken_in > 20 or not READS_HERE
    assert by_table[CHARGES].taken_in > 5
    assert len(reasons(lake)) < len(replayed.reasons)
    assert audit(lake).balanced
    assert verify(lake).differences == ()
    assert differing(homes[0] / "lakehouse", lake.settings.home / "lakehouse") == []
    assert again(lake).outcomes[-1].table == "gold.audit"
    with_nothing_new = lake.versions()
    run(lake)
    assert lake.versions() == with_nothing_new


def test_what_is_still_wrong_stays_with_its_reason(replayed: Replayed) -> None:
    left = reasons(replayed.lake)
    assert left
    assert sum(sum(one.reasons.values()) for one in replayed.done.tables) <= len(left)
    assert not [reason for reason in left.values() if WRONG.doc in reason]
    unreadable = {record: reason for record, reason in left.items() if "JSON" in reason}
    assert unreadable.items() <= replayed.reasons.items()


def test_only_what_was_chosen_is_taken_in(wrong: Lakehouse) -> None:
    rows = wrong.table("silver.quarantine").filter(f"table_name = '{CHARGES}'")
    one = sorted(row["record_id"] for row in rows.filter("reason like '%6000%'").collect())[0]
    left = wrong.table("silver.quarantine").count()
    (done,) = again(wrong, Choice(table=CHARGES, records=(one,))).tables
    assert (done.chosen, done.taken_in) == (1, 1)
    assert wrong.table("silver.quarantine").count() == left - 1
    assert audit(wrong).balanced
    assert again(wrong, Choice(reason="no such reason")).tables == ()


def test_what_a_critical_check_refuses_changes_nothing_and_stays(wrong: Lakehouse) -> None:
    failed = CheckResult("never", "critical", success=False, description="Nothing is ever right.")
    before = wrong.versions()
    done = again(
        wrong,
        Choice(table=CHARGES),
        lambda batch: Verdict((failed,) if batch.table.name == CHARGES else ()),
    )
    assert done.failed
    assert wrong.versions() == before


def test_one_table_of_gold_that_is_refused_leaves_the_others_to_be_made(wrong: Lakehouse) -> None:
    failed = CheckResult("never", "critical", success=False, description="Nothing is ever right.")
    done = again(
        wrong,
        Choice(table=CHARGES),
        lambda batch: Verdict((failed,) if batch.table.name == "gold.authorizations_daily" else ()),
    )
    made = {one.table: one.status for one in done.outcomes}
    assert made["gold.authorizations_daily"] == "refused"
    assert made["gold.payments_daily"] == "published"


class Cut(Exception):  # noqa: N818 - it stands for the end of the process
    """The process ended here."""


def cut_after(lake: Lakehouse, commits: int) -> None:
    """Let a lakehouse make some commits, and be cut at the next."""
    made = 0

    def counted(commit: Any) -> Any:
        def one(*given: Any, **how: Any) -> None:
            nonlocal made
            if made == commits:
                raise Cut
            made += 1
            commit(*given, **how)

        return one

    for name in ("publish", "touch"):
        setattr(lake, name, counted(getattr(lake, name)))


@pytest.mark.parametrize("commits", [4])
def test_a_replay_that_was_cut_is_completed_by_the_next(
    homes: tuple[Path, Path], wrong: Lakehouse, spark: SparkSession, commits: int
) -> None:
    with wrong.writing("vermeil run") as draft:
        draft.complete = True
    released = wrong.versions()
    cut_after(wrong, commits)
    with pytest.raises(Cut), wrong.writing("vermeil replay") as draft:
        again(wrong, draft=draft)
    survived = opened(wrong.settings.home, spark)
    assert audit(survived).balanced
    with survived.writing("vermeil replay") as draft:
        assert not again(survived, draft=draft).failed
    assert differing(homes[0] / "lakehouse", survived.settings.home / "lakehouse") == []
    # What the first one had committed is older than this writer: readers would see the rest without it.
    assert seen(survived) == released
    with survived.writing("vermeil run") as draft:
        draft.complete = True
    assert seen(survived) == survived.versions()


def seen(lake: Lakehouse) -> dict[str, int]:
    """The versions of the tables that readers get."""
    last = releases.latest(lake.uri)
    assert last is not None
    return dict(last.versions)
