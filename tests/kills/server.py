"""Runs of the pipeline in processes of their own, forked from one that has imported everything and started nothing.

It reads jobs as JSON, one a line, and answers each with what became of the process that did it. Importing takes most of
a short run's time; a fork has it done already, and is a process like any other: killed, it leaves what a killed one
leaves. On Apache Spark each fork starts a JVM of its own, which ends with it.
"""

from __future__ import annotations

import gc
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def main(with_checks: bool) -> None:
    # What the process that started this one ignores or holds back, this one would ignore, too.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What a shell starts in the background is not to hear of an interrupt, and so is all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    _import_everything(with_checks)
    gc.freeze()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_done(json.loads(line))), flush=True)


def _import_everything(with_checks: bool) -> None:
    # Imports only: an engine, a pool or a channel that is opened here would be broken in the forks.
    import deltalake
    import pandas
    import pyarrow.dataset
    import pyarrow.parquet
    import pysail.spark
    import pyspark.java_gateway
    import pyspark.sql.connect.session

    import pipelines.flow.conservation
    import pipelines.flow.refresh
    import pipelines.upkeep.maintenance
    import pipelines.upkeep.replay
    import tests.kills.moments
    import vermeil.cli.commands

    del deltalake, pandas, pyarrow, pyspark, pysail, pipelines, tests, vermeil
    if with_checks:
        from expectations import validate  # noqa: F401
        from expectations.gx import evaluate  # noqa: F401


def _done(job: Json) -> Json:
    """Fork, let the fork do the job, kill it where the job says so, and tell what came of it."""
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setpgid(0, 0)
        _work(job, writing)
    os.close(writing)
    told = _told(reading, child, job, started)
    _, status = os.waitpid(child, 0)
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGKILL, signal.SIGTERM),
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - started,
        **told,
    }


def _told(reading: int, child: int, job: Json, started: float) -> Json:
    """What the child has said until its end. Kills it at the time that the job or the child has named."""
    told: Json = {"moments": [], "at": None}
    due = started + job["after"] if job.get("after") is not None else None
    held = b""
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while True:
            wait = None if due is None else max(0.0, due - time.monotonic())
            if not select.select([pipe], [], [], wait)[0]:
                os.kill(child, getattr(signal, job.get("signal", "SIGKILL")))
                due = None
                continue
            part = pipe.read(1 << 16)
            if not part:
                return told
            *lines, held = (held + part).split(b"\n")
            for message in map(json.loads, lines):
                if "moment" in message:
                    told["moments"].append(message["moment"])
                elif "within" in message:
                    told["at"] = message["within"]
                    due = time.monotonic() + message["delay"]
                else:
                    told.update(message)


def _work(job: Json, pipe: int) -> None:
    """What the fork does. It never returns."""
    code = 1
    try:
        _say(pipe, _run(job, pipe))
        code = 0
    except BaseException:  # a fork must not go on as its parent
        _say(pipe, {"error": traceback.format_exc()[-4000:]})
    finally:
        os._exit(code)


def _say(pipe: int, message: Json) -> None:
    os.write(pipe, json.dumps(message).encode() + b"\n")


def _run(job: Json, pipe: int) -> Json:
    from pipelines.lakehouse import Lakehouse

    os.environ.update(job.get("environment", {}))
    if job.get("broken"):
        _break_it()
    with Lakehouse.open(job["home"], raw=job["raw"], batch_bytes=job["batch_bytes"], workers=1) as lake:
        _watch(job, pipe, Path(job.get("watched", job["home"])))
        return {what: tell for step in job["steps"] for what, tell in _step(lake, step)}


def _break_it() -> None:
    """Let this process refuse good records: a reader that takes later times for mistakes, a rule that is none."""
    from pipelines import catalog
    from pipelines.bronze.reading import facts
    from tests.pipelines.test_replay import LAST_READABLE, broken_tables

    broken = broken_tables()
    vars(facts)["LATEST"] = LAST_READABLE
    vars(catalog)["all_tables"] = lambda: broken


def _step(lake: Any, step: Json) -> Iterator[tuple[str, Any]]:
    from pipelines.erasure.redactions import sweep
    from pipelines.flow import refresh as flow
    from pipelines.flow.conservation import audit
    from pipelines.flow.verdict import accept_all
    from pipelines.silver.quarantine import Choice
    from pipelines.upkeep import maintenance, replay
    from vermeil.cli import commands

    match step["do"]:
        case "run":
            with lake.writing("vermeil run") as draft:
                draft.complete = True
                outcomes = list(
                    flow.refresh(
                        lake,
                        flow.Run(
                            lake.settings.raw_dir,
                            accept_all,
                            sweep,
                            only=step.get("only", ()),
                            full=step.get("full", ()),
                        ),
                    )
                )
            yield "outcomes", [[o.table, o.status, o.failed] for o in outcomes]
        case "checked run":
            outcomes = list(commands.refresh(lake, (), (), lambda _: None))
            yield "outcomes", [[o.table, o.status, o.failed] for o in outcomes]
        case "maintenance":
            with lake.writing("vermeil maintain") as draft:
                keeping_nothing = maintenance.Policy(keep_hours=0, log_hours=0)
                now = datetime.now(UTC)
                list(maintenance.maintain(lake, draft, now, policies=lambda _: keeping_nothing))
        case "replay":
            with lake.writing("vermeil replay") as draft:
                done = replay.replay(lake, accept_all, Choice(), draft=draft)
                draft.held_back |= done.failed
            yield "outcomes", [[o.table, o.status, o.failed] for o in done.outcomes]
        case "audit":
            yield "balanced", audit(lake).balanced


def _watch(job: Json, pipe: int, home: Path) -> None:
    """Say or seek the moments to be killed at, if the job wants any."""
    from tests.kills.moments import Watch

    wanted = set(job.get("wanted", ()))
    chance = random.Random(job.get("seed", 0))

    def told(moment: str) -> None:
        _say(pipe, {"moment": moment})
        if moment in wanted and chance.random() < job.get("share", 1.0):
            _say(pipe, {"at": moment})
            os.kill(os.getpid(), getattr(signal, job.get("signal", "SIGKILL")))

    def entered(call: str) -> None:
        within = f"within {call}"
        if within in wanted and chance.random() < job.get("share", 1.0):
            longest = job.get("longest", {}).get(call, 0.2)
            _say(pipe, {"within": within, "delay": chance.uniform(0.0, longest)})

    if job.get("watch"):
        Watch(home, told, entered).install()


if __name__ == "__main__":
    main("--checks" in sys.argv)
