"""Processes that write to one lakehouse, and what a reader of it sees meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.lakehouse import Lakehouse

ROOT = Path(__file__).parents[1]
BOOKKEEPING = {"ingest_id", "first_ingest_id", "digest"}
"""Which batch brought a row, and what is computed over that: after a restore the next batch has a new number."""

Look = tuple[int, tuple[int, ...]]
"""The number of a release, and what figures of several tables it gave."""

RUN = """
import sys
from pipelines.flow import refresh as flow
from pipelines.erasure.redactions import sweep
from pipelines.lakehouse import Lakehouse
from pipelines.flow.verdict import accept_all
with Lakehouse.open(sys.argv[1]) as lake, lake.writing("vermeil run") as draft:
    draft.complete = True
    done = flow.refresh(lake, flow.Run(lake.settings.raw_dir, accept_all, sweep, only=sys.argv[2:]))
    assert not any(outcome.failed for outcome in done)
"""

KILLED_RESTORE = """
import os, signal, sys
from datetime import UTC, datetime
from pipelines.delta import releases
from pipelines.delta.housekeeping import Housekeeping
from pipelines.upkeep import restoring
from pipelines.lakehouse import Lakehouse

whole, done = Housekeeping.restore, []

def some(house, *args, **more):
    if len(done) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(whole(house, *args, **more))

Housekeeping.restore = some
with Lakehouse.open(sys.argv[1]) as lake, lake.writing("vermeil restore"):
    first = list(releases.newest_first(lake.uri))[-1]
    restoring.restore(lake, first, datetime.now(UTC))
"""

TOGETHER = """
select
  (select sum(attempts_count) from gold.payments_daily),
  (select count(*) from silver.charges where coalesce(livemode, true)),
  (select max(ingest_id) from bronze.records),
  (select max(ingest_id) from bronze.files),
  (select count(*) from silver.disputes where coalesce(livemode, true)),
  (select sum(chargebacks_count + inquiries_count) from gold.disputes_daily)
"""


def process(code: str, home: Path, *more: str) -> subprocess.Popen[bytes]:
    """A process that does something to the lakehouse of a home."""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home), *more],
        cwd=ROOT,
        env={**os.environ, "VERMEIL_BATCH_BYTES": "1000000"},
        stdout=subprocess.DEVNULL,
    )


def contents(lake: Lakehouse) -> dict[str, list[str]]:
    """What the tables say, apart from which batch it came with."""
    found = {}
    for name in lake.tables:
        rows = lake.table(name)
        kept = [column for column in rows.columns if column not in BOOKKEEPING]
        found[name] = sorted(str(row) for row in rows.select(*kept).toArrow().to_pylist())
    return found


def put(files: Sequence[Path], home: Path) -> None:
    for file in files:
        target = home / "raw" / file.relative_to(home / "all")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)


def look(lake: Lakehouse) -> Look:
    reader = lake.released()
    assert reader.release
    return reader.release.number, tuple(reader.sql(TOGETHER).collect()[0])


def agree(seen: Look) -> bool:
    """Whether the figures of several tables are of one moment."""
    _, (attempts, charges, recorded, listed, disputes, disputed) = seen
    return attempts == charges and recorded == listed and disputes == disputed
