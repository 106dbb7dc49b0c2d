"""Run a whole process and measure it: wall time, processor time, and the peak memory of it and all it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
SAMPLE_SECONDS = 0.05
PAGE = os.sysconf("SC_PAGE_SIZE")
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit that the system counts ``ru_maxrss`` in."""


@dataclass(frozen=True)
class Measured:
    """One run of one process.

    Attributes:
        seconds: wall time from start to exit, interpreter start-up included.
        cpu_seconds: user and system time of the process and of all that it started.
        peak_bytes: greatest resident memory. Of the whole process tree where there is /proc (pages that processes
            share count once for each), elsewhere of its largest process.
        output: what it printed.
        error: the end of what it said when it failed; None where it did not.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str = ""
    error: str | None = None


class _Watch(threading.Thread):
    """Samples the memory and the processor time of a process tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.peak = 0
        self.cpu = 0.0

    def run(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, tree_bytes(self._pid))
            self.cpu = max(self.cpu, tree_seconds(self._pid))

    def stop(self) -> tuple[int, float]:
        self._over.set()
        self.join()
        return self.peak, self.cpu


def measure(argv: Sequence[str], env: Mapping[str, str], cwd: Path, timeout: float) -> Measured:
    """Run a command to its end. One that takes longer than ``timeout`` seconds is killed with all it started."""
    started = time.perf_counter()
    process = subprocess.Popen(
        argv, env=dict(env), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    watch, late = _Watch(process.pid), threading.Timer(timeout, _kill_group, (process.pid,))
    watch.start()
    late.start()
    try:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        timed_out = not late.is_alive()
        late.cancel()
        sampled, cpu = watch.stop()
        if process.returncode is None:
            _kill_group(process.pid)
    error = None if process.returncode == 0 else _why(output, process.returncode, timed_out, timeout)
    # Nobody waits for a JVM: what it took is known from the last sample.
    cpu = max(cpu, usage.ru_utime + usage.ru_stime)
    # What the system reports of a child counts the parent's memory too, from before the child became a program.
    return Measured(seconds, cpu, sampled or usage.ru_maxrss * RSS_UNIT, output, error)


def tree_bytes(root: int) -> int:
    """Resident memory of a process and its descendants now; 0 where the system has no /proc."""
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}
    return sum(_resident(pid) for pid in parents if _descends(pid, root, parents))


def tree_seconds(root: int) -> float:
    """Processor time until now of a process, its living descendants and those that these waited for; 0 where the
    system has no /proc."""
    parents = {pid: parent for pid in _pids() if (parent := _parent(pid)) is not None}
    return sum(_ticks(pid) for pid in parents if _descends(pid, root, parents)) / os.sysconf("SC_CLK_TCK")


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, 9)
    except ProcessLookupError:
        return


def _why(output: str, code: int, timed_out: bool, timeout: float) -> str:
    if timed_out:
        return f"took longer than {timeout:.0f} s"
    lines = [line for line in output.splitlines() if line.strip()]
    return f"exit code {code}: {' / '.join(lines[-4:])[:600]}"


def _pids() -> list[int]:
    return [int(path.name) for path in PROC.glob("[0-9]*")]


def _parent(pid: int) -> int | None:
    text = _read(pid, "stat")
    # The name before the last parenthesis may hold anything, also blanks.
    return int(text.rpartition(")")[2].split()[1]) if text else None


def _ticks(pid: int) -> int:
    text = _read(pid, "stat")
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) if text else 0


def _resident(pid: int) -> int:
    text = _read(pid, "statm")
    return int(text.split()[1]) * PAGE if text else 0


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _descends(pid: int, root: int, parents: Mapping[int, int]) -> bool:
    while pid != root:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
