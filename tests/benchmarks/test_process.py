import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks.process import Measured, measure

NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system has no /proc")


def python(code: str, timeout: float = 60) -> Measured:
    return measure([sys.executable, "-c", code], os.environ, Path.cwd(), timeout)


def test_what_a_process_prints_is_kept() -> None:
    found = python("print('done')")
    assert (found.output, found.error) == ("done\n", None)
    assert found.seconds > 0


def test_a_process_that_fails_says_why() -> None:
    found = python("raise SystemExit('no such thing')")
    assert found.error is not None
    assert "exit code 1" in found.error
    assert "no such thing" in found.error


def test_a_process_that_hangs_is_killed_with_all_it_started() -> None:
    started = time.monotonic()
    found = python("import subprocess; subprocess.run(['sleep', '60'])", timeout=1)
    assert found.error == "took longer than 1 s"
    assert time.monotonic() - started < 30


@NEEDS_PROC
def test_peak_memory_is_that_of_the_process_and_its_children_together() -> None:
    hold = "data = bytearray(200_000_000); import time; time.sleep(2)"
    both = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; p.wait()"
    assert 200_000_000 < python(hold).peak_bytes < 300_000_000
    assert python(both).peak_bytes > 400_000_000
