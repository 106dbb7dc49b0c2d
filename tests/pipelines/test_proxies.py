"""An engine on this machine is spoken to directly, whatever proxy a site has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.delta.engine import NO_PROXY

pytestmark = pytest.mark.slow

COUNTS = """
import os, sys
from pathlib import Path
from pipelines.delta.engine import open_spark
from pipelines.settings import load_settings
with open_spark(load_settings({"home": Path(sys.argv[1])})) as spark:
    print(spark.range(3).count(), os.environ["no_grpc_proxy"])
"""


def counted(home: Path, **environment: str) -> list[str]:
    """What a process of its own finds, with a proxy that nobody answers at."""
    inherited = {
        name: value for name, value in os.environ.items() if name.lower() not in ("no_proxy", NO_PROXY)
    }
    done = subprocess.run(
        [sys.executable, "-c", COUNTS, str(home)],
        env=inherited | {"http_proxy": "http://127.0.0.1:9"} | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=90,  # it was waited for without an end
    )
    return done.stdout.split()


def test_an_engine_here_is_not_asked_through_a_proxy(tmp_path: Path) -> None:
    assert counted(tmp_path) == ["3", "localhost,127.0.0.1"]


def test_hosts_that_a_site_asks_directly_are_still(tmp_path: Path) -> None:
    assert counted(tmp_path, no_proxy="spark.internal,localhost") == [
        "3",
        "spark.internal,localhost,127.0.0.1",
    ]
    assert counted(tmp_path, no_proxy="others", no_grpc_proxy="spark") == ["3", "spark,localhost,127.0.0.1"]
